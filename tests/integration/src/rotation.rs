//! The rotation of the key that signs access tokens: no live token ever becomes bad.

use identity::{SigningKey, SigningKeys};
use kernel::{
    AccountId, Claims, ClubId, Error, PageLimit, PageRequest, Role, jiff::SignedDuration,
};
use serde_json::{Value, json};
use testkit::{Service, TestApp};
use web::{EdgeKeys, EdgeKeysDocument};

const SECRET: &str = "test/signing";
const EDGE: &str = "test/edge";
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

async fn start() -> TestApp {
    let functions = vec![api_auth::routes(), api_sessions::routes()];
    TestApp::start(functions, "2026-11-20T12:00:00Z".parse().unwrap(), &[]).await
}

/// A platform as `bootstrap keys` makes it.
async fn with_two_keys() -> TestApp {
    let test = start().await;
    let keys = SigningKeys::generate().unwrap();
    test.cloud.put_secret(SECRET, &json!(keys));
    publish(&test, &json!(keys.published().unwrap()));
    test
}

fn publish(test: &TestApp, jwks: &Value) {
    let mut edge = test.cloud.secret(EDGE).unwrap();
    edge["jwks"] = jwks.clone();
    test.cloud.put_secret(EDGE, &edge);
}

async fn step(test: &TestApp, token: &str, step: &str) -> Result<Value, Error> {
    let input = json!({ "SecretId": SECRET, "ClientRequestToken": token, "Step": step });
    task_rotate_signing_key::handle(test.app.clone(), input).await
}

async fn rotate(test: &TestApp) -> String {
    let token = test.cloud.begin_rotation(SECRET);
    for name in STEPS {
        step(test, &token, name).await.unwrap();
    }
    token
}

fn keys(test: &TestApp) -> SigningKeys {
    serde_json::from_value(test.cloud.secret(SECRET).unwrap()).unwrap()
}

