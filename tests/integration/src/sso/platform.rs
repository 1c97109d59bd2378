//! The platform's identity providers, as its operators keep them.

use audit::{Filter, Log, Record};
use futures::future::join_all;
use kernel::{AccountId, PageLimit, PageRequest, Role, jiff::SignedDuration};
use local::oidc::{CLIENT_SECRET, Person};
use serde_json::{Value, json};
use testkit::{Answer, Service};

use super::{REDIRECT, Sso, google, text};

const PATH: &str = "/v1/admin/identity-providers";
const GOOGLE: &str = "/v1/admin/identity-providers/google";

impl Sso {
    pub(super) async fn change_for_all(&self, change: Value) -> Answer {
        self.world.test.patch(GOOGLE, &self.world.operator, change).await
    }

    /// The name of the secret of the platform's provider.
    fn secret_of_all(&self) -> String {
        let items = self.world.test.database.items();
        let provider = items.iter().find(|item| item["PK"]["S"] == "P#IDP#google");
        let id = provider.expect("a provider")["id"]["S"].as_str().unwrap();
        format!("test/clubs/platform/oidc/{id}")
    }

    async fn told_on_platform(&self) -> Vec<Record> {
        let log = Log::Platform(self.world.test.app.table().platform());
        let all = PageRequest { limit: PageLimit::default(), after: None };
        let records = log.list(&Filter::default(), all).await.unwrap().items;
        let ours = |record: &Record| record.action.starts_with("identity_provider.");
        records.into_iter().filter(ours).collect()
    }
}

#[tokio::test]
async fn a_provider_of_the_platform_is_registered_read_changed_and_removed() {
    let sso = Sso::start_on_platform().await;
    let (test, operator) = (&sso.world.test, &sso.world.operator);
    let read = test.get(GOOGLE, operator).await;
    assert_eq!(read.header("etag"), Some("\"1\""));
    let read = read.data(200);
    assert_eq!((&read["key"], &read["name"]), (&json!("google"), &json!("Google")));
    assert_eq!((&read["trusts"], &read["enabled"]), (&google(), &json!(true)));
    assert_eq!(read["redirect_uris"], json!([REDIRECT]));
    assert_eq!(test.get(PATH, operator).await.data(200), json!([read]));

    let own = "https://app.example.org/back";
    let change = json!({
        "name": "Google Workspace", "trusts": { "rule": "verified_email" }, "client_id": "another",
        "redirect_uris": [own],
    });
    let changed = sso.change_for_all(change).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let changed = changed.data(200);
    assert_eq!(changed["trusts"], json!({ "rule": "verified_email" }));
    assert_eq!(
        (&changed["client_id"], &changed["redirect_uris"]),
        (&json!("another"), &json!([own]))
    );
    assert_eq!(test.get(GOOGLE, operator).await.data(200), changed);
    let at = async |method: &str, etag: &str, body: Value| {
        let call = test.call(method, GOOGLE).token(operator).header("if-match", etag);
        call.json(&body).send().await
    };
    at("PATCH", "\"1\"", json!({ "enabled": false })).await.refused(412, "STALE_VERSION");
    let off = at("PATCH", "\"2\"", json!({ "enabled": false })).await.data(200);
    assert_eq!((&off["enabled"], &off["name"]), (&json!(false), &json!("Google Workspace")));
    at("DELETE", "\"2\"", Value::Null).await.refused(412, "STALE_VERSION");
    assert_eq!(at("DELETE", "\"3\"", Value::Null).await.status, 204);
    for gone in [
        test.get(GOOGLE, operator).await,
        test.delete(GOOGLE, operator).await,
        sso.change_for_all(json!({ "enabled": true })).await,
    ] {
        gone.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    }
    assert_eq!(test.get(PATH, operator).await.data(200), json!([]));
}

#[tokio::test]
async fn what_operators_do_with_providers_is_in_the_platform_s_log() {
    let sso = Sso::start_on_platform().await;
    sso.change_for_all(json!({ "enabled": false, "client_secret": "another" })).await.data(200);
    sso.world.test.delete(GOOGLE, &sso.world.operator).await;
    let mut told = sso.told_on_platform().await;
    told.sort_by_key(|record| record.sequence);
    let actions: Vec<_> = told.iter().map(|record| record.action.as_str()).collect();
    let all = ["created", "changed", "removed"].map(|what| format!("identity_provider.{what}"));
    assert_eq!(actions, all);
    assert!(told.iter().all(|record| record.target == "google"), "{told:?}");
    let written = serde_json::to_string(&told).unwrap();
    assert!(!written.contains(CLIENT_SECRET) && !written.contains("another"), "{written}");
    let of_club =
        sso.world.test.get("/v1/audit-log?action=identity_provider", &sso.club.owner.token);
    assert_eq!(of_club.await.data(200), json!([]));
}

