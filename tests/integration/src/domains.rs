//! Domains that clubs prove to be their own.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::sso::{Sso, text};

async fn add(sso: &Sso, token: &str, domain: &str) -> testkit::Answer {
    sso.world.test.post("/v1/domains", token, json!({ "domain": domain })).await
}

async fn verify(sso: &Sso, token: &str, domain: &str) -> testkit::Answer {
    let path = format!("/v1/domains/{domain}/verify");
    sso.world.test.post(&path, token, Value::Null).await
}

#[tokio::test]
async fn a_domain_is_the_club_s_once_its_record_is_published() {
    let sso = Sso::start().await;
    let token = &sso.club.owner.token;
    let added = add(&sso, token, "Norte.example.org").await.data(201);
    assert_eq!(
        (&added["domain"], &added["status"]),
        (&json!("norte.example.org"), &json!("pending"))
    );
    let record = &added["record"];
    assert_eq!(
        (&record["type"], &record["name"]),
        (&json!("TXT"), &json!("_clubpulse.norte.example.org"))
    );
    let value = text(record, "value");
    assert!(value.starts_with("clubpulse-verification=") && value.len() > 50, "{value}");

    let name = text(record, "name");
    verify(&sso, token, "norte.example.org").await.refused(422, "DOMAIN_NOT_VERIFIED");
    sso.dns.publish(&name, "v=spf1 -all");
    sso.dns.publish(&name, "clubpulse-verification=of-somebody-else");
    verify(&sso, token, "norte.example.org").await.refused(422, "DOMAIN_NOT_VERIFIED");
    let platform = sso.world.test.app.table().platform();
    let email = "ana@norte.example.org".parse().unwrap();
    assert_eq!(identity::store::domain_of(&platform, &email).await.unwrap(), None);

    sso.dns.publish(&name, &value);
    let verified = verify(&sso, token, "norte.example.org").await.data(200);
    assert_eq!(verified["status"], "verified");
    assert_eq!(identity::store::domain_of(&platform, &email).await.unwrap(), Some(sso.club.id));
    sso.dns.withdraw(&name);
    assert_eq!(verify(&sso, token, "norte.example.org").await.data(200), verified, "for good");
    let listed = sso.world.test.get("/v1/domains", token).await.data(200);
    assert_eq!(listed, json!([verified]));
}

#[tokio::test]
async fn a_resolver_that_fails_proves_nothing() {
    let sso = Sso::start().await;
    let token = &sso.club.owner.token;
    let added = add(&sso, token, "norte.example.org").await.data(201);
    sso.dns.publish(&text(&added["record"], "name"), &text(&added["record"], "value"));
    sso.dns.fail(2);
    verify(&sso, token, "norte.example.org").await.refused(503, "DNS_UNAVAILABLE");
    sso.dns.fail(0);
    verify(&sso, token, "norte.example.org").await.data(200);
}

#[tokio::test]
async fn a_resolver_that_is_not_there_proves_nothing() {
    let sso = Sso::start_with(local::oidc::Algorithm::Es256, &[]).await;
    let world = crate::world::World::start_with(&[("DNS_OVER_HTTPS_URL", "http://127.0.0.1:9")]);
    let world = world.await;
    let club = world.club("este").await;
    let body = json!({ "domain": "este.example.org" });
    world.test.post("/v1/domains", &club.owner.token, body).await.data(201);
    let path = "/v1/domains/este.example.org/verify";
    let answer = world.test.post(path, &club.owner.token, Value::Null).await;
    answer.refused(503, "DNS_UNAVAILABLE");
    drop(sso);
}