fn published(test: &TestApp) -> Vec<String> {
    let edge = test.cloud.secret(EDGE).unwrap();
    let keys = edge["jwks"]["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// A token signed with the key in use.
fn token(test: &TestApp) -> String {
    let key: SigningKey = serde_json::from_value(test.cloud.secret(SECRET).unwrap()).unwrap();
    let claims = test.claims(AccountId::new(), Some(ClubId::new()), &[Role::Member]);
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    header.typ = Some(Claims::TOKEN_TYPE.to_owned());
    header.kid = Some(key.kid);
    let signing = jsonwebtoken::EncodingKey::from_ec_pem(key.private_key_pem.as_bytes()).unwrap();
    jsonwebtoken::encode(&header, &claims, &signing).unwrap()
}

/// What a verifier that reads the keys now says of a token.
fn verdict(test: &TestApp, token: &str) -> &'static str {
    let document = serde_json::from_value::<EdgeKeysDocument>(test.cloud.secret(EDGE).unwrap());
    let keys = EdgeKeys::new(document.unwrap()).unwrap();
    let issuer = test.app.config().public_base_url().unwrap();
    let verified = web::token::verify(token, &keys, issuer, test.clock.now());
    verified.map_or_else(|error| error.code(), |_| "good")
}

fn minutes(test: &TestApp, minutes: i64) {
    test.clock.advance(SignedDuration::from_mins(minutes));
}

#[tokio::test]
async fn a_token_signed_before_is_good_until_it_expires() {
    let test = with_two_keys().await;
    let before = keys(&test);
    let old = token(&test);
    let rotation = test.cloud.begin_rotation(SECRET);
    for name in STEPS {
        assert_eq!(verdict(&test, &old), "good", "before {name}");
        assert_eq!(verdict(&test, &token(&test)), "good", "before {name}");
        step(&test, &rotation, name).await.unwrap();
    }
    let after = keys(&test);
    assert_eq!(after.current.kid, before.next.unwrap().kid);
    let next = after.next.unwrap().kid;
    assert_eq!(published(&test), [before.current.kid, after.current.kid, next]);
    let new = token(&test);
    minutes(&test, 14);
    assert_eq!((verdict(&test, &old), verdict(&test, &new)), ("good", "good"));
    minutes(&test, 2);
    assert_eq!(verdict(&test, &old), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn after_two_rotations_the_old_key_is_gone() {
    let test = with_two_keys().await;
    let (old, first) = (token(&test), keys(&test).current.kid);
    rotate(&test).await;
    assert!(published(&test).contains(&first));
    minutes(&test, 30 * 24 * 60);
    let cursor_key = test.cloud.secret(EDGE).unwrap()["cursor_key"].clone();
    rotate(&test).await;
    assert!(!published(&test).contains(&first));
    assert_eq!(published(&test).len(), 3);
    assert_eq!(verdict(&test, &old), "TOKEN_KEY_UNKNOWN");
    assert_eq!(test.cloud.secret(EDGE).unwrap()["cursor_key"], cursor_key);
}

#[tokio::test]
async fn rotations_in_a_hurry_drop_no_key_whose_tokens_live() {
    let test = with_two_keys().await;
    let old = token(&test);
    rotate(&test).await;
    // Not every verifier knows the next key yet.
    let rotation = test.cloud.begin_rotation(SECRET);
    let error = step(&test, &rotation, "createSecret").await.unwrap_err();
    assert_eq!(error.code(), "ROTATION_TOO_SOON");
    let second = token(&test);
    minutes(&test, 10);
    for name in STEPS {
        step(&test, &rotation, name).await.unwrap();
    }
    assert_eq!((verdict(&test, &old), verdict(&test, &second)), ("good", "good"));
}

#[tokio::test]
async fn every_step_can_be_repeated() {
    let test = with_two_keys().await;
    let rotation = test.cloud.begin_rotation(SECRET);
    for name in STEPS {
        step(&test, &rotation, name).await.unwrap();
        let (edge, keys) = (test.cloud.secret(EDGE), test.cloud.secret(SECRET));
        step(&test, &rotation, name).await.unwrap();
        assert_eq!(test.cloud.secret(EDGE), edge, "{name}");
        assert_eq!(test.cloud.secret(SECRET), keys, "{name}");
    }
    // A step that comes late changes nothing.
    let (edge, keys) = (test.cloud.secret(EDGE), test.cloud.secret(SECRET));
    for name in STEPS {
        step(&test, &rotation, name).await.unwrap();
    }
    assert_eq!((test.cloud.secret(EDGE), test.cloud.secret(SECRET)), (edge, keys));
}

#[tokio::test]
async fn a_step_that_comes_early_changes_nothing() {
    let test = with_two_keys().await;
    let (edge, keys) = (test.cloud.secret(EDGE), test.cloud.secret(SECRET));
    let rotation = test.cloud.begin_rotation(SECRET);
    for name in ["setSecret", "finishSecret"] {
        let error = step(&test, &rotation, name).await.unwrap_err();
        assert_eq!(error.code(), "ROTATION_STEP_EARLY");
    }
    // What Secrets Manager tries when a schedule is set up.
    step(&test, &rotation, "testSecret").await.unwrap();
    step(&test, &rotation, "createSecret").await.unwrap();
    for name in ["testSecret", "finishSecret"] {
        let error = step(&test, &rotation, name).await.unwrap_err();
        assert_eq!(error.code(), "ROTATION_STEP_EARLY", "nothing is published yet");
    }
    assert_eq!((test.cloud.secret(EDGE), test.cloud.secret(SECRET)), (edge, keys));
}

#[tokio::test]
async fn a_rotation_that_is_killed_anywhere_goes_on() {
    // Calls of Secrets Manager fail from the first, the second, … on: the SDK tries each three times.
    for survived in 0..4 {
        let test = with_two_keys().await;
        let old = token(&test);
        let rotation = test.cloud.begin_rotation(SECRET);
        let (mut failures, mut done) = (0, 0);
        while done < STEPS.len() {
            // A step that does something makes four calls; fail at a different one each time.
            test.cloud.fail_after(Service::Secrets, survived, 3);
            if step(&test, &rotation, STEPS[done]).await.is_err() {
                failures += 1;
                test.cloud.fail(Service::Secrets, 0);
                assert_eq!(verdict(&test, &old), "good");
                assert_eq!(verdict(&test, &token(&test)), "good");
                step(&test, &rotation, STEPS[done]).await.unwrap();
            }
            test.cloud.fail(Service::Secrets, 0);
            done += 1;
        }
        assert!(failures > 0, "{survived}");
        assert_eq!(verdict(&test, &old), "good");
        assert_eq!(verdict(&test, &token(&test)), "good");
        assert_eq!(published(&test).len(), 3);
    }
}

#[tokio::test]
async fn another_version_another_secret_and_other_input_are_refused() {
    let test = with_two_keys().await;
    let error = step(&test, "no-such-version", "createSecret").await.unwrap_err();
    assert_eq!(error.code(), "ROTATION_TOKEN_UNKNOWN");
    let overtaken = test.cloud.begin_rotation(SECRET);
    step(&test, &overtaken, "createSecret").await.unwrap();
    let rotation = test.cloud.begin_rotation(SECRET);
    for name in STEPS {
        let error = step(&test, &overtaken, name).await.unwrap_err();
        assert_eq!(error.code(), "ROTATION_TOKEN_NOT_PENDING");
    }
    let handle = |input| task_rotate_signing_key::handle(test.app.clone(), input);
    let other = json!({ "SecretId": EDGE, "ClientRequestToken": rotation, "Step": "createSecret" });
    assert_eq!(handle(other).await.unwrap_err().code(), "SECRET_UNKNOWN");
    let wrong = json!({ "SecretId": SECRET, "ClientRequestToken": rotation, "Step": "dropSecret" });
    assert_eq!(handle(wrong).await.unwrap_err().code(), "ROTATION_INPUT_INVALID");
    // What the overtaken rotation made is never used.
    for name in STEPS {
        step(&test, &rotation, name).await.unwrap();
    }
    assert_eq!(verdict(&test, &token(&test)), "good");
}

#[tokio::test]
async fn a_secret_with_one_key_gets_a_next_one_first() {
    let test = start().await;
    let (old, only) = (token(&test), keys(&test).current.kid);
    rotate(&test).await;
    assert_eq!(keys(&test).current.kid, only, "no verifier knows another key yet");
    assert_eq!(published(&test).len(), 2);
    minutes(&test, 10);
    rotate(&test).await;
    assert_ne!(keys(&test).current.kid, only);
    assert_eq!(published(&test).len(), 3);
    assert_eq!((verdict(&test, &old), verdict(&test, &token(&test))), ("good", "good"));
}

#[tokio::test]
async fn without_keys_there_is_nothing_to_rotate() {
    let test = start().await;
    test.cloud.remove_secret(SECRET);
    let rotation = test.cloud.begin_rotation(SECRET);
    step(&test, &rotation, "testSecret").await.unwrap();
    let error = step(&test, &rotation, "createSecret").await.unwrap_err();
    assert_eq!(error.code(), "KEYS_MISSING");
}

#[tokio::test]
async fn verifiers_find_the_keys_by_the_issuer_s_metadata() {
    let test = with_two_keys().await;
    let answer = test.call("GET", "/.well-known/openid-configuration").send().await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
    let issuer = test.app.config().public_base_url().unwrap();
    assert_eq!(answer.body["issuer"], issuer);
    let jwks_uri = answer.body["jwks_uri"].as_str().unwrap();
    let path = jwks_uri.strip_prefix(issuer).unwrap();
    let keys = test.call("GET", path).send().await;
    let kids: Vec<_> =
        keys.body["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert_eq!(json!(kids), json!(published(&test)));
    assert_eq!(kids.len(), 2, "the current key and the next");
    assert!(!keys.body.to_string().contains("\"d\""), "private halves stay private");
}

async fn told(test: &TestApp) -> Vec<audit::Record> {
    let log = audit::Log::Platform(test.app.table().platform());
    let all = PageRequest { limit: PageLimit::default(), after: None };
    log.list(&audit::Filter::default(), all).await.unwrap().items
}

#[tokio::test]
async fn a_rotation_is_in_the_platform_s_log_once_when_it_is_over() {
    let test = with_two_keys().await;
    let rotation = test.cloud.begin_rotation(SECRET);
    for name in STEPS {
        assert_eq!(told(&test).await, [], "before {name}");
        step(&test, &rotation, name).await.unwrap();
    }
    for name in STEPS {
        step(&test, &rotation, name).await.unwrap();
    }
    futures::future::join_all((0..4).map(|_| step(&test, &rotation, STEPS[3]))).await;
    let log = told(&test).await;
    let [record] = &log[..] else { panic!("{log:?}") };
    assert_eq!(record.action, "signing_key.rotated");
    assert_eq!(record.target, format!("signing_key {}", keys(&test).current.kid));
    assert_eq!((record.session, record.correlation.as_str()), (None, rotation.as_str()));
    minutes(&test, 30 * 24 * 60);
    rotate(&test).await;
    assert_eq!(told(&test).await.len(), 2);
}

#[tokio::test]
async fn a_finished_rotation_that_was_not_told_is_told_by_the_step_s_repetition() {
    let test = with_two_keys().await;
    let rotation = test.cloud.begin_rotation(SECRET);
    for name in &STEPS[..3] {
        step(&test, &rotation, name).await.unwrap();
    }
    // What the finishing step does to the secret, and is killed.
    let versions = test.app.secrets().versions(SECRET).await.unwrap().unwrap();
    let from = versions.of(cloud::Stage::Current);
    let secrets = test.app.secrets();
    secrets.move_stage(SECRET, cloud::Stage::Current, from, &rotation).await.unwrap();
    assert_eq!(told(&test).await, []);
    step(&test, &rotation, "testSecret").await.unwrap();
    assert_eq!(told(&test).await, []);
    step(&test, &rotation, "finishSecret").await.unwrap();
    assert_eq!(told(&test).await[0].action, "signing_key.rotated");
}
