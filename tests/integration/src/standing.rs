//! Suspension: of members, sessions, clubs; at once where something changes, within minutes where it is read.

use kernel::{AccountId, Claims, ClubId, Role, SessionId, Tenant, jiff::SignedDuration};
use serde_json::{Value, json};
use table::{TenantTable, Write};
use testkit::Answer;
use web::standing;

use crate::world::{Club, World};

struct Place {
    world: World,
    club: Club,
}

async fn start() -> Place {
    let (world, club) = World::with_club().await;
    Place { world, club }
}

impl Place {
    fn table(&self) -> TenantTable {
        let tenant = Tenant::from_platform_record(self.club.id, "test");
        self.world.test.app.table().tenant(&tenant)
    }

    async fn write(&self, write: impl FnOnce(&TenantTable) -> Write) {
        let table = self.table();
        table.write(vec![write(&table)]).await.unwrap();
    }

    fn claims(&self, roles: &[Role]) -> Claims {
        self.world.test.claims(AccountId::new(), Some(self.club.id), roles)
    }

    async fn read(&self, token: &str) -> Answer {
        self.world.test.get("/v1/venues", token).await
    }

    /// As it comes through the gateway, with what the authorizer says at this moment.
    async fn read_through_gateway(&self, token: &str) -> (Value, Answer) {
        let told = self.authorizer(token).await.unwrap();
        let call = self.world.test.call("GET", "/v1/venues").token(token);
        let answer = call.authorized(&told).send().await;
        (told["context"].clone(), answer)
    }

    async fn authorizer(&self, token: &str) -> kernel::Result<Value> {
        let event = json!({ "identitySource": [format!("Bearer {token}")] });
        authorizer::handle(self.world.test.app.clone(), event).await
    }

    async fn change(&self, token: &str) -> Answer {
        let body = json!({ "name": "Sede Sur", "time_zone": "America/Lima" });
        self.world.test.post("/v1/venues", token, body).await
    }

    async fn operate(&self, verb: &str, club: ClubId) -> Answer {
        let path = format!("/v1/admin/clubs/{club}/{verb}");
        self.world.test.call("POST", &path).token(&self.world.operator).send().await
    }

    fn advance(&self, seconds: i64) {
        self.world.test.clock.advance(SignedDuration::from_secs(seconds));
    }

    fn record(&self) -> Value {
        let pk = format!("T#{}#EDGE", self.club.id);
        let items = self.world.test.database.items();
        items.into_iter().find(|item| item["PK"]["S"] == pk.as_str()).unwrap_or_default()
    }
}

#[tokio::test]
async fn a_suspended_member_changes_nothing_at_once_and_reads_nothing_within_a_minute() {
    let place = start().await;
    let claims = place.claims(&[Role::Owner]);
    let token = place.world.test.keys.sign(&claims);
    place.read_through_gateway(&token).await.1.data(200);
    let now = place.world.now();
    place.write(|table| standing::bar(table, claims.sub, now)).await;
    // The authorizer remembers the club's record for a minute.
    let (told, answer) = place.read_through_gateway(&token).await;
    assert_eq!(told["account_id"], json!(claims.sub));
    answer.data(200);
    place.advance(61);
    let (told, answer) = place.read_through_gateway(&token).await;
    assert_eq!(told, json!({ "refusal": "MEMBER_SUSPENDED" }));
    answer.refused(403, "MEMBER_SUSPENDED");
    place.change(&token).await.refused(403, "MEMBER_SUSPENDED");
    // Somebody else of the club does not notice.
    place.change(&place.club.owner.token).await.data(201);
}

#[tokio::test]
async fn a_member_who_is_taken_back_comes_in_at_once_whatever_is_remembered() {
    let place = start().await;
    let claims = place.claims(&[Role::Owner]);
    let token = place.world.test.keys.sign(&claims);
    let now = place.world.now();
    place.write(|table| standing::bar(table, claims.sub, now)).await;
    place.change(&token).await.refused(403, "MEMBER_SUSPENDED");
    place.read(&token).await.refused(403, "MEMBER_SUSPENDED");
    let told = place.authorizer(&token).await.unwrap();
    assert_eq!(told["context"], json!({ "refusal": "MEMBER_SUSPENDED" }));
    place.write(|table| standing::lift(table, claims.sub)).await;
    let call = place.world.test.call("GET", "/v1/venues").token(&token);
    call.authorized(&told).send().await.data(200);
    place.read(&token).await.data(200);
    place.change(&token).await.data(201);
}

#[tokio::test]
async fn a_session_that_was_ended_ends_alone() {
    let place = start().await;
    let claims = place.claims(&[Role::Owner]);
    let other = Claims { sid: SessionId::new(), ..claims.clone() };
    let sign = |claims: &Claims| place.world.test.keys.sign(claims);
    let now = place.world.now();
    let ended = [claims.sid.into(), SessionId::new().into()];
    place.write(|table| standing::bar_all(table, ended, now)).await;
    place.change(&sign(&claims)).await.refused(401, "SESSION_REVOKED");
    let (told, answer) = place.read_through_gateway(&sign(&claims)).await;
    assert_eq!(told, json!({ "refusal": "SESSION_REVOKED" }));
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    answer.refused(401, "SESSION_REVOKED");
    place.change(&sign(&other)).await.data(201);
    // A suspended member hears that first.
    place.write(|table| standing::bar(table, claims.sub, now)).await;
    place.change(&sign(&claims)).await.refused(403, "MEMBER_SUSPENDED");
}

