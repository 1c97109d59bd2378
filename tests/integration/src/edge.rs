//! The HTTP edge by itself, with a function of two routes.

use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::join_all;
use garde::Validate;
use kernel::{AccountId, ClubId, Error, Permission, Role};
use runtime::Routes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use testkit::TestApp;
use utoipa::ToSchema;
use utoipa_axum::routes;
use web::{Body, Caller, IfMatch, Outcome, Reply};

#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    #[garde(range(min = 1, max = 10))]
    number: u32,
    #[garde(length(chars, min = 1, max = 5))]
    #[serde(default = "short")]
    word: String,
    /// Wait this long before answering.
    #[garde(skip)]
    #[serde(default)]
    wait_ms: u64,
}

fn short() -> String {
    "short".to_owned()
}

#[derive(Serialize, ToSchema)]
struct Output {
    number: u32,
    runs: u32,
}

static RUNS: AtomicU32 = AtomicU32::new(0);

#[utoipa::path(post, path = "/v1/numbers", request_body = Input, responses((status = 200, body = Output)))]
async fn number(_caller: Caller, Body(input): Body<Input>) -> Outcome<Output> {
    tokio::time::sleep(std::time::Duration::from_millis(input.wait_ms)).await;
    let runs = RUNS.fetch_add(1, Ordering::SeqCst) + 1;
    if input.word == "fails" {
        return Err(Error::internal("the secret reason").into());
    }
    Ok(Reply::ok(Output { number: input.number, runs }).etag(3))
}

#[utoipa::path(get, path = "/v1/numbers", responses((status = 200, body = Option<u64>)))]
async fn version(IfMatch(version): IfMatch) -> Outcome<Option<u64>> {
    Ok(Reply::ok(version))
}

fn function() -> Routes {
    Routes::new().allow(Permission::BookingSelf, routes!(number)).open(routes!(version))
}

struct Edge {
    app: TestApp,
    token: String,
}

async fn start() -> Edge {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    let app = TestApp::start(vec![function()], now, &[]).await;
    let token = app.token(AccountId::new(), Some(ClubId::new()), &[Role::Member]);
    Edge { app, token }
}

impl Edge {
    async fn keyed(&self, key: &str, body: Value) -> testkit::Answer {
        let call = self.app.call("POST", "/v1/numbers").token(&self.token);
        call.header("idempotency-key", key).json(&body).send().await
    }
}