#[tokio::test]
async fn the_platform_s_client_secret_is_a_secret() {
    let sso = Sso::start_on_platform().await;
    let test = &sso.world.test;
    let name = sso.secret_of_all();
    assert_eq!(test.cloud.secret(&name), Some(json!({ "client_secret": CLIENT_SECRET })));
    let change = json!({ "client_secret": "rotated-at-the-provider" });
    let changed = sso.change_for_all(change.clone()).await.data(200);
    assert_eq!(test.cloud.secret(&name), Some(change));
    let read = test.get(GOOGLE, &sso.world.operator).await.data(200);
    let kept = Value::from(test.database.items()).to_string();
    for secret in [CLIENT_SECRET, "rotated-at-the-provider"] {
        assert!(!format!("{changed}{read}{kept}").contains(secret));
    }
    let stale = test.call("PATCH", GOOGLE).token(&sso.world.operator).header("if-match", "\"1\"");
    let stale = stale.json(&json!({ "client_secret": "of who came too late" })).send().await;
    stale.refused(412, "STALE_VERSION");
    let kept = test.cloud.secret(&name).unwrap();
    assert_eq!(kept["client_secret"], "rotated-at-the-provider");
    assert_eq!(test.delete(GOOGLE, &sso.world.operator).await.status, 204);
    assert_eq!(test.cloud.secret(&name), None);
}

#[tokio::test]
async fn a_provider_of_the_platform_whose_secret_cannot_be_kept_is_not_there() {
    let sso = Sso::start_on_platform().await;
    let mut other = sso.registration_for_all();
    other["key"] = json!("other");
    let before = sso.kept();
    sso.world.test.cloud.fail(Service::Secrets, 100);
    sso.register_for_all(other).await.refused(503, "DEPENDENCY_UNAVAILABLE");
    sso.world.test.cloud.fail(Service::Secrets, 0);
    assert_eq!(sso.kept(), before);
}

