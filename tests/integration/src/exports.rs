//! Exports of a person's data: asked for, made step by step, fetched, dropped.

use std::io::{Cursor, Read as _};

use kernel::{ClubId, Error, Tenant, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Service;
use zip::ZipArchive;

use crate::world::{Club, Person, World};

const STEPS: [&str; 3] = ["collect", "pack", "finish"];

struct Stage {
    world: World,
    club: Club,
    member: Person,
}

/// A club with a member who has booked and paid nothing yet.
async fn start() -> Stage {
    let (world, club, member) = World::with_booking().await;
    Stage { world, club, member }
}

impl Stage {
    async fn ask(&self) -> Value {
        let test = &self.world.test;
        test.post("/v1/users/me/exports", &self.member.token, Value::Null).await.data(202)
    }

    /// In and out again and again, and in at last.
    async fn fill_wallet(&self) {
        let tenant = Tenant::from_envelope(self.club.id, "test");
        let table = self.world.test.app.table().tenant(&tenant);
        for number in 0..101 {
            let amount = if number % 2 == 0 { 500 } else { -500 };
            let entry = payments::DeskEntry {
                key: number.to_string(),
                method: payments::EntryMethod::Cash,
                amount: kernel::Money::new(amount, kernel::Currency::Ars),
                reason: "Cash".parse().unwrap(),
            };
            let entered = payments::enter(self.member.account, &entry, self.world.now()).unwrap();
            table.write(ledger::post(&table, &[entered]).unwrap()).await.unwrap();
        }
    }

    /// The one execution that was started.
    fn execution(&self) -> Value {
        let mut executions = self.world.test.cloud.take_executions();
        assert_eq!(executions.len(), 1);
        executions.remove(0).1
    }

    async fn step(&self, step: &str, input: &Value) -> Result<Value, Error> {
        let mut input = input.clone();
        input["step"] = json!(step);
        task_export_account::handle(self.world.test.app.clone(), input).await
    }

    async fn read(&self, export: &Value) -> Value {
        let token = self.world.log_in(&self.member.email, &self.club.slug).await;
        let path = format!("/v1/exports/{}", export["id"].as_str().unwrap());
        self.world.test.get(&path, &token).await.data(200)
    }

    /// The files of the export that an address gives.
    async fn files(&self, url: &str) -> Vec<(String, String)> {
        let answer = self.world.test.app.http().unwrap().get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let bytes = answer.bytes().await.unwrap().to_vec();
        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        (0..zip.len())
            .map(|index| {
                let mut file = zip.by_index(index).unwrap();
                let mut text = String::new();
                file.read_to_string(&mut text).unwrap();
                (file.name().unwrap().into_owned(), text)
            })
            .collect()
    }
}

#[tokio::test]
async fn an_export_holds_what_the_club_has_of_the_person_and_no_secret() {
    let stage = start().await;
    stage.fill_wallet().await;
    let asked = stage.ask().await;
    assert_eq!((&asked["status"], &asked["url"]), (&json!("pending"), &Value::Null));
    let input = stage.execution();
    for step in STEPS {
        stage.step(step, &input).await.unwrap();
    }
    let ready = stage.read(&asked).await;
    assert_eq!(ready["status"], "ready");
    let files = stage.files(ready["url"].as_str().unwrap()).await;
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    let wanted = [
        "README.txt",
        "identity.json",
        "profile.json",
        "bookings.json",
        "payments.json",
        "wallet.json",
    ];
    assert_eq!(names[..6], wanted);
    let part = |wanted: &str| -> Value {
        let (_, text) = files.iter().find(|(name, _)| name == wanted).unwrap();
        serde_json::from_str(text).unwrap()
    };
    assert_eq!(part("identity.json")["account"]["email"], stage.member.email);
    assert_eq!(part("identity.json")["membership"]["roles"], json!(["member"]));
    assert_eq!(part("bookings.json")[0]["account_id"], stage.member.account.to_string());
    assert_eq!(part("payments.json")[0]["booking_id"], part("bookings.json")[0]["id"]);
    let wallet = part("wallet.json");
    assert_eq!(wallet["balances"], json!([{ "amount": 500, "currency": "ARS" }]));
    assert_eq!(wallet["entries"].as_array().unwrap().len(), 101, "every page of it");
    assert_eq!(wallet["entries"][0]["what"], "cash");
    assert_eq!(wallet["entries"][0]["at"], "2026-11-20T12:00:00.000Z");
    assert_eq!(part("activity.json")[0]["action"], "member.export_requested");
    for (name, text) in &files {
        assert!(!text.contains("argon2"), "{name} tells a hash");
    }
    // Nothing is left of its making.
    let left = stage.world.test.cloud.objects();
    assert_eq!(left.len(), 1);
    let file = format!("{}.zip", asked["id"].as_str().unwrap());
    assert!(left[0].ends_with(&file));
}

#[tokio::test]
async fn every_step_can_be_repeated_and_resumed() {
    let stage = start().await;
    let asked = stage.ask().await;
    let input = stage.execution();
    for step in ["pack", "finish"] {
        let error = stage.step(step, &input).await.unwrap_err();
        assert_eq!(error.code(), "EXPORT_STEP_EARLY");
    }
    for step in STEPS {
        // Killed in the middle, and called again.
        stage.world.test.cloud.fail_after(Service::Storage, 1, 3);
        stage.step(step, &input).await.unwrap_err();
        stage.world.test.cloud.fail(Service::Storage, 0);
        stage.step(step, &input).await.unwrap();
        stage.step(step, &input).await.unwrap();
    }
    assert_eq!(stage.read(&asked).await["status"], "ready");
    assert_eq!(stage.world.test.cloud.objects().len(), 1);
    let error = stage.step("collect", &input).await.unwrap_err();
    assert_eq!(error.code(), "EXPORT_OVER");
    let error = stage.step("fail", &input).await.unwrap_err();
    assert_eq!(error.code(), "EXPORT_OVER");
    assert_eq!(stage.world.test.cloud.objects().len(), 1, "what is ready stays");
}

#[tokio::test]
async fn one_export_of_a_person_runs_at_a_time() {
    let stage = start().await;
    let test = &stage.world.test;
    let token = &stage.member.token;
    let both = futures::future::join_all(
        (0..4).map(|_| test.post("/v1/users/me/exports", token, Value::Null)),
    )
    .await;
    let (started, refused): (Vec<_>, Vec<_>) = both.into_iter().partition(|it| it.status == 202);
    assert_eq!(started.len(), 1);
    let first = started.into_iter().next().unwrap().data(202);
    for answer in refused {
        let error = answer.refused(409, "EXPORT_RUNNING");
        assert_eq!(error["details"]["export_id"], first["id"]);
    }
    let input = stage.execution();
    stage.step("collect", &input).await.unwrap();
    stage.step("fail", &input).await.unwrap();
    stage.step("fail", &input).await.unwrap();
    let failed = stage.read(&first).await;
    assert_eq!((&failed["status"], &failed["url"]), (&json!("failed"), &Value::Null));
    assert_eq!(test.cloud.objects(), [""; 0]);
    // The next may begin; and one that never ends stands in the way for a day.
    stage.ask().await;
    let again = test.post("/v1/users/me/exports", token, Value::Null).await;
    again.refused(409, "EXPORT_RUNNING");
    test.clock.advance(SignedDuration::from_hours(24));
    let token = stage.world.log_in(&stage.member.email, &stage.club.slug).await;
    test.post("/v1/users/me/exports", &token, Value::Null).await.data(202);
}

#[tokio::test]
async fn an_export_whose_workflow_does_not_start_fails_at_once() {
    let stage = start().await;
    let test = &stage.world.test;
    test.cloud.fail(Service::Workflows, 3);
    let answer = test.post("/v1/users/me/exports", &stage.member.token, Value::Null).await;
    answer.refused(503, "DEPENDENCY_UNAVAILABLE");
    stage.ask().await;
}

#[tokio::test]
async fn others_data_is_exported_by_those_who_may_and_seen_by_them_alone() {
    let stage = start().await;
    let (test, world) = (&stage.world.test, &stage.world);
    let path = format!("/v1/users/{}/exports", stage.member.account);
    let other = world.member(&stage.club, "nina").await;
    test.post(&path, &other.token, Value::Null).await.refused(403, "PERMISSION_MISSING");
    let asked = test.post(&path, &stage.club.owner.token, Value::Null).await.data(202);
    let read = format!("/v1/exports/{}", asked["id"].as_str().unwrap());
    test.get(&read, &other.token).await.refused(404, "EXPORT_NOT_FOUND");
    test.get(&read, &stage.member.token).await.data(200);
    test.get(&read, &stage.club.owner.token).await.data(200);
    let logged = test.get("/v1/audit-log", &stage.club.owner.token).await.data(200);
    assert_eq!(logged[0]["action"], "member.export_requested");
    assert_eq!(logged[0]["actor"], stage.club.owner.account.to_string());
    assert_eq!(logged[0]["target"], stage.member.account.to_string());
    // A recent proof is asked for.
    let mut claims =
        test.claims(stage.club.owner.account, Some(stage.club.id), &[kernel::Role::Owner]);
    claims.auth_time -= 16 * 60;
    let old_proof = test.keys.sign(&claims);
    test.post(&path, &old_proof, Value::Null).await.refused(403, "STEP_UP_REQUIRED");
    // Another club has neither the member nor the export.
    test.cloud.take_executions();
    let sur = world.club("sur").await;
    test.post(&path, &sur.owner.token, Value::Null).await.refused(404, "MEMBER_NOT_FOUND");
    test.get(&read, &sur.owner.token).await.refused(404, "EXPORT_NOT_FOUND");
    world.drain().await;
}

#[tokio::test]
async fn an_export_is_dropped_after_a_week() {
    let stage = start().await;
    let asked = stage.ask().await;
    let input = stage.execution();
    for step in STEPS {
        stage.step(step, &input).await.unwrap();
    }
    stage.world.test.clock.advance(SignedDuration::from_hours(7 * 24));
    let token = stage.world.log_in(&stage.member.email, &stage.club.slug).await;
    let path = format!("/v1/exports/{}", asked["id"].as_str().unwrap());
    stage.world.test.get(&path, &token).await.refused(404, "EXPORT_NOT_FOUND");
    let error = stage.step("finish", &input).await.unwrap_err();
    assert_eq!(error.code(), "EXPORT_NOT_FOUND");
    let wrong = json!({ "step": "publish", "export_id": asked["id"], "club_id": ClubId::new() });
    let error = task_export_account::handle(stage.world.test.app.clone(), wrong).await;
    assert_eq!(error.unwrap_err().code(), "TASK_MALFORMED");
}
