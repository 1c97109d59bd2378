//! Who becomes a member by registering: everybody, whom the club approves, or nobody uninvited.

use identity::MembershipStatus;
use kernel::Tenant;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, PASSWORD, World};

async fn start(registration: &str) -> (World, Club) {
    let (world, club) = World::with_club().await;
    let policy =
        json!({ "second_factor": { "default": "optional" }, "registration": registration });
    let path = "/v1/sign-in-policy";
    let kept = world.test.put(path, &club.owner.token, policy).await.data(200);
    assert_eq!(kept["registration"], registration);
    (world, club)
}

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.test.call("POST", path).json(&body).send().await
}

async fn register(world: &World, club: &Club, email: &str) -> Answer {
    let body = json!({ "club": club.slug, "email": email, "password": PASSWORD, "name": "Ana" });
    post(world, "/v1/auth/register", body).await
}

async fn log_in(world: &World, club: &Club, email: &str) -> Answer {
    let body = json!({ "club": club.slug, "email": email, "password": PASSWORD });
    post(world, "/v1/auth/login", body).await
}

/// The verification's token in the newest mail to this address.
fn verification(world: &World, email: &str) -> String {
    let mails = world.test.cloud.mails();
    let mail = mails.iter().rev().find(|mail| mail.to == email).expect("a mail");
    let (_, rest) = mail.text.split_once("verify=").expect("a link that verifies");
    rest.split(|c: char| c.is_whitespace() || c == '&').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_club_that_approves_its_members_lets_them_in_once_it_has() {
    let (world, club) = start("approval").await;
    let email = "ana@example.org";
    let registered = register(&world, &club, email).await.data(201);
    assert_eq!(registered["status"], "pending");
    log_in(&world, &club, email).await.refused(403, "MEMBER_PENDING");
    world.drain().await;
    let account = registered["account_id"].as_str().unwrap();
    let path = format!("/v1/members/{account}/approve");
    world.test.post(&path, &club.owner.token, json!(null)).await.data(200);
    log_in(&world, &club, email).await.data(200);
}

#[tokio::test]
async fn who_proves_an_address_of_the_club_s_domain_needs_no_approval() {
    let (world, club) = start("approval").await;
    let tenant = Tenant::from_platform_record(club.id, "test");
    let (platform, table) =
        (world.test.app.table().platform(), world.test.app.table().tenant(&tenant));
    let domain =
        identity::ClubDomain::new("norte.example.org".parse().unwrap(), world.now()).unwrap();
    table.write(vec![identity::store::claim_domain(&table, &domain).unwrap()]).await.unwrap();
    let verified = domain.verified(world.now());
    let writes = identity::store::verify_domain(&platform, &table, &verified).unwrap();
    table.write(writes).await.unwrap();
    for (email, comes_in) in [("ana@norte.example.org", true), ("bea@elsewhere.example.org", false)]
    {
        let registered = register(&world, &club, email).await.data(201);
        assert_eq!(registered["status"], "pending", "nobody has proved the address yet");
        world.drain().await;
        log_in(&world, &club, email).await.refused(403, "MEMBER_PENDING");
        let token = json!({ "token": verification(&world, email) });
        assert_eq!(post(&world, "/v1/auth/email/verify", token).await.status, 204);
        let account = registered["account_id"].as_str().unwrap().parse().unwrap();
        let member = identity::store::membership(&table, account).await.unwrap().unwrap();
        assert_eq!(member.status == MembershipStatus::Active, comes_in, "{email}");
        world.test.clock.advance(kernel::jiff::SignedDuration::from_secs(60));
    }
    log_in(&world, &club, "ana@norte.example.org").await.data(200);
}

#[tokio::test]
async fn a_club_by_invitation_takes_nobody_without_one() {
    let (world, club) = start("invitation").await;
    let before = world.test.database.items().len();
    register(&world, &club, "ana@example.org").await.refused(403, "INVITATION_REQUIRED");
    assert_eq!(world.test.database.items().len(), before);
}

#[tokio::test]
async fn a_locked_account_is_unlocked_by_the_club() {
    let (world, club) = start("open").await;
    let registered = register(&world, &club, "ana@example.org").await.data(201);
    world.drain().await;
    let wrong =
        json!({ "club": club.slug, "email": "ana@example.org", "password": "wrong wrong wrong" });
    for _ in 0..5 {
        let answer = post(&world, "/v1/auth/login", wrong.clone()).await;
        answer.refused(401, "INVALID_CREDENTIALS");
    }
    let locked = log_in(&world, &club, "ana@example.org").await;
    assert_eq!(locked.header("retry-after"), Some("60"));
    locked.refused(429, "ACCOUNT_LOCKED");
    let path = format!("/v1/members/{}/unlock", registered["account_id"].as_str().unwrap());
    assert_eq!(world.test.post(&path, &club.owner.token, json!(null)).await.status, 204);
    log_in(&world, &club, "ana@example.org").await.data(200);
    let log = world.test.get("/v1/audit-log?action=member.", &club.owner.token).await.data(200);
    assert_eq!(log[0]["action"], "member.unlocked");
    assert_eq!(log[0]["target"], registered["account_id"]);
}
