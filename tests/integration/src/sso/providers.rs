//! A club's own identity providers.

use kernel::jiff::SignedDuration;
use local::oidc::CLIENT_SECRET;
use serde_json::{Value, json};
use testkit::Service;

use super::{REDIRECT, Sso, ana, text};

#[tokio::test]
async fn a_provider_is_registered_read_changed_and_removed() {
    let sso = Sso::start().await;
    let (test, token) = (&sso.world.test, &sso.club.owner.token);
    let path = format!("/v1/identity-providers/{}", sso.provider);
    let read = test.get(&path, token).await;
    assert_eq!(read.header("etag"), Some("\"1\""));
    let read = read.data(200);
    assert_eq!((&read["enabled"], &read["domains"]), (&json!(true), &json!([])));
    let listed = test.get("/v1/identity-providers", token).await.data(200);
    assert_eq!(listed, json!([read]));

    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let change = json!({ "name": "Norte", "enabled": false, "domains": ["norte.example.org"] });
    let changed = test.patch(&path, token, change).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.data(200)["name"], "Norte");
    let started = json!({ "club": "norte", "email": "ana@norte.example.org" });
    let start = || sso.post("/v1/auth/sso/start", started.clone());
    start().await.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    let stale = test.call("PATCH", &path).token(token).header("if-match", "\"1\"");
    let stale = stale.json(&json!({ "enabled": true })).send().await;
    stale.refused(412, "STALE_VERSION");
    let fits = test.call("PATCH", &path).token(token).header("if-match", "\"2\"");
    fits.json(&json!({ "enabled": true })).send().await.data(200);
    start().await.data(200);

    let stale = test.call("DELETE", &path).token(token).header("if-match", "\"2\"").send().await;
    stale.refused(412, "STALE_VERSION");
    assert_eq!(test.delete(&path, token).await.status, 204);
    for answer in [test.get(&path, token).await, test.delete(&path, token).await, start().await] {
        answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    }
    assert_eq!(test.delete("/v1/domains/norte.example.org", token).await.status, 204);
}

#[tokio::test]
async fn the_client_secret_is_a_secret() {
    let sso = Sso::start().await;
    let (test, token) = (&sso.world.test, &sso.club.owner.token);
    let name = format!("test/clubs/{}/oidc/{}", sso.club.id, sso.provider);
    assert_eq!(test.cloud.secret(&name), Some(json!({ "client_secret": CLIENT_SECRET })));
    let path = format!("/v1/identity-providers/{}", sso.provider);
    let body = json!({ "client_secret": "rotated-at-the-provider" });
    let changed = test.patch(&path, token, body).await.data(200);
    assert_eq!(
        test.cloud.secret(&name),
        Some(json!({ "client_secret": "rotated-at-the-provider" }))
    );
    let shown = format!("{changed}{}", test.get(&path, token).await.data(200));
    let kept = Value::from(test.database.items()).to_string();
    for secret in [CLIENT_SECRET, "rotated-at-the-provider"] {
        assert!(!shown.contains(secret) && !kept.contains(secret));
    }
    assert_eq!(test.delete(&path, token).await.status, 204);
    assert_eq!(test.cloud.secret(&name), None);
}

#[tokio::test]
async fn a_provider_whose_secret_cannot_be_kept_is_not_there() {
    let sso = Sso::start().await;
    let before = sso.kept();
    sso.world.test.cloud.fail(Service::Secrets, 100);
    let answer = sso.register(&sso.club, sso.registration()).await;
    answer.refused(503, "DEPENDENCY_UNAVAILABLE");
    sso.world.test.cloud.fail(Service::Secrets, 0);
    assert_eq!(sso.kept(), before);
}

#[tokio::test]
async fn only_public_https_issuers_are_registered_outside_of_tests() {
    let sso = Sso::start_with_stage_prod().await;
    let with = |issuer: &str| {
        let mut body = sso.registration();
        body["issuer"] = json!(issuer);
        body
    };
    for wrong in [
        "http://accounts.google.com",
        "https://127.0.0.1",
        "http://127.0.0.1:8080",
        "https://10.0.0.1",
        "https://[::1]",
        "https://2130706433",
        "https://localhost",
        "https://intranet",
        "https://metadata.google.internal",
        "https://accounts.google.com:8443",
        "https://ana@accounts.google.com",
        "https://accounts.google.com?x=1",
        "https://accounts.google.com#x",
        "file:///etc/passwd",
        "accounts.google.com",
        "",
    ] {
        sso.register(&sso.club, with(wrong)).await.refused(422, "ISSUER_REFUSED");
    }
    sso.register(&sso.club, with("https://accounts.google.com")).await.data(201);
}

impl Sso {
    /// A production stage reaches no stand-in, so the provider that is registered is Google.
    async fn start_with_stage_prod() -> Self {
        let dns = local::dns::Dns::start().await.unwrap();
        let world = crate::world::World::start_with(&[("STAGE", "prod")]).await;
        let club = world.club("norte").await;
        let clock = world.test.clock.clone();
        let oidc = local::oidc::Oidc::start(clock, local::oidc::Algorithm::Es256).await.unwrap();
        Self { world, club, oidc, dns, provider: String::new() }
    }
}

