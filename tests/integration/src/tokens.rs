//! Access tokens under attack (RFC 8725), at the authorizer and again at the function.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Claims, ClubId, Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::{Keys, TestApp};

const ROUTE: &str = "/v1/users/me";

async fn start() -> TestApp {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    TestApp::start(vec![api_auth::routes(), api_sessions::routes(), api_users::routes()], now, &[])
        .await
}

fn claims(test: &TestApp) -> Claims {
    test.claims(AccountId::new(), Some(ClubId::new()), &[Role::Member])
}

async fn authorized(test: &TestApp, header: &str) -> Value {
    let event = json!({
        "version": "2.0", "type": "REQUEST", "routeKey": "GET /v1/users/me",
        "identitySource": [header], "headers": { "authorization": header },
    });
    authorizer::handle(test.app.clone(), event).await.unwrap()
}

/// Refused by both, for the same reason: the authorizer marks it, the function answers it.
async fn check_refused(test: &TestApp, token: &str, code: &str) {
    let answer = authorized(test, &format!("Bearer {token}")).await;
    assert_eq!(answer["context"], json!({ "refusal": code }), "{token}");
    let answer = test.get(ROUTE, token).await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    answer.refused(401, code);
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

#[tokio::test]
async fn a_good_token_is_let_in_with_what_it_says() {
    let test = start().await;
    let claims = claims(&test);
    let answer = authorized(&test, &format!("bearer {}", test.keys.sign(&claims))).await;
    assert_eq!(answer["isAuthorized"], true);
    assert_eq!(answer["context"]["account_id"], json!(claims.sub));
    assert_eq!(answer["context"]["club_id"], json!(claims.club));
    assert_eq!(answer["context"]["roles"], "member");

    let operator = test.token(AccountId::new(), None, &[Role::Operator]);
    let answer = authorized(&test, &format!("Bearer {operator}")).await;
    assert_eq!(answer["context"].get("club_id"), None);
    // Nobody has this account, so the function is reached and finds nothing.
    test.get(ROUTE, &operator).await.refused(404, "ACCOUNT_NOT_FOUND");
}

#[tokio::test]
async fn a_header_that_is_no_bearer_token_is_refused_and_no_error() {
    let test = start().await;
    for header in ["", "Bearer", "Bearer ", "Basic YW5hOnNlY3JldA=="] {
        let answer = authorized(&test, header).await;
        assert_eq!(answer["context"], json!({ "refusal": "TOKEN_MISSING" }), "{header:?}");
        let call = test.call("GET", ROUTE).header("authorization", header);
        call.send().await.refused(401, "TOKEN_MISSING");
    }
    for event in [json!({}), json!({ "identitySource": null }), json!([1]), Value::Null] {
        let answer = authorizer::handle(test.app.clone(), event).await.unwrap();
        assert_eq!(answer["context"], json!({ "refusal": "TOKEN_MISSING" }));
    }
    for garbage in ["x", "a.b.c", "..", "e30.e30.e30", "eyJhbGciOjd9.e30.e30"] {
        check_refused(&test, garbage, "TOKEN_MALFORMED").await;
    }
}

#[tokio::test]
async fn a_token_without_signature_is_refused() {
    let test = start().await;
    let claims = json!(claims(&test));
    for alg in ["none", "None", "NONE", "nOnE"] {
        let header = json!({ "alg": alg, "typ": "at+jwt" });
        let token = format!("{}.{}.", encoded(&header), encoded(&claims));
        check_refused(&test, &token, "TOKEN_ALGORITHM_REFUSED").await;
    }
    // ES256 by name, and nothing signed.
    let good = test.keys.sign(&serde_json::from_value(claims).unwrap());
    let (signed, _) = good.rsplit_once('.').unwrap();
    check_refused(&test, &format!("{signed}."), "TOKEN_SIGNATURE_INVALID").await;
}

#[tokio::test]
async fn the_public_key_is_no_secret_to_sign_with() {
    let test = start().await;
    let public = json!(test.keys.public());
    let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": public["kid"] });
    let message = format!("{}.{}", encoded(&header), encoded(&json!(claims(&test))));
    for secret in [public.to_string(), public["x"].as_str().unwrap().to_owned()] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        check_refused(&test, &format!("{message}.{tag}"), "TOKEN_ALGORITHM_REFUSED").await;
    }
}