#[tokio::test]
async fn a_bar_outlives_every_token_made_before_it_and_is_then_swept() {
    let place = start().await;
    let claims = place.claims(&[Role::Owner]);
    let token = place.world.test.keys.sign(&claims);
    let now = place.world.now();
    place.write(|table| standing::bar(table, claims.sub, now)).await;
    place.advance(15 * 60);
    place.change(&token).await.refused(403, "MEMBER_SUSPENDED");
    place.advance(6);
    place.change(&token).await.refused(401, "TOKEN_EXPIRED");
    place.advance(55);
    let barred = format!("barred_{}", claims.sub);
    assert!(place.record().get(&barred).is_some());
    let owner = place.world.log_in(&place.club.owner.email, "norte").await;
    place.read(&owner).await.data(200);
    assert!(place.record().get(&barred).is_some(), "who only reads cleans nothing");
    place.change(&owner).await.data(201);
    assert!(place.record().get(&barred).is_none());
}

#[tokio::test]
async fn an_operator_can_be_barred_too() {
    let place = start().await;
    let claims = place.world.test.claims(AccountId::new(), None, &[Role::Operator]);
    let token = place.world.test.keys.sign(&claims);
    let platform = place.world.test.app.table().platform();
    let write = standing::bar(&platform, claims.sub, place.world.now());
    platform.write(vec![write]).await.unwrap();
    let path = format!("/v1/admin/clubs/{}/suspend", place.club.id);
    let call = place.world.test.call("POST", &path).token(&token);
    call.send().await.refused(403, "MEMBER_SUSPENDED");
    place.read_through_gateway(&token).await.1.refused(403, "MEMBER_SUSPENDED");
    place.operate("suspend", place.club.id).await.data(200);
}

#[tokio::test]
async fn a_suspended_club_is_closed_to_its_own_and_to_nobody_else() {
    let place = start().await;
    let other = place.world.club("sur").await;
    place.world.drain().await;
    let member = place.world.member(&place.club, "ana").await;
    place.world.drain().await;
    let suspended = place.operate("suspend", place.club.id).await;
    let etag = suspended.header("etag").unwrap().to_owned();
    assert_eq!(suspended.data(200)["status"], "suspended");
    place.change(&place.club.owner.token).await.refused(403, "CLUB_SUSPENDED");
    let (told, answer) = place.read_through_gateway(&member.token).await;
    assert_eq!(told, json!({ "refusal": "CLUB_SUSPENDED" }));
    answer.refused(403, "CLUB_SUSPENDED");
    let body =
        json!({ "email": member.email, "password": "correct horse battery", "club": "norte" });
    let login = place.world.test.call("POST", "/v1/auth/login").json(&body).send().await;
    login.refused(403, "CLUB_SUSPENDED");
    let before = place.world.test.database.items();
    let body = json!({
        "email": "new@example.org", "password": "correct horse battery", "club": "norte",
        "name": "New",
    });
    let registered = place.world.test.call("POST", "/v1/auth/register").json(&body).send().await;
    registered.refused(403, "CLUB_SUSPENDED");
    assert_eq!(place.world.test.database.items(), before);
    place.change(&other.owner.token).await.data(201);
    place.operate("suspend", place.club.id).await.refused(409, "CLUB_NOT_ACTIVE");

    let back = place.operate("reinstate", place.club.id).await;
    assert_ne!(back.header("etag"), Some(&*etag));
    assert_eq!(back.data(200)["status"], "active");
    place.change(&place.club.owner.token).await.data(201);
    place.world.log_in(&member.email, "norte").await;
    place.operate("reinstate", place.club.id).await.refused(409, "CLUB_NOT_SUSPENDED");
}

#[tokio::test]
async fn only_a_club_that_is_open_is_suspended() {
    let place = start().await;
    for verb in ["suspend", "reinstate"] {
        place.operate(verb, ClubId::new()).await.refused(404, "CLUB_NOT_FOUND");
    }
    place.world.ask_for_club("sur").await.data(202);
    let (_, onboarding) = place.world.test.cloud.take_executions().remove(0);
    for step in ["reserve_slug", "create_club"] {
        place.world.step(step, &onboarding).await.unwrap();
    }
    let club: ClubId = onboarding["club_id"].as_str().unwrap().parse().unwrap();
    place.operate("suspend", club).await.refused(409, "CLUB_NOT_ACTIVE");
    place.operate("reinstate", club).await.refused(409, "CLUB_NOT_SUSPENDED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_suspend_a_club_at_once_one_does() {
    let place = start().await;
    let all = (0..8).map(|_| place.operate("suspend", place.club.id));
    let answers = futures::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "CLUB_NOT_ACTIVE");
    }
}

#[tokio::test]
async fn what_nobody_of_ours_signed_reads_nothing() {
    let place = start().await;
    let claims = place.claims(&[Role::Owner]);
    let forged = testkit::Keys::generate().sign(&claims);
    let meter = place.world.test.app.table().meter();
    let before = meter.usage();
    place.authorizer(&forged).await.unwrap();
    place.change(&forged).await.refused(401, "TOKEN_KEY_UNKNOWN");
    assert_eq!(meter.usage(), before);
    // And the authorizer reads a club's record once a minute.
    for _ in 0..5 {
        place.authorizer(&place.world.test.keys.sign(&claims)).await.unwrap();
    }
    assert_eq!(meter.usage().since(before).round_trips, 1);
}

#[tokio::test]
async fn where_the_record_cannot_be_read_the_authorizer_has_no_answer_to_remember() {
    let dead = [("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")];
    let world = World::start_with(&dead).await;
    let token = world.test.token(AccountId::new(), Some(ClubId::new()), &[Role::Owner]);
    let event = json!({ "identitySource": [format!("Bearer {token}")] });
    let failed = authorizer::handle(world.test.app.clone(), event).await.unwrap_err();
    assert_eq!(failed.code(), "STANDING_UNAVAILABLE");
    assert!(failed.is_transient());
}
