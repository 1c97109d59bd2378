//! Guardians and children.

use futures::future::join_all;
use identity::{Invitation, Membership};
use jiff::SignedDuration;
use kernel::{AccountId, Permission, Role, Tenant, jiff};
use serde_json::{Value, json};
use table::TenantTable;
use testkit::Answer;

use crate::world::{Club, Person, World};

const CHILDREN: &str = "/v1/users/me/children";

/// A club in which Ana has a daughter of eleven.
async fn family() -> (World, Club, Person, AccountId) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let nina = child_of(&world, &ana, "Nina").await;
    world.drain().await;
    (world, club, ana, nina)
}

async fn child_of(world: &World, guardian: &Person, name: &str) -> AccountId {
    let body = json!({ "name": name, "birth_date": "2015-05-01" });
    let child = world.test.post(CHILDREN, &guardian.token, body).await.data(201);
    child["id"].as_str().unwrap().parse().unwrap()
}

async fn put(world: &World, path: &str, token: &str, body: Value) -> Answer {
    world.test.call("PUT", path).token(token).json(&body).send().await
}

fn table(world: &World, club: &Club) -> TenantTable {
    world.test.app.table().tenant(&Tenant::from_envelope(club.id, "test"))
}

#[tokio::test]
async fn a_child_is_a_member_without_a_sign_in() {
    let (world, club, ana, nina) = family().await;
    let list = world.test.get(CHILDREN, &ana.token).await.data(200);
    assert_eq!((&list[0]["id"], &list[0]["signs_in"]), (&json!(nina), &json!(false)));
    assert_eq!((&list[0]["name"], &list[0]["birth_date"]), (&json!("Nina"), &json!("2015-05-01")));
    let seen = world.test.get(&format!("/v1/users/{nina}"), &club.owner.token).await.data(200);
    assert_eq!((&seen["email"], &seen["roles"]), (&Value::Null, &json!(["member"])));
    assert_eq!(seen["status"], "active");
    let items = world.test.database.items();
    let credentials = items.iter().filter(|item| item["kind"]["S"] == "Credential");
    let is_hers = |item: &&Value| item["account_id"]["S"] == nina.to_string();
    assert_eq!(credentials.filter(is_hers).count(), 0);
    assert!(world.test.cloud.mails().iter().all(|mail| !mail.text.contains("Nina")));
}

#[tokio::test]
async fn a_guardian_acts_for_the_child() {
    let (world, club, ana, nina) = family().await;
    let path = format!("{CHILDREN}/{nina}");
    let read = world.test.get(&path, &ana.token).await;
    let first = read.header("etag").unwrap().to_owned();
    assert_eq!(read.data(200)["birth_date"], "2015-05-01");
    let call = world.test.call("PATCH", &path).token(&ana.token).header("if-match", &first);
    let body = json!({ "name": "Nina Sol", "phone": "+5491122334455", "locale": "pt-BR" });
    let changed = call.json(&body).send().await.data(200);
    assert_eq!((&changed["name"], &changed["locale"]), (&json!("Nina Sol"), &json!("pt-BR")));
    let call = world.test.call("PATCH", &path).token(&ana.token).header("if-match", &first);
    call.json(&body).send().await.refused(412, "STALE_VERSION");
    let older = world.test.patch(&path, &ana.token, json!({ "birth_date": "2000-01-01" })).await;
    older.refused(409, "BIRTH_DATE_SET");
    let membership = identity::store::membership(&table(&world, &club), nina).await.unwrap();
    assert_eq!(membership.unwrap().name.as_str(), "Nina Sol", "the club sees the new name");

    let of = |rest: &str| format!("/v1/users/{nina}/{rest}");
    let contact = json!({ "name": "Ana", "phone": "+5491122334455", "relation": "mother" });
    put(&world, &of("emergency-contact"), &ana.token, contact).await.data(200);
    let level =
        put(&world, &of("sports/padel"), &ana.token, json!({ "level": 1.5 })).await.data(200);
    assert_eq!((&level["source"], &level["assessed_by"]), (&json!("self"), &json!(ana.account)));
    put(&world, &of("availability"), &ana.token, json!({ "weekly": {} })).await.data(200);
    world.test.get(&of("consents"), &ana.token).await.data(200);
}

