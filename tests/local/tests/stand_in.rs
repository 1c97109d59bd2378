//! The stand-in behaves as the provider does, as far as its public description tells.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::path::PathBuf;

use kernel::{
    Clock,
    jiff::{SignedDuration, Timestamp},
};
use local::provider::{Options, Provider};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

const TOKEN: &str = "token-1";

struct Fixture {
    provider: Provider,
    clock: Clock,
    http: Client,
}

impl Fixture {
    async fn start() -> Self {
        let clock = Clock::manual(Timestamp::constant(1_795_284_000, 0));
        let options = Options { retry_pauses: Vec::new(), ..Options::new(clock.clone()) };
        let provider = Provider::start(options).await.expect("a port");
        provider.add_seller("110000001", TOKEN, "secret");
        Self { provider, clock, http: Client::new() }
    }

    async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> Response {
        let request = self.http.post(format!("{}{path}", self.provider.url())).bearer_auth(TOKEN);
        let request = match key {
            Some(key) => request.header("X-Idempotency-Key", key),
            None => request,
        };
        request.json(body).send().await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.provider.url())).bearer_auth(TOKEN);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn preference(&self, key: &str) -> Value {
        let expires = self.clock.now() + SignedDuration::from_mins(10);
        let body = json!({
            "items": [{ "title": "Court 1", "quantity": 1, "unit_price": 120.5, "currency_id": "ARS" }],
            "external_reference": "pay_1",
            "expires": true,
            "expiration_date_to": expires.to_string(),
        });
        let answer = self.post("/checkout/preferences", Some(key), &body).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.expect("JSON")
    }

    async fn press(&self, preference: &Value, button: &str) -> Response {
        let url = format!("{}/{button}", preference["init_point"].as_str().expect("a link"));
        let request = self.http.post(url).header("accept", "application/json");
        request.send().await.expect("an answer")
    }

    async fn paid(&self) -> (Value, u64) {
        let preference = self.preference("k").await;
        let answer: Value = self.press(&preference, "pay").await.json().await.expect("JSON");
        assert_eq!(answer["status"], "approved");
        let id = answer["payment_id"].as_u64().expect("a number");
        (preference, id)
    }
}

