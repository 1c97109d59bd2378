//! Clubs as the platform's operators see them.

use kernel::{AccountId, ClubId, OnboardingId};
use serde_json::{Value, json};
use testkit::Service;

use crate::world::World;

fn new_club(slug: &str) -> Value {
    json!({
        "name": "Club Norte",
        "slug": slug,
        "time_zone": "america/argentina/buenos_aires",
        "currency": "ARS",
        "owner": { "email": "olga@example.org", "name": "Olga" },
        "payment_provider": {
            "access_token": "APP_USR-secret", "webhook_secret": "hook-secret", "collector_id": "123",
        },
    })
}

async fn ask(world: &World, body: Value) -> testkit::Answer {
    world.test.post("/v1/admin/clubs", &world.operator, body).await
}

#[tokio::test]
async fn onboarding_starts_a_workflow_and_says_where_to_watch_it() {
    let world = World::start().await;
    let answer = ask(&world, new_club("norte")).await;
    let location = answer.header("location").unwrap().to_owned();
    let started = answer.data(202);
    assert_eq!(started["status"], "running");
    let onboarding = started["onboarding_id"].as_str().unwrap();
    assert_eq!(location, format!("/v1/admin/onboardings/{onboarding}"));

    let executions = world.test.cloud.take_executions();
    let input = json!({ "onboarding_id": onboarding, "club_id": started["club_id"] });
    assert_eq!(executions, [(onboarding.to_owned(), input)]);

    let progress = world.test.get(&location, &world.operator).await.data(200);
    assert_eq!(progress["slug"], "norte");
    assert_eq!(progress["status"], "running");
    let steps = progress["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 7);
    for step in steps {
        assert_eq!(step["status"], "pending");
        assert_eq!((&step["started_at"], &step["error"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn credentials_are_kept_in_secrets_alone() {
    let world = World::start().await;
    let started = ask(&world, new_club("norte")).await.data(202);
    let onboarding = started["onboarding_id"].as_str().unwrap();
    let intake = world.test.cloud.secret(&format!("test/clubs/intake/{onboarding}/mercadopago"));
    assert_eq!(intake.unwrap(), new_club("norte")["payment_provider"]);
    let executions = json!(world.test.cloud.take_executions()).to_string();
    let kept = Value::from(world.test.database.items()).to_string();
    for place in [executions, kept] {
        assert!(!place.contains("APP_USR-secret") && !place.contains("hook-secret"));
    }
}

#[tokio::test]
async fn a_taken_slug_is_refused_at_once() {
    let world = World::start().await;
    world.club("norte").await;
    world.drain().await;
    ask(&world, new_club("norte")).await.refused(409, "SLUG_TAKEN");
    assert!(world.test.cloud.take_executions().is_empty());
}

#[tokio::test]
async fn a_bad_club_is_told_where_it_is_wrong_and_starts_nothing() {
    let world = World::start().await;
    let with = |field: &str, value: Value| {
        let mut body = new_club("norte");
        body[field] = value;
        body
    };
    let provider = |field: &str, value: Value| {
        let mut body = new_club("norte");
        body["payment_provider"][field] = value;
        body
    };
    for (body, path) in [
        (with("name", json!("")), "name"),
        (with("slug", json!("Norte")), "slug"),
        (with("slug", json!("no")), "slug"),
        (with("time_zone", json!("Mars/Olympus")), "time_zone"),
        (with("currency", json!("XXX")), "currency"),
        (with("owner", json!({ "email": "x", "name": "Olga" })), "owner.email"),
        (with("template", json!("deluxe")), "template"),
        (with("status", json!("active")), "status"),
        (provider("secret", json!("x")), "payment_provider.secret"),
    ] {
        let error = ask(&world, body).await.refused(422, "BODY_INVALID");
        assert_eq!(error["details"]["violations"][0]["path"], path, "{error}");
    }
    for (body, path) in [
        (provider("access_token", json!("")), "payment_provider.access_token"),
        (provider("collector_id", json!("12a")), "payment_provider.collector_id"),
    ] {
        let error = ask(&world, body).await.refused(422, "VALIDATION_FAILED");
        assert_eq!(error["details"]["violations"][0]["path"], path, "{error}");
    }
    assert!(world.test.cloud.take_executions().is_empty());
    assert!(world.test.database.items().is_empty());
}

#[tokio::test]
async fn one_idempotency_key_starts_one_onboarding() {
    let world = World::start().await;
    let send = || {
        let call = world.test.call("POST", "/v1/admin/clubs").token(&world.operator);
        call.header("idempotency-key", "first").json(&new_club("norte")).send()
    };
    let (first, second) = (send().await, send().await);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(first.data(202), second.data(202));
    assert_eq!(world.test.cloud.take_executions().len(), 1);
}

#[tokio::test]
async fn an_onboarding_whose_workflow_does_not_start_has_failed() {
    let world = World::start().await;
    for service in [Service::Workflows, Service::Secrets] {
        // The keys are read before, so that it is the intake that fails.
        world.test.get("/v1/admin/clubs", &world.operator).await.data(200);
        world.test.cloud.fail(service, 100);
        ask(&world, new_club("norte")).await.refused(503, "DEPENDENCY_UNAVAILABLE");
        world.test.cloud.fail(service, 0);
    }
    let items = world.test.database.items();
    let records: Vec<_> = items.iter().filter(|item| item["kind"]["S"] == "Onboarding").collect();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["status"]["S"] == "failed"));
    ask(&world, new_club("norte")).await.data(202);
}

#[tokio::test]
async fn clubs_are_listed_by_age_in_pages() {
    let world = World::start().await;
    for slug in ["norte", "sur", "este"] {
        world.club(slug).await;
        world.drain().await;
        world.test.clock.advance(kernel::jiff::SignedDuration::from_secs(1));
    }
    let page = |query: String| {
        let (test, operator) = (&world.test, &world.operator);
        async move { test.get(&format!("/v1/admin/clubs{query}"), operator).await }
    };
    let first = page("?limit=2".to_owned()).await;
    let cursor = first.body["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let slugs = |list: &Value| -> Vec<String> {
        let clubs = list.as_array().unwrap().iter();
        clubs.map(|club| club["slug"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(slugs(&first.data(200)), ["norte", "sur"]);
    let rest = page(format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(rest.body["meta"]["page"]["next_cursor"], Value::Null);
    let rest = rest.data(200);
    assert_eq!(slugs(&rest), ["este"]);
    assert_eq!(rest[0]["status"], "active");
    assert_eq!(rest[0]["time_zone"], "America/Argentina/Buenos_Aires");

    page("?limit=0".to_owned()).await.refused(422, "LIMIT_OUT_OF_RANGE");
    page("?limit=many".to_owned()).await.refused(422, "QUERY_INVALID");
    page("?order=name".to_owned()).await.refused(422, "QUERY_INVALID");
    page("?cursor=x".to_owned()).await.refused(422, "CURSOR_INVALID");
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let (world, club) = World::with_club().await;
    let read = |path: String| {
        let (test, operator) = (&world.test, &world.operator);
        async move { test.get(&path, operator).await }
    };
    let found = read(format!("/v1/admin/clubs/{}", club.id)).await.data(200);
    assert_eq!((&found["slug"], &found["tier"]), (&json!("norte"), &json!("pool")));
    read(format!("/v1/admin/clubs/{}", ClubId::new())).await.refused(404, "CLUB_NOT_FOUND");
    read("/v1/admin/clubs/norte".to_owned()).await.refused(404, "NOT_FOUND");
    let unknown = format!("/v1/admin/onboardings/{}", OnboardingId::new());
    read(unknown).await.refused(404, "ONBOARDING_NOT_FOUND");
    let account = format!("/v1/admin/onboardings/{}", AccountId::new());
    read(account).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn not_even_an_owner_sees_the_platform() {
    let (world, club) = World::with_club().await;
    let refused = world.test.get("/v1/admin/clubs", &club.owner.token).await;
    refused.refused(403, "PERMISSION_MISSING");
    let body = new_club("sur");
    let refused = world.test.post("/v1/admin/clubs", &club.owner.token, body).await;
    refused.refused(403, "PERMISSION_MISSING");
}
