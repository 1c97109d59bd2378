//! Erasure: what goes, what stays, and the certificate of it.

use identity::Membership;
use kernel::{ClubId, Role, Tenant};
use serde_json::{Value, json};
use table::Write;
use testkit::Service;

use crate::world::{Club, Person, World};

struct Stage {
    world: World,
    club: Club,
    member: Person,
}

async fn start() -> Stage {
    let (world, club, member) = World::with_booking().await;
    Stage { world, club, member }
}

impl Stage {
    async fn erase(&self) -> testkit::Answer {
        let path = format!("/v1/users/{}/erase", self.member.account);
        self.world.test.post(&path, &self.club.owner.token, Value::Null).await
    }

    /// The member is one of this club, too.
    async fn join(&self, club: ClubId) {
        let app = &self.world.test.app;
        let (platform, now) = (app.table().platform(), self.world.now());
        let table = app.table().tenant(&Tenant::from_envelope(club, "test"));
        let id = self.member.account;
        let account = identity::store::account(&platform, id).await.unwrap().unwrap();
        let membership = Membership::new(&account, vec![Role::Member], now);
        let write =
            Write::put(table.key(format!("MEMBER#{id}"), "MEMBER"), "Membership", &membership)
                .unwrap()
                .gsi1(&platform.partition(format!("ACC#{id}")), format!("CLUB#{club}"));
        table.write(vec![write]).await.unwrap();
    }

    /// Items of the table that say this.
    fn say(&self, text: &str) -> Vec<String> {
        let items = self.world.test.database.items().into_iter();
        let saying = items.filter(|item| item.to_string().contains(text));
        saying.map(|item| item["PK"]["S"].as_str().unwrap().to_owned()).collect()
    }

    async fn actions(&self) -> Vec<Value> {
        let path = format!("/v1/audit-log?target={}", self.member.account);
        let records = self.world.test.get(&path, &self.club.owner.token).await.data(200);
        records.as_array().unwrap().iter().map(|record| record["action"].clone()).collect()
    }
}

#[tokio::test]
async fn nothing_names_an_erased_person_and_money_and_bookings_stay_whole() {
    let stage = start().await;
    let (test, member) = (&stage.world.test, &stage.member);
    let phone = "+5491155550123";
    test.patch("/v1/users/me", &member.token, json!({ "phone": phone })).await.data(200);
    assert!(!stage.say(phone).is_empty());
    test.post("/v1/users/me/exports", &member.token, Value::Null).await.data(202);
    test.cloud.take_executions();
    let bookings = stage.say("\"BOOKING#");
    let payments = stage.say("PAYMENT#");
    let certificate = stage.erase().await.data(200);
    assert_eq!(certificate["status"], "completed");
    assert_eq!(certificate["requested_by"], stage.club.owner.account.to_string());
    assert_eq!(certificate["removed"]["membership"], 1);
    assert_eq!(certificate["removed"]["account"], 1);
    assert_eq!(certificate["removed"]["sessions"], 1);
    assert_eq!(certificate["removed"]["exports"], 1);
    let kept: Vec<_> =
        certificate["kept"].as_array().unwrap().iter().map(|it| &it["what"]).collect();
    assert!(kept.contains(&&json!("bookings")) && kept.contains(&&json!("ledger")), "{kept:?}");
    // Neither name nor address nor number is anywhere.
    assert_eq!(stage.say(&member.email), [""; 0]);
    assert_eq!(stage.say(phone), [""; 0]);
    assert_eq!(stage.say("\"marta\""), [""; 0]);
    assert_eq!(stage.say("\"BOOKING#"), bookings);
    assert_eq!(stage.say("PAYMENT#"), payments);
    // They cannot come in again.
    let body = json!({
        "email": member.email, "password": "correct horse battery", "club": stage.club.slug,
    });
    let login = test.call("POST", "/v1/auth/login").json(&body).send().await;
    login.refused(401, "INVALID_CREDENTIALS");
    assert_eq!(stage.actions().await[..2], ["member.erased", "member.erasure_started"]);
    let path = format!("/v1/erasures/{}", member.account);
    assert_eq!(test.get(&path, &stage.club.owner.token).await.data(200), certificate);
    let verdict = test.get("/v1/audit-log/verify", &stage.club.owner.token).await.data(200);
    assert_eq!(verdict["intact"], true);
}

#[tokio::test]
async fn a_repetition_answers_the_same_certificate() {
    let stage = start().await;
    let first = stage.erase().await.data(200);
    let again = stage.erase().await.data(200);
    assert_eq!(first, again);
    assert_eq!(stage.actions().await, ["member.erased", "member.erasure_started"]);
}