#[tokio::test]
async fn a_provider_signs_in_people_of_its_own_club_s_domains_alone() {
    let sso = Sso::start().await;
    let other = sso.world.club("sur").await;
    let (test, token) = (&sso.world.test, &sso.club.owner.token);
    let with = |domains: Value| {
        let mut body = sso.registration();
        body["domains"] = domains;
        body
    };
    sso.verify(&other, "sur.example.org").await.data(200);
    let pending = json!({ "domain": "pending.example.org" });
    test.post("/v1/domains", token, pending).await.data(201);
    let before = sso.kept();
    for domain in ["sur.example.org", "pending.example.org", "unheard.example.org"] {
        let answer = sso.register(&sso.club, with(json!([domain]))).await;
        answer.refused(422, "DOMAIN_NOT_VERIFIED");
    }
    assert_eq!(sso.kept(), before);

    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let twice = with(json!(["norte.example.org", "Norte.example.org"]));
    let made = sso.register(&sso.club, twice).await.data(201);
    assert_eq!(made["domains"], json!(["norte.example.org"]));
    let answer = sso.register(&sso.club, with(json!(["norte.example.org"]))).await;
    answer.refused(409, "DOMAIN_HAS_PROVIDER");
    let first = format!("/v1/identity-providers/{}", sso.provider);
    let take = json!({ "domains": ["norte.example.org"] });
    test.patch(&first, token, take.clone()).await.refused(409, "DOMAIN_HAS_PROVIDER");
    let second = format!("/v1/identity-providers/{}", text(&made, "id"));
    test.patch(&second, token, json!({ "domains": [] })).await.data(200);
    test.patch(&first, token, take).await.data(200);
    assert_eq!(sso.count("IdentityProvider"), 2);
}

#[tokio::test]
async fn another_club_s_provider_is_not_there() {
    let sso = Sso::start().await;
    let other = sso.world.club("sur").await;
    let test = &sso.world.test;
    let path = format!("/v1/identity-providers/{}", sso.provider);
    let link = json!({ "provider_id": sso.provider });
    for answer in [
        test.get(&path, &other.owner.token).await,
        test.patch(&path, &other.owner.token, json!({ "name": "Ours" })).await,
        test.delete(&path, &other.owner.token).await,
        test.post("/v1/auth/sso/link", &other.owner.token, link).await,
    ] {
        answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    }
    let listed = test.get("/v1/identity-providers", &other.owner.token).await.data(200);
    assert_eq!(listed, json!([]));
}

#[tokio::test]
async fn a_provider_that_is_removed_lets_nobody_back_in() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    sso.oidc.sit(ana());
    let started = sso.leave().await;
    let approval = sso.approve(&started).await;
    let path = format!("/v1/identity-providers/{}", sso.provider);
    let off = json!({ "enabled": false });
    sso.world.test.patch(&path, &sso.club.owner.token, off).await.data(200);
    let answer = sso.complete(&started, &approval).await;
    answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
}

#[tokio::test]
async fn a_registration_that_breaks_a_rule_says_which() {
    let sso = Sso::start().await;
    let with = |field: &str, value: Value| {
        let mut body = sso.registration();
        body[field] = value;
        body
    };
    for (field, value, code) in [
        ("name", json!(""), "BODY_INVALID"),
        ("name", json!("x".repeat(61)), "BODY_INVALID"),
        ("client_id", json!(""), "VALIDATION_FAILED"),
        ("client_secret", json!(""), "VALIDATION_FAILED"),
        ("client_secret", json!("x".repeat(1_001)), "VALIDATION_FAILED"),
        ("redirect_uris", json!([]), "VALIDATION_FAILED"),
        ("redirect_uris", json!(vec![REDIRECT; 21]), "VALIDATION_FAILED"),
        ("redirect_uris", json!(["http://app.example.org"]), "BODY_INVALID"),
        ("domains", json!(["localhost"]), "BODY_INVALID"),
        ("secret", json!("x"), "BODY_INVALID"),
    ] {
        sso.register(&sso.club, with(field, value)).await.refused(422, code);
    }
    for _ in 1..10 {
        sso.register(&sso.club, sso.registration()).await.data(201);
    }
    let answer = sso.register(&sso.club, sso.registration()).await;
    answer.refused(409, "PROVIDERS_LIMIT_REACHED");
}

#[tokio::test]
async fn changes_of_a_provider_ask_for_a_recent_proof() {
    let sso = Sso::start().await;
    let owner = sso.club.owner.account;
    let mut claims = sso.world.test.claims(owner, Some(sso.club.id), &[kernel::Role::Owner]);
    claims.auth_time -= SignedDuration::from_mins(16).as_secs();
    let stale = sso.world.test.keys.sign(&claims);
    let test = &sso.world.test;
    let path = format!("/v1/identity-providers/{}", sso.provider);
    for answer in [
        test.post("/v1/identity-providers", &stale, sso.registration()).await,
        test.patch(&path, &stale, json!({ "enabled": false })).await,
        test.delete(&path, &stale).await,
        test.post("/v1/domains", &stale, json!({ "domain": "norte.example.org" })).await,
        test.delete("/v1/domains/norte.example.org", &stale).await,
    ] {
        answer.refused(403, "STEP_UP_REQUIRED");
    }
    test.get(&path, &stale).await.data(200);
}