#[tokio::test]
async fn answers_come_in_the_envelope_with_the_request_named() {
    let edge = start().await;
    let call = edge.app.call("POST", "/v1/numbers").token(&edge.token);
    let answer = call.header("x-correlation-id", "rainy-7").json(&json!({ "number": 4 })).send();
    let answer = answer.await;
    assert_eq!(answer.header("x-correlation-id"), Some("rainy-7"));
    assert_eq!(answer.header("etag"), Some("\"3\""));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.body["meta"]["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(answer.body["meta"]["timestamp"], "2026-11-20T12:00:00.000Z");
    assert_eq!(answer.data(200)["number"], 4);
}

#[tokio::test]
async fn a_bad_body_is_told_where_and_why() {
    let edge = start().await;
    let send = |body: &str| {
        let call = edge.app.call("POST", "/v1/numbers").token(&edge.token);
        call.raw("application/json", body.as_bytes().to_vec()).send()
    };
    for not_json in ["", "{", "{\"number\": 1} tail", "\u{0}"] {
        send(not_json).await.refused(400, "BODY_NOT_JSON");
    }
    for (wrong, path) in [
        (r#"{"number": "4"}"#, "number"),
        (r#"{"number": 4, "numbr": 5}"#, "numbr"),
        (r#"{"number": -1}"#, "number"),
        ("[]", ""),
        ("{}", ""),
    ] {
        let error = send(wrong).await.refused(422, "BODY_INVALID");
        assert_eq!(error["details"]["violations"][0]["path"], path, "{wrong}: {error}");
    }
    let error = send(r#"{"number": 11, "word": ""}"#).await.refused(422, "VALIDATION_FAILED");
    let paths: Vec<_> = error["details"]["violations"].as_array().unwrap().iter().collect();
    assert_eq!(paths.len(), 2, "every violation is listed: {error}");
    let call = edge.app.call("POST", "/v1/numbers").token(&edge.token);
    call.raw("text/plain", b"{}".to_vec()).send().await.refused(400, "CONTENT_TYPE_NOT_JSON");
    let large = format!("{{\"word\": \"{}\"}}", "x".repeat(1024 * 1024));
    send(&large).await.refused(413, "BODY_TOO_LARGE");
}

#[tokio::test]
async fn what_goes_wrong_inside_is_not_told() {
    let edge = start().await;
    let body = json!({ "number": 1, "word": "fails" });
    let answer = edge.app.post("/v1/numbers", &edge.token, body).await;
    assert!(!answer.body.to_string().contains("secret reason"));
    answer.refused(500, "INTERNAL");
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_404_in_the_envelope() {
    let edge = start().await;
    edge.app.get("/v1/nothing", &edge.token).await.refused(404, "NOT_FOUND");
    edge.app.delete("/v1/numbers", &edge.token).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn if_match_takes_what_etag_gave() {
    let edge = start().await;
    let read =
        |value: &'static str| edge.app.call("GET", "/v1/numbers").header("if-match", value).send();
    assert_eq!(read("\"3\"").await.data(200), 3);
    assert_eq!(read("*").await.data(200), Value::Null);
    for wrong in ["3", "\"x\"", "W/\"3\""] {
        read(wrong).await.refused(412, "STALE_VERSION");
    }
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer() {
    let edge = start().await;
    let first = edge.keyed("one", json!({ "number": 4 })).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let second = edge.keyed("one", json!({ "number": 4 })).await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.header("etag"), Some("\"3\""));
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn a_key_is_for_one_request_of_one_caller() {
    let edge = start().await;
    edge.keyed("one", json!({ "number": 4 })).await.data(200);
    edge.keyed("one", json!({ "number": 5 })).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    let other = edge.app.token(AccountId::new(), Some(ClubId::new()), &[Role::Member]);
    let call = edge.app.call("POST", "/v1/numbers").token(&other);
    let call = call.header("idempotency-key", "one").json(&json!({ "number": 5 }));
    assert_eq!(call.send().await.data(200)["number"], 5);
    edge.keyed(&"k".repeat(256), json!({ "number": 4 }))
        .await
        .refused(400, "IDEMPOTENCY_KEY_INVALID");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_with_one_key_one_runs() {
    let edge = start().await;
    let body = json!({ "number": 7, "wait_ms": 300 });
    let answers = join_all((0..20).map(|_| edge.keyed("race", body.clone()))).await;
    let ran = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(ran, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.header("retry-after"), Some("1"));
        answer.refused(409, "IDEMPOTENCY_IN_FLIGHT");
    }
}

#[tokio::test]
async fn a_request_that_failed_on_our_side_may_be_repeated() {
    let edge = start().await;
    let body = json!({ "number": 1, "word": "fails" });
    edge.keyed("again", body.clone()).await.refused(500, "INTERNAL");
    edge.keyed("again", body).await.refused(500, "INTERNAL");
}

#[tokio::test]
async fn a_claim_left_by_a_dead_process_lapses() {
    let edge = start().await;
    let body = json!({ "number": 2, "wait_ms": 60_000 });
    let dies = edge.keyed("dead", body.clone());
    let _ = tokio::time::timeout(std::time::Duration::from_millis(500), dies).await;
    edge.keyed("dead", body.clone()).await.refused(409, "IDEMPOTENCY_IN_FLIGHT");
    edge.app.clock.advance(kernel::jiff::SignedDuration::from_secs(16));
    let again = edge.keyed("dead", body);
    let again = tokio::time::timeout(std::time::Duration::from_millis(500), again).await;
    assert!(again.is_err(), "the second try runs, too, instead of being refused");
}