#[tokio::test]
async fn nobody_else_acts_for_the_child() {
    let (world, club, ana, nina) = family().await;
    let bea = world.member(&club, "bea").await;
    world.drain().await;
    let path = format!("{CHILDREN}/{nina}");
    let email = json!({ "email": "nina@example.org" });
    world.test.get(&path, &bea.token).await.refused(403, "NOT_GUARDIAN");
    world.test.patch(&path, &bea.token, json!({})).await.refused(403, "NOT_GUARDIAN");
    let promote = format!("{path}/promote");
    world.test.post(&promote, &bea.token, email.clone()).await.refused(403, "NOT_GUARDIAN");
    // Not even the owner, who is the staff and no parent; nor oneself.
    world.test.post(&promote, &club.owner.token, email).await.refused(403, "NOT_GUARDIAN");
    let oneself = format!("{CHILDREN}/{}", ana.account);
    world.test.get(&oneself, &ana.token).await.refused(403, "NOT_GUARDIAN");
    let nobody = format!("{CHILDREN}/{}", AccountId::new());
    world.test.get(&nobody, &ana.token).await.refused(404, "USER_NOT_FOUND");
    assert_eq!(world.test.get(CHILDREN, &bea.token).await.data(200), json!([]));
}

#[tokio::test]
async fn guardianship_ends_with_the_eighteenth_birthday() {
    let (world, club, ana, nina) = family().await;
    let path = format!("{CHILDREN}/{nina}");
    let years = world.now().to_zoned(jiff::tz::TimeZone::UTC);
    let until = "2033-05-01T02:59:59Z".parse::<jiff::Timestamp>().unwrap();
    world.test.clock.advance(until.duration_since(years.timestamp()));
    let token = world.test.token(ana.account, Some(club.id), &[Role::Member]);
    world.test.get(&path, &token).await.data(200);
    world.test.clock.advance(SignedDuration::from_secs(1));
    let token = world.test.token(ana.account, Some(club.id), &[Role::Member]);
    world.test.get(&path, &token).await.refused(403, "NOT_GUARDIAN");
    assert_eq!(world.test.get(CHILDREN, &token).await.data(200), json!([]));
}

#[tokio::test]
async fn only_children_are_children_and_only_adults_are_guardians() {
    let (world, _, ana, _) = family().await;
    let child = |birth: &str| json!({ "name": "Nino", "birth_date": birth });
    let post = async |body| world.test.post(CHILDREN, &ana.token, body).await;
    post(child("2008-11-20")).await.refused(422, "CHILD_OF_AGE");
    post(child("2026-11-21")).await.refused(422, "VALIDATION_FAILED");
    post(json!({ "name": "Nino" })).await.refused(422, "BODY_INVALID");
    post(child("2008-11-21")).await.data(201);
    let young = json!({ "birth_date": "2010-01-01" });
    world.test.patch("/v1/users/me", &ana.token, young).await.data(200);
    post(child("2020-01-01")).await.refused(403, "GUARDIAN_MUST_BE_ADULT");
    world.drain().await;
}

#[tokio::test]
async fn a_person_acts_for_twenty_children_at_most() {
    let (world, club, _, _) = family().await;
    let bea = world.member(&club, "bea").await;
    let body = json!({ "name": "Many", "birth_date": "2015-05-01" });
    let mut made = 0;
    for _ in 0..4 {
        let calls = (0..6).map(|_| world.test.post(CHILDREN, &bea.token, body.clone()));
        for answer in join_all(calls).await {
            if answer.status == 201 {
                made += 1;
            } else {
                answer.refused(409, "TOO_MANY_CHILDREN");
            }
        }
    }
    assert_eq!(made, 20);
    let list = world.test.get(CHILDREN, &bea.token).await.data(200);
    assert_eq!(list.as_array().unwrap().len(), 20);
    world.drain().await;
}