#[tokio::test]
async fn domains_of_everybody_and_of_nobody_are_refused() {
    let sso = Sso::start().await;
    let token = &sso.club.owner.token;
    for public in ["gmail.com", "Hotmail.com", "outlook.com", "yahoo.com.ar", "icloud.com"] {
        add(&sso, token, public).await.refused(422, "DOMAIN_PUBLIC");
    }
    for wrong in ["", "localhost", "10.0.0.1", "norte.example.org/x", "ana@norte.example.org"] {
        add(&sso, token, wrong).await.refused(422, "BODY_INVALID");
    }
    assert_eq!(sso.count("ClubDomain"), 0);
    for number in 0..20 {
        add(&sso, token, &format!("norte{number}.example.org")).await.data(201);
    }
    add(&sso, token, "norte.example.org").await.refused(409, "DOMAINS_LIMIT_REACHED");
}

#[tokio::test]
async fn a_domain_is_one_club_s() {
    let sso = Sso::start().await;
    let other = sso.world.club("sur").await;
    let (ours, theirs) = (&sso.club.owner.token, &other.owner.token);
    // Both may say so; a name alone keeps nobody out.
    add(&sso, theirs, "norte.example.org").await.data(201);
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    add(&sso, ours, "norte.example.org").await.refused(409, "DOMAIN_EXISTS");
    let third = sso.world.club("este").await;
    add(&sso, &third.owner.token, "norte.example.org").await.refused(409, "DOMAIN_TAKEN");
    // Not even the right record takes it away.
    let listed = sso.world.test.get("/v1/domains", theirs).await.data(200);
    let record = &listed[0]["record"];
    sso.dns.publish(&text(record, "name"), &text(record, "value"));
    verify(&sso, theirs, "norte.example.org").await.refused(409, "DOMAIN_TAKEN");
    // Given up, it is free.
    let path = "/v1/domains/norte.example.org";
    assert_eq!(sso.world.test.delete(path, ours).await.status, 204);
    sso.world.test.delete(path, ours).await.refused(404, "DOMAIN_NOT_FOUND");
    verify(&sso, theirs, "norte.example.org").await.data(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_clubs_that_prove_one_domain_at_once_one_gets_it() {
    let sso = Sso::start().await;
    let other = sso.world.club("sur").await;
    let tokens = [&sso.club.owner.token, &other.owner.token];
    for token in tokens {
        let added = add(&sso, token, "norte.example.org").await.data(201);
        sso.dns.publish(&text(&added["record"], "name"), &text(&added["record"], "value"));
    }
    let answers = join_all(tokens.map(|token| verify(&sso, token, "norte.example.org"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "DOMAIN_TAKEN");
    }
    assert_eq!(sso.count("DomainOwner"), 1);
}

#[tokio::test]
async fn another_club_s_domain_is_not_there() {
    let sso = Sso::start().await;
    let other = sso.world.club("sur").await;
    sso.verify(&other, "sur.example.org").await.data(200);
    let token = &sso.club.owner.token;
    verify(&sso, token, "sur.example.org").await.refused(404, "DOMAIN_NOT_FOUND");
    verify(&sso, token, "sur..example").await.refused(404, "NOT_FOUND");
    let path = "/v1/domains/sur.example.org";
    sso.world.test.delete(path, token).await.refused(404, "DOMAIN_NOT_FOUND");
    assert_eq!(sso.world.test.get("/v1/domains", token).await.data(200), json!([]));
}

#[tokio::test]
async fn a_domain_that_a_provider_uses_stays() {
    let sso = Sso::start().await;
    let (test, token) = (&sso.world.test, &sso.club.owner.token);
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let provider = format!("/v1/identity-providers/{}", sso.provider);
    let domains = |domains: Value| json!({ "domains": domains });
    test.patch(&provider, token, domains(json!(["norte.example.org"]))).await.data(200);
    let path = "/v1/domains/norte.example.org";
    test.delete(path, token).await.refused(409, "DOMAIN_IN_USE");
    test.patch(&provider, token, domains(json!([]))).await.data(200);
    assert_eq!(test.delete(path, token).await.status, 204);
    add(&sso, token, "norte.example.org").await.data(201);
    assert_eq!(test.delete(path, token).await.status, 204, "what was never proved goes, too");
}