#[tokio::test]
async fn an_erasure_that_broke_off_is_completed_by_the_next_call() {
    let stage = start().await;
    let test = &stage.world.test;
    test.post("/v1/users/me/exports", &stage.member.token, Value::Null).await.data(202);
    test.cloud.take_executions();
    for survived in [0, 1, 3] {
        test.cloud.fail_after(Service::Storage, survived, 3);
        stage.erase().await.refused(503, "DEPENDENCY_UNAVAILABLE");
        test.cloud.fail(Service::Storage, 0);
        let path = format!("/v1/erasures/{}", stage.member.account);
        let running = test.get(&path, &stage.club.owner.token).await.data(200);
        assert_eq!((&running["status"], &running["hash"]), (&json!("running"), &Value::Null));
    }
    let certificate = stage.erase().await.data(200);
    assert_eq!(certificate["status"], "completed");
    assert_eq!(certificate["removed"]["exports"], 1);
    assert_eq!(stage.say(&stage.member.email), [""; 0]);
    assert_eq!(stage.actions().await[..2], ["member.erased", "member.erasure_started"]);
}

#[tokio::test]
async fn erasures_at_once_are_one() {
    let stage = start().await;
    let answers = futures::future::join_all((0..4).map(|_| stage.erase())).await;
    for answer in answers {
        let status = answer.status.as_u16();
        assert!([200, 409].contains(&status), "{}", answer.body);
    }
    let certificate = stage.erase().await.data(200);
    assert_eq!(certificate["status"], "completed");
    let actions = stage.actions().await;
    let erased = actions.iter().filter(|action| *action == "member.erased").count();
    assert_eq!((erased, actions.len()), (1, 2));
}

#[tokio::test]
async fn people_erase_themselves_and_keep_their_account_for_other_clubs() {
    let stage = start().await;
    let (world, test) = (&stage.world, &stage.world.test);
    let sur = world.club("sur").await;
    stage.join(sur.id).await;
    let elsewhere = world.log_in(&stage.member.email, &sur.slug).await;
    let erased = test.post("/v1/users/me/erase", &stage.member.token, Value::Null).await.data(200);
    assert_eq!(erased["removed"]["account"], Value::Null);
    assert_eq!(erased["requested_by"], stage.member.account.to_string());
    let kept: Vec<_> = erased["kept"].as_array().unwrap().iter().map(|it| &it["what"]).collect();
    assert!(kept.contains(&&json!("account")));
    // Reading ends within a minute here, and writing at once.
    let change = json!({ "name": "Nobody" });
    let refused = test.patch("/v1/users/me", &stage.member.token, change).await;
    refused.refused(403, "MEMBER_SUSPENDED");
    test.get("/v1/users/me", &elsewhere).await.data(200);
    world.log_in(&stage.member.email, &sur.slug).await;
    // They may come back, and be erased again.
    stage.join(stage.club.id).await;
    let again = stage.erase().await.data(200);
    assert_ne!(again["hash"], erased["hash"]);
    world.drain().await;
}

#[tokio::test]
async fn an_owner_is_not_erased_and_others_need_the_right_and_a_recent_proof() {
    let stage = start().await;
    let (test, owner) = (&stage.world.test, &stage.club.owner);
    let refused = test.post("/v1/users/me/erase", &owner.token, Value::Null).await;
    refused.refused(409, "LAST_OWNER");
    test.get("/v1/users/me", &owner.token).await.data(200);
    let path = format!("/v1/erasures/{}", owner.account);
    test.get(&path, &owner.token).await.refused(404, "ERASURE_NOT_FOUND");
    let other = stage.world.member(&stage.club, "nina").await;
    let path = format!("/v1/users/{}/erase", stage.member.account);
    test.post(&path, &other.token, Value::Null).await.refused(403, "PERMISSION_MISSING");
    let mut claims = test.claims(stage.member.account, Some(stage.club.id), &[Role::Member]);
    claims.auth_time -= 16 * 60;
    let old_proof = test.keys.sign(&claims);
    let refused = test.post("/v1/users/me/erase", &old_proof, Value::Null).await;
    refused.refused(403, "STEP_UP_REQUIRED");
    let stranger = test.token(stage.member.account, Some(ClubId::new()), &[Role::Member]);
    let refused = test.post("/v1/users/me/erase", &stranger, Value::Null).await;
    refused.refused(404, "MEMBER_NOT_FOUND");
    stage.world.drain().await;
}