#[tokio::test]
async fn the_staff_adds_and_removes_guardians() {
    let (world, club, ana, nina) = family().await;
    let juan = world.member(&club, "juan").await;
    world.drain().await;
    let path = format!("/v1/users/{nina}/guardians");
    let owner = &club.owner.token;
    let add = async |account: AccountId| {
        world.test.post(&path, owner, json!({ "account_id": account })).await
    };
    let added = add(juan.account).await.data(201);
    assert_eq!((&added["id"], &added["name"]), (&json!(juan.account), &json!("juan")));
    assert_eq!(added["added_by"], json!(club.owner.account));
    add(juan.account).await.refused(409, "ALREADY_GUARDIAN");
    add(AccountId::new()).await.refused(404, "USER_NOT_FOUND");
    add(nina).await.refused(403, "GUARDIAN_MUST_BE_ADULT");
    let of_adult = format!("/v1/users/{}/guardians", ana.account);
    let body = json!({ "account_id": juan.account });
    world.test.post(&of_adult, owner, body.clone()).await.refused(409, "NOT_A_CHILD");
    world.test.post(&path, &ana.token, body).await.refused(403, "PERMISSION_MISSING");

    world.test.get(&format!("{CHILDREN}/{nina}"), &juan.token).await.data(200);
    let listed = world.test.get(&path, owner).await.data(200);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    for name in ["luz", "mar"] {
        let more = world.member(&club, name).await;
        add(more.account).await.data(201);
    }
    let fifth = world.member(&club, "sol").await;
    world.drain().await;
    add(fifth.account).await.refused(409, "TOO_MANY_GUARDIANS");

    let one = format!("{path}/{}", juan.account);
    assert_eq!(world.test.delete(&one, owner).await.status, 204);
    world.test.delete(&one, owner).await.refused(404, "GUARDIAN_NOT_FOUND");
    let gone = world.test.get(&format!("{CHILDREN}/{nina}"), &juan.token).await;
    gone.refused(403, "NOT_GUARDIAN");
    add(fifth.account).await.data(201);
    let nobody = format!("/v1/users/{}/guardians", AccountId::new());
    world.test.get(&nobody, owner).await.refused(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn a_promoted_child_has_its_account_and_a_sign_in() {
    let (world, club, ana, nina) = family().await;
    let path = format!("{CHILDREN}/{nina}/promote");
    let promote =
        async |email: &str| world.test.post(&path, &ana.token, json!({ "email": email })).await;
    promote(&ana.email).await.refused(409, "EMAIL_TAKEN");
    promote("nina").await.refused(422, "BODY_INVALID");
    let promotion = promote("nina@example.org").await.data(202);
    let told = world.publish().await;
    assert_eq!(told[0].kind, "invitation.created");
    assert_eq!(told[0].data, json!({ "invitation_id": promotion["invitation_id"] }));
    promote("nina@example.org").await.refused(409, "PROMOTION_SENT");
    world.test.clock.advance(SignedDuration::from_mins(16));
    let token = world.test.token(ana.account, Some(club.id), &[Role::Member]);
    let email = json!({ "email": "nina@example.org" });
    world.test.post(&path, &token, email.clone()).await.data(202);
    world.publish().await;

    let (platform, own) = (world.test.app.table().platform(), table(&world, &club));
    let id = promotion["invitation_id"].as_str().unwrap().parse().unwrap();
    let invitation: Invitation = identity::store::invitation(&own, id).await.unwrap();
    assert_eq!((invitation.account_id, &invitation.roles[..]), (Some(nina), &[Role::Member][..]));

    // What registering with the invitation's token writes.
    let account = identity::store::account(&platform, nina).await.unwrap().unwrap();
    let version = account.version + 1;
    let account = identity::Account { email: Some(invitation.email.clone()), version, ..account };
    let accept = || {
        let hash = "hash".to_owned();
        let mut writes =
            identity::store::promote_account(&platform, &account, hash, world.now()).unwrap();
        let address = account.address().unwrap();
        writes.push(identity::store::set_member_address(&own, nina, address));
        writes.push(identity::store::accept(&own, id, world.now()));
        platform.write(writes)
    };
    accept().await.unwrap();
    assert_eq!(accept().await.unwrap_err().code(), "EMAIL_TAKEN");
    assert_eq!(world.account_of("nina@example.org").await, nina);
    let membership: Membership = identity::store::membership(&own, nina).await.unwrap().unwrap();
    assert_eq!(membership.email, account.email);
    world.test.post(&path, &token, email).await.refused(409, "ALREADY_PROMOTED");
    let list = world.test.get(CHILDREN, &token).await.data(200);
    assert_eq!(list[0]["signs_in"], true, "the guardian acts for it as before");
}

#[tokio::test]
async fn a_guardian_who_is_staff_as_well_is_asked_as_either() {
    let (world, club, ana, nina) = family().await;
    let mut claims = world.test.claims(ana.account, Some(club.id), &[Role::Member]);
    claims.permissions.insert(Permission::ProfileManage);
    let token = world.test.keys.sign(&claims);
    let path = format!("/v1/users/{nina}/sports/padel");
    let level = put(&world, &path, &token, json!({ "level": 2 })).await.data(200);
    assert_eq!(level["source"], "coach");
    world.test.get(&format!("{CHILDREN}/{nina}"), &token).await.data(200);
}