#[tokio::test]
async fn a_key_is_one_provider_s_and_a_second_registration_leaves_the_first_its_secret() {
    let sso = Sso::start_on_platform().await;
    let (name, before) = (sso.secret_of_all(), sso.kept());
    let mut again = sso.registration_for_all();
    again["client_secret"] = json!("of somebody else");
    sso.register_for_all(again).await.refused(409, "IDENTITY_PROVIDER_EXISTS");
    assert_eq!(sso.kept(), before);
    let secret = sso.world.test.cloud.secret(&name);
    assert_eq!(secret, Some(json!({ "client_secret": CLIENT_SECRET })));
    sso.sign_in(Person::new("g-1", "ana@gmail.com")).await.data(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_registrations_of_one_key_at_once_one_is_kept() {
    let sso = Sso::start().await;
    let answers = join_all((0..8).map(|_| sso.register_for_all(sso.registration_for_all()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "IDENTITY_PROVIDER_EXISTS");
    }
    let secret = sso.world.test.cloud.secret(&sso.secret_of_all());
    assert_eq!(secret, Some(json!({ "client_secret": CLIENT_SECRET })));
    assert_eq!(sso.told_on_platform().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_changes_of_one_version_of_a_provider_at_once_one_is_kept() {
    let sso = Sso::start_on_platform().await;
    let change = |number: usize| {
        let call = sso.world.test.call("PATCH", GOOGLE).token(&sso.world.operator);
        let call = call.header("if-match", "\"1\"");
        call.json(&json!({ "name": format!("Google {number}") })).send()
    };
    let answers = join_all((0..8).map(change)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(412, "STALE_VERSION");
    }
}

#[tokio::test]
async fn a_registration_for_all_that_breaks_a_rule_says_which() {
    let sso = Sso::start().await;
    let with = |field: &str, value: Value| {
        let mut body = sso.registration_for_all();
        body[field] = value;
        body
    };
    let domains = |count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("d{number}.example.org")).collect();
        json!({ "rule": "authoritative_domains", "domains": names })
    };
    for (field, value, code) in [
        ("key", json!("Google"), "BODY_INVALID"),
        ("key", json!("idp_1"), "BODY_INVALID"),
        ("key", json!("g"), "BODY_INVALID"),
        ("name", json!(""), "BODY_INVALID"),
        ("issuer", json!("https://10.0.0.1"), "ISSUER_REFUSED"),
        ("trusts", json!("everybody"), "BODY_INVALID"),
        (
            "trusts",
            json!({ "rule": "authoritative_domains", "domains": ["gmail"] }),
            "BODY_INVALID",
        ),
        ("trusts", domains(21), "VALIDATION_FAILED"),
        ("client_id", json!(""), "VALIDATION_FAILED"),
        ("client_secret", json!("x".repeat(1_001)), "VALIDATION_FAILED"),
        ("redirect_uris", json!([]), "VALIDATION_FAILED"),
        ("redirect_uris", json!(["http://app.example.org"]), "BODY_INVALID"),
        ("domains", json!(["norte.example.org"]), "BODY_INVALID"),
    ] {
        sso.register_for_all(with(field, value)).await.refused(422, code);
    }
    let mut without = sso.registration_for_all();
    without.as_object_mut().unwrap().remove("trusts");
    sso.register_for_all(without).await.refused(422, "BODY_INVALID");
    for number in 0..10 {
        let body = with("key", json!(format!("google{number}")));
        sso.register_for_all(body).await.data(201);
    }
    let answer = sso.register_for_all(sso.registration_for_all()).await;
    answer.refused(409, "PROVIDERS_LIMIT_REACHED");
    let many = sso.world.test.patch(
        "/v1/admin/identity-providers/google1",
        &sso.world.operator,
        json!({ "trusts": domains(21) }),
    );
    many.await.refused(422, "VALIDATION_FAILED");
    let page = format!("{PATH}?limit=4");
    let first = sso.world.test.get(&page, &sso.world.operator).await;
    let cursor = text(&first.body["meta"]["page"], "next_cursor");
    let first = first.data(200);
    let next = format!("{page}&cursor={cursor}");
    let next = sso.world.test.get(&next, &sso.world.operator).await.data(200);
    assert_eq!((&first[0]["key"], &next[0]["key"]), (&json!("google0"), &json!("google4")));
}

#[tokio::test]
async fn providers_of_the_platform_are_its_operators_to_change_with_a_recent_proof() {
    let sso = Sso::start_on_platform().await;
    let test = &sso.world.test;
    let mut other = sso.registration_for_all();
    other["key"] = json!("other");
    let mut claims = test.claims(AccountId::new(), None, &[Role::Operator]);
    claims.auth_time -= SignedDuration::from_mins(16).as_secs();
    let stale = test.keys.sign(&claims);
    let before = sso.kept();
    for (token, code) in
        [(&stale, "STEP_UP_REQUIRED"), (&sso.club.owner.token, "PERMISSION_MISSING")]
    {
        for answer in [
            test.post(PATH, token, other.clone()).await,
            test.patch(GOOGLE, token, json!({ "enabled": false })).await,
            test.delete(GOOGLE, token).await,
        ] {
            answer.refused(403, code);
        }
    }
    test.get(GOOGLE, &stale).await.data(200);
    test.get(PATH, &stale).await.data(200);
    for path in [PATH, GOOGLE] {
        test.get(path, &sso.club.owner.token).await.refused(403, "PERMISSION_MISSING");
    }
    assert_eq!(sso.kept(), before);
    // A club's own routes do not reach it either.
    let by_club = test.get("/v1/identity-providers/google", &sso.club.owner.token).await;
    assert_eq!(by_club.status, 404, "{}", by_club.body);
    let own = test.get("/v1/identity-providers", &sso.club.owner.token).await.data(200);
    assert_eq!(own, json!([]));
}

#[tokio::test]
async fn a_key_that_is_another_provider_s_by_now_lets_nobody_back_in() {
    let sso = Sso::start_on_platform().await;
    sso.oidc.sit(Person::new("g-1", "ana@gmail.com"));
    let started = sso.leave().await;
    let approval = sso.approve(&started).await;
    assert_eq!(sso.world.test.delete(GOOGLE, &sso.world.operator).await.status, 204);
    let mut other = sso.registration_for_all();
    let clock = sso.world.test.clock.clone();
    let oidc = local::oidc::Oidc::start(clock, local::oidc::Algorithm::Es256).await.unwrap();
    other["issuer"] = json!(oidc.url());
    sso.register_for_all(other).await.data(201);
    let before = sso.kept();
    let answer = sso.complete(&started, &approval).await;
    answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    assert_eq!((sso.oidc.calls().token, oidc.calls().token), (0, 0), "its code goes nowhere");
    assert_eq!(sso.kept(), before);
}