#[tokio::test]
async fn another_key_is_refused_under_its_own_name_and_under_ours() {
    let test = start().await;
    let stranger = Keys::generate();
    let forged = stranger.sign(&claims(&test));
    check_refused(&test, &forged, "TOKEN_KEY_UNKNOWN").await;

    // The stranger's signature over a header that names our key.
    let ours = json!({ "alg": "ES256", "typ": "at+jwt", "kid": json!(test.keys.public())["kid"] });
    let (_, rest) = forged.split_once('.').unwrap();
    check_refused(&test, &format!("{}.{rest}", encoded(&ours)), "TOKEN_SIGNATURE_INVALID").await;

    // A key that the token itself brings along (RFC 8725 3.10) is not asked.
    let brought = json!({
        "alg": "ES256", "typ": "at+jwt", "jwk": stranger.public(), "kid": "x",
        "jku": "https://evil.example/jwks.json",
    });
    check_refused(&test, &format!("{}.{rest}", encoded(&brought)), "TOKEN_KEY_UNKNOWN").await;
}

#[tokio::test]
async fn a_changed_claim_breaks_the_signature() {
    let test = start().await;
    let good = test.keys.sign(&claims(&test));
    let parts: Vec<_> = good.split('.').collect();
    let mut bent = claims(&test);
    bent.roles = vec![Role::Operator];
    let token = format!("{}.{}.{}", parts[0], encoded(&json!(bent)), parts[2]);
    check_refused(&test, &token, "TOKEN_SIGNATURE_INVALID").await;
}

#[tokio::test]
async fn a_token_of_another_issuer_or_for_another_service_is_refused() {
    let test = start().await;
    let sign = |bend: fn(&mut Claims)| {
        let mut claims = claims(&test);
        bend(&mut claims);
        test.keys.sign(&claims)
    };
    let foreign = sign(|it| it.iss = "https://evil.example".to_owned());
    check_refused(&test, &foreign, "TOKEN_WRONG_ISSUER").await;
    let prefix = sign(|it| it.iss.push('/'));
    check_refused(&test, &prefix, "TOKEN_WRONG_ISSUER").await;
    let other = sign(|it| it.aud = "another-api".to_owned());
    check_refused(&test, &other, "TOKEN_WRONG_AUDIENCE").await;
}

#[tokio::test]
async fn an_access_token_lasts_fifteen_minutes() {
    let test = start().await;
    let token = test.token(AccountId::new(), None, &[Role::Operator]);
    test.clock.advance(SignedDuration::from_secs(15 * 60));
    test.get(ROUTE, &token).await.refused(404, "ACCOUNT_NOT_FOUND");
    // Clocks may differ by five seconds.
    test.clock.advance(SignedDuration::from_secs(6));
    check_refused(&test, &token, "TOKEN_EXPIRED").await;
}

#[tokio::test]
async fn another_kind_of_token_is_no_access_token() {
    let test = start().await;
    let account = AccountId::new();
    let now = test.clock.now();
    let (_, refresh) =
        identity::Session::open(account, None, identity::Proof::by(&[], false, now), None, now)
            .unwrap();
    check_refused(&test, &refresh.reveal(), "TOKEN_NOT_ACCESS").await;
    // Signed by us, for another purpose: the type decides before anything else.
    for typ in ["JWT", "id+jwt", "application/at+jwt", ""] {
        let header = json!({ "alg": "ES256", "typ": typ, "kid": json!(test.keys.public())["kid"] });
        let good = test.keys.sign(&claims(&test));
        let (_, rest) = good.split_once('.').unwrap();
        check_refused(&test, &format!("{}.{rest}", encoded(&header)), "TOKEN_NOT_ACCESS").await;
    }
}

#[tokio::test]
async fn where_no_keys_can_be_read_there_is_no_answer_to_remember() {
    let test = start().await;
    let token = test.token(AccountId::new(), None, &[Role::Operator]);
    let event = json!({ "identitySource": [format!("Bearer {token}")] });
    test.cloud.fail(testkit::Service::Secrets, 100);
    let failed = authorizer::handle(test.app.clone(), event.clone()).await.unwrap_err();
    assert!(failed.is_transient(), "{failed:?}");
    test.cloud.fail(testkit::Service::Secrets, 0);
    let answer = authorizer::handle(test.app.clone(), event).await.unwrap();
    assert_eq!(answer["isAuthorized"], true);
}

#[tokio::test]
async fn the_public_keys_are_published_bare() {
    let test = start().await;
    let answer = test.call("GET", "/.well-known/jwks.json").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.body, json!({ "keys": [test.keys.public()] }));
    assert!(!answer.body.to_string().contains("\"d\""), "the private half stays private");
}