#[tokio::test]
async fn the_same_key_makes_the_same_page_and_another_token_none() {
    let fixture = Fixture::start().await;
    let first = fixture.preference("k").await;
    assert_eq!(fixture.preference("k").await["id"], first["id"]);
    assert_ne!(fixture.preference("l").await["id"], first["id"]);
    let other = json!({ "items": [{ "title": "x", "quantity": 1, "unit_price": 1 }] });
    let answer = fixture.post("/checkout/preferences", Some("k"), &other).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let url = format!("{}/v1/payments/1", fixture.provider.url());
    let answer = fixture.http.get(url).bearer_auth("unknown").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_shows_its_buttons_until_it_is_paid_or_expired() {
    let fixture = Fixture::start().await;
    let preference = fixture.preference("k").await;
    let url = preference["init_point"].as_str().expect("a link").to_owned();
    let show = async || {
        let page = fixture.http.get(&url).send().await.expect("an answer");
        page.text().await.expect("a page")
    };
    let page = show().await;
    assert!(page.contains("Court 1") && page.contains("120.50"), "{page}");
    assert!(page.contains(">Pay<") && page.contains(">Decline<"), "{page}");
    fixture.clock.advance(SignedDuration::from_mins(10));
    assert!(!show().await.contains(">Pay<"));
    assert_eq!(fixture.press(&preference, "pay").await.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_page_is_paid_once_and_can_be_declined_before() {
    let fixture = Fixture::start().await;
    let preference = fixture.preference("k").await;
    let declined: Value = fixture.press(&preference, "decline").await.json().await.expect("JSON");
    assert_eq!(declined["status"], "rejected");
    assert_eq!(fixture.press(&preference, "pay").await.status(), StatusCode::OK);
    assert_eq!(fixture.press(&preference, "pay").await.status(), StatusCode::CONFLICT);
    let query = "sort=date_created&criteria=asc&external_reference=pay_1";
    let found = fixture.get(&format!("/v1/payments/search?{query}")).await;
    assert_eq!(found["paging"]["total"], 2);
    assert_eq!(found["results"][1]["status"], "approved");
}

#[tokio::test]
async fn money_goes_back_once_for_a_key_and_never_more_than_there_is() {
    let fixture = Fixture::start().await;
    let (_, id) = fixture.paid().await;
    let path = format!("/v1/payments/{id}/refunds");
    for _ in 0..2 {
        let answer = fixture.post(&path, Some("r"), &json!({ "amount": 20.25 })).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    let payment = fixture.get(&format!("/v1/payments/{id}")).await;
    assert_eq!(payment["transaction_amount_refunded"].to_string(), "20.25");
    assert_eq!(payment["status"], "approved");
    let too_much = fixture.post(&path, Some("s"), &json!({ "amount": 100.26 })).await;
    assert_eq!(too_much.status(), StatusCode::BAD_REQUEST);
    assert_eq!(fixture.post(&path, Some("t"), &json!({})).await.status(), StatusCode::CREATED);
    let payment = fixture.get(&format!("/v1/payments/{id}")).await;
    assert_eq!(
        (&payment["status"], &payment["refunds"][1]["amount"]),
        (&json!("refunded"), &json!(100.25))
    );
    assert_eq!(fixture.get(&path).await.as_array().map(Vec::len), Some(2));
}

#[expect(clippy::disallowed_methods, reason = "the tests' one setting")]
fn vectors() -> Option<PathBuf> {
    // Relative to the workspace, where `make test` runs; cargo runs tests in the crate's folder.
    std::env::var_os("CLUBPULSE_VECTORS").map(|folder| PathBuf::from("../..").join(folder))
}

fn read(folder: &std::path::Path, file: &str) -> Value {
    let text = std::fs::read_to_string(folder.join("payments").join(file)).expect("a sample");
    serde_json::from_str(&text).expect("JSON")
}

/// The kind of a JSON value; null fits any.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "any",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Every member that both have is of the same kind in both.
fn same_shape(ours: &Value, theirs: &Value, path: &str) {
    let (a, b) = (kind(ours), kind(theirs));
    assert!(a == b || a == "any" || b == "any", "{path}: {a} here, {b} at the provider");
    if let (Some(ours), Some(theirs)) = (ours.as_object(), theirs.as_object()) {
        for (name, value) in ours {
            if let Some(other) = theirs.get(name) {
                same_shape(value, other, &format!("{path}.{name}"));
            }
        }
    }
}

/// Every member is of the type that the description gives it.
fn described(shape: &Value, schema: &Value, description: &Value, path: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => description.pointer(&reference[1..]).expect("a schema"),
        None => schema,
    };
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(shape), "{path}: {shape} is not one of {allowed:?}");
    }
    let wanted = match schema["type"].as_str() {
        Some("integer" | "number") => "number",
        Some(other) => other,
        None => "any",
    };
    let have = kind(shape);
    assert!(have == wanted || have == "any" || wanted == "any", "{path}: {have}, not {wanted}");
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = shape.get(name).filter(|value| !value.is_null()) {
            described(value, member, description, &format!("{path}.{name}"));
        }
    }
}

#[tokio::test]
async fn shapes_agree_with_the_provider_s_description_and_samples() {
    let Some(folder) = vectors() else {
        eprintln!(
            "SKIPPED: CLUBPULSE_VECTORS is not set, so no shape was compared with the provider's"
        );
        return;
    };
    let fixture = Fixture::start().await;
    let (preference, id) = fixture.paid().await;
    let path = format!("/v1/payments/{id}/refunds");
    let refund: Value =
        fixture.post(&path, None, &json!({ "amount": 1 })).await.json().await.expect("JSON");
    let payment = fixture.get(&format!("/v1/payments/{id}")).await;
    let query = "/v1/payments/search?sort=date_created&criteria=asc";
    let found = fixture.get(query).await;
    let description = read(&folder, "mp_openapi_spec3.json");
    let schema = |name: &str| &description["components"]["schemas"][name];
    described(&preference, schema("Preference"), &description, "preference");
    described(&payment, schema("Payment"), &description, "payment");
    described(&refund, schema("Refund"), &description, "refund");
    described(&found, schema("PaymentSearchResult"), &description, "search");
    for (ours, sample) in [
        (&preference, "sdk-php/preference_base.json"),
        (&payment, "sdk-php/payment_base.json"),
        (&refund, "sdk-php/payment_refund.json"),
        (&found["results"][0], "sdk-php/payment_cancelled.json"),
    ] {
        same_shape(ours, &read(&folder, sample), sample);
    }
    same_shape(&found["paging"], &read(&folder, "sdk-php/payment_search.json")["paging"], "paging");
}
