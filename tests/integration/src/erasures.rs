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

impl Stage {
    /// The staff pay in, or out.
    async fn enter(&self, amount: i64) -> testkit::Answer {
        let body = json!({
            "amount": { "amount": amount, "currency": "ARS" }, "method": "cash", "reason": "Cash",
        });
        let path = format!("/v1/users/{}/wallet/entries", self.member.account);
        self.world.test.post(&path, &self.club.owner.token, body).await
    }

    /// What is in the wallet, and what the club was left.
    async fn wallet(&self) -> (i64, i64) {
        let token = &self.club.owner.token;
        let path = format!("/v1/users/{}/wallet", self.member.account);
        let wallet = self.world.test.get(&path, token).await;
        let wallet = wallet.body["data"]["balance"]["amount"].as_i64().unwrap_or(0);
        let accounts = self.world.test.get("/v1/ledger/accounts", token).await.data(200);
        let accounts = accounts.as_array().unwrap();
        let balance = |account: &Value| account["balance"].as_i64().unwrap();
        assert_eq!(accounts.iter().map(balance).sum::<i64>(), 0, "{accounts:?}");
        let left = accounts.iter().find(|it| it["account"] == "income:forfeited_wallets");
        (wallet, left.map_or(0, |account| -balance(account)))
    }
}

#[tokio::test]
async fn nobody_is_erased_who_has_money_in_their_wallet_unless_they_leave_it() {
    let stage = start().await;
    let test = &stage.world.test;
    stage.enter(900).await.data(201);
    let refused = stage.erase().await.refused(409, "WALLET_NOT_EMPTY");
    let balances = json!([{ "amount": 900, "currency": "ARS" }]);
    assert_eq!(refused["details"]["balances"], balances);
    let own = test.post("/v1/users/me/erase", &stage.member.token, Value::Null).await;
    own.refused(409, "WALLET_NOT_EMPTY");
    let wrong = "/v1/users/me/erase?forfeit_wallet=perhaps";
    test.post(wrong, &stage.member.token, Value::Null).await.refused(422, "QUERY_INVALID");
    assert_eq!(stage.wallet().await, (900, 0));
    test.get("/v1/users/me", &stage.member.token).await.data(200);
    // Paid out, they go; the wallet is still in the books, and names nobody.
    stage.enter(-900).await.data(201);
    stage.erase().await.data(200);
    assert_eq!(stage.wallet().await, (0, 0));

    let stage = start().await;
    stage.enter(900).await.data(201);
    let path = "/v1/users/me/erase?forfeit_wallet=true";
    let test = &stage.world.test;
    let certificate = test.post(path, &stage.member.token, Value::Null).await.data(200);
    assert_eq!(certificate["status"], "completed");
    assert_eq!(stage.wallet().await, (0, 900));
    let path = format!("/v1/audit-log?target={}", stage.member.account);
    let records = test.get(&path, &stage.club.owner.token).await.data(200);
    assert_eq!(records[1]["action"], "member.erasure_started");
    assert_eq!(records[1]["after"]["forfeited"], balances);
    // Again, it answers the same, and takes nothing.
    stage.erase().await.data(200);
    assert_eq!(stage.wallet().await, (0, 900));
}

#[tokio::test]
async fn what_is_paid_in_while_somebody_is_erased_is_not_lost() {
    for forfeits in [false, true, false, true] {
        let stage = start().await;
        if forfeits {
            stage.enter(300).await.data(201);
        }
        let query = if forfeits { "?forfeit_wallet=true" } else { "" };
        let path = format!("/v1/users/{}/erase{query}", stage.member.account);
        let erase = stage.world.test.post(&path, &stage.club.owner.token, Value::Null);
        let (paid_in, erased) = futures::future::join(stage.enter(500), erase).await;
        let (wallet, left) = stage.wallet().await;
        match (paid_in.status.as_u16(), erased.status.as_u16()) {
            (201, 409) => assert_eq!((wallet, left), (if forfeits { 800 } else { 500 }, 0)),
            // What was paid in before was read, and left to the club.
            (201, 200) => assert_eq!((wallet, left, forfeits), (0, 800, true)),
            (404, 200) => assert_eq!((wallet, left), (0, if forfeits { 300 } else { 0 })),
            other => panic!("{other:?}: {} {}", paid_in.body, erased.body),
        }
        stage.world.drain().await;
    }
}

impl Stage {
    /// A child of the member.
    async fn child(&self, born: &str) -> String {
        let body = json!({ "name": "Nina", "birth_date": born });
        let path = "/v1/users/me/children";
        let child = self.world.test.post(path, &self.member.token, body).await.data(201);
        child["id"].as_str().unwrap().to_owned()
    }

    async fn add_guardian(&self, child: &str, guardian: &Person) {
        let path = format!("/v1/users/{child}/guardians");
        let body = json!({ "account_id": guardian.account });
        self.world.test.post(&path, &self.club.owner.token, body).await.data(201);
    }

    async fn guardians(&self, child: &str) -> Vec<Value> {
        let path = format!("/v1/users/{child}/guardians");
        let listed = self.world.test.get(&path, &self.club.owner.token).await.data(200);
        listed.as_array().unwrap().iter().map(|it| it["id"].clone()).collect()
    }
}

#[tokio::test]
async fn a_guardian_is_not_erased_while_a_child_has_no_other() {
    let stage = start().await;
    let (test, owner) = (&stage.world.test, &stage.club.owner.token);
    let juan = stage.world.member(&stage.club, "juan").await;
    let (first, second) = (stage.child("2015-05-01").await, stage.child("2017-05-01").await);
    let bookings = stage.say("GUARDIAN#");
    let own = test.post("/v1/users/me/erase", &stage.member.token, Value::Null).await;
    let refused = own.refused(409, "GUARDIAN_NEEDED");
    let mut named: Vec<_> = refused["details"]["child_ids"].as_array().unwrap().clone();
    named.sort_by_key(ToString::to_string);
    let mut both = vec![json!(first), json!(second)];
    both.sort_by_key(ToString::to_string);
    assert_eq!(named, both);
    assert_eq!(stage.say("GUARDIAN#"), bookings, "nothing is lost");
    test.get("/v1/users/me", &stage.member.token).await.data(200);

    // One gets another guardian; the other goes, too. Who has left the club is no guardian.
    stage.add_guardian(&first, &juan).await;
    let refused = stage.erase().await.refused(409, "GUARDIAN_NEEDED");
    assert_eq!(refused["details"]["child_ids"], json!([second]));
    let path = format!("/v1/users/{second}/erase");
    test.post(&path, owner, Value::Null).await.data(200);
    let certificate = stage.erase().await.data(200);
    assert_eq!(certificate["status"], "completed");
    assert_eq!(stage.guardians(&first).await, [json!(juan.account)]);
    let path = format!("/v1/users/{}/erase", juan.account);
    let last = test.post(&path, owner, Value::Null).await.refused(409, "GUARDIAN_NEEDED");
    assert_eq!(last["details"]["child_ids"], json!([first]));
    stage.world.drain().await;
}

#[tokio::test]
async fn a_guardian_who_left_and_a_child_that_grew_up_or_left_do_not_count() {
    let stage = start().await;
    let (test, owner) = (&stage.world.test, &stage.club.owner.token);
    let juan = stage.world.member(&stage.club, "juan").await;
    let (child, grown) = (stage.child("2015-05-01").await, stage.child("2012-05-01").await);
    stage.add_guardian(&child, &juan).await;
    let expel = async |whom: String| {
        let path = format!("/v1/members/{whom}");
        assert_eq!(test.delete(&path, owner).await.status, 204);
    };
    let older = json!({ "birth_date": "2000-05-01" });
    test.patch(&format!("/v1/users/{grown}"), owner, older).await.data(200);
    expel(juan.account.to_string()).await;
    let refused = stage.erase().await.refused(409, "GUARDIAN_NEEDED");
    assert_eq!(refused["details"]["child_ids"], json!([child]));
    expel(child).await;
    stage.erase().await.data(200);
    assert_eq!(stage.guardians(&grown).await, [Value::Null; 0]);
    stage.world.drain().await;
}

#[tokio::test]
async fn of_two_guardians_who_are_erased_at_once_one_stays() {
    for _ in 0..3 {
        let stage = start().await;
        let juan = stage.world.member(&stage.club, "juan").await;
        let child = stage.child("2015-05-01").await;
        stage.add_guardian(&child, &juan).await;
        let test = &stage.world.test;
        let erase = |token| test.post("/v1/users/me/erase", token, Value::Null);
        let answers = futures::future::join(erase(&stage.member.token), erase(&juan.token)).await;
        let (done, refused) = match answers.0.status.as_u16() {
            200 => answers,
            _ => (answers.1, answers.0),
        };
        done.data(200);
        refused.refused(409, "GUARDIAN_NEEDED");
        assert_eq!(stage.guardians(&child).await.len(), 1);
        stage.world.drain().await;
    }
}

#[tokio::test]
async fn a_child_that_comes_while_its_guardian_goes_is_not_left_alone() {
    for _ in 0..4 {
        let stage = start().await;
        let test = &stage.world.test;
        let body = json!({ "name": "Nina", "birth_date": "2015-05-01" });
        let born = test.post("/v1/users/me/children", &stage.member.token, body);
        let (born, erased) = futures::future::join(born, stage.erase()).await;
        if born.status == 201 && erased.status == 200 {
            let child = born.body["data"]["id"].as_str().unwrap().to_owned();
            panic!("a child without a guardian: {:?}", stage.guardians(&child).await);
        }
        stage.world.drain().await;
    }
}
