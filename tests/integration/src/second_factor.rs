//! Signing in with a second factor, and sensitive actions that ask for it again.

use futures::future::join_all;
use kernel::jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    mfa::code,
    world::{Club, PASSWORD, Person, World},
};

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.test.call("POST", path).json(&body).send().await
}

async fn log_in(world: &World, email: &str, club: Option<&str>) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "club": club });
    post(world, "/v1/auth/login", body).await
}

/// The present code, and a step of time, so that the next one is another.
fn next_code(world: &World, secret: &str) -> String {
    world.test.clock.advance(SignedDuration::from_secs(30));
    code(secret, world.now())
}

fn challenge(refusal: &Value) -> String {
    refusal["details"]["challenge"].as_str().unwrap().to_owned()
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

/// A member with a second factor, its secret and its recovery codes.
async fn start() -> (World, Club, Person, String, Vec<String>) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    let factor = world.test.post("/v1/auth/mfa/totp", &ana.token, json!({})).await.data(200);
    let secret = text(&factor, "secret");
    let code = json!({ "code": next_code(&world, &secret) });
    let confirmed = world.test.post("/v1/auth/mfa/totp/confirm", &ana.token, code).await.data(200);
    let codes = confirmed["recovery_codes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (world, club, ana, secret, codes)
}

#[tokio::test]
async fn the_password_alone_signs_in_no_more() {
    let (world, club, ana, secret, _) = start().await;
    let refused = log_in(&world, &ana.email, Some(&club.slug)).await.refused(403, "MFA_REQUIRED");
    assert_eq!(refused["details"]["methods"], json!(["otp", "rec"]));
    let challenge = challenge(&refused);
    // The challenge is no token.
    world.test.get("/v1/users/me", &challenge).await.refused(401, "TOKEN_NOT_ACCESS");
    let answer = json!({ "challenge": challenge, "code": next_code(&world, &secret) });
    let tokens = post(&world, "/v1/auth/mfa", answer.clone()).await.data(200);
    let listed =
        world.test.get("/v1/auth/sessions", &text(&tokens, "access_token")).await.data(200);
    assert_eq!(listed[0]["methods"], json!(["pwd", "otp"]));
    // A code is good once.
    post(&world, "/v1/auth/mfa", answer).await.refused(401, "CODE_WRONG");
}

#[tokio::test]
async fn of_eight_parallel_submissions_of_a_code_one_succeeds() {
    let (world, club, ana, secret, _) = start().await;
    let refused = log_in(&world, &ana.email, Some(&club.slug)).await.refused(403, "MFA_REQUIRED");
    let answer = json!({ "challenge": challenge(&refused), "code": next_code(&world, &secret) });
    let answers = join_all((0..8).map(|_| post(&world, "/v1/auth/mfa", answer.clone()))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    let lost = |answer: &&Answer| answer.body["error"]["code"] == "CODE_WRONG";
    assert!(answers.iter().filter(lost).count() >= 4, "{answers:?}");
}

#[tokio::test]
async fn recovery_codes_are_good_once_each() {
    let (world, club, ana, _, codes) = start().await;
    assert_eq!(codes.len(), 10);
    for code in &codes[..2] {
        let refused = log_in(&world, &ana.email, Some(&club.slug)).await;
        let challenge = challenge(&refused.refused(403, "MFA_REQUIRED"));
        let answer = json!({ "challenge": challenge, "recovery_code": code.to_uppercase() });
        post(&world, "/v1/auth/mfa", answer.clone()).await.data(200);
        post(&world, "/v1/auth/mfa", answer).await.refused(401, "CODE_WRONG");
    }
    let kept = Value::from(world.test.database.items()).to_string();
    assert!(codes.iter().all(|code| !kept.contains(code.as_str())));
}

#[tokio::test]
async fn a_challenge_is_good_for_five_minutes_and_one_purpose() {
    let (world, club, ana, secret, _) = start().await;
    let refused = log_in(&world, &ana.email, Some(&club.slug)).await.refused(403, "MFA_REQUIRED");
    let challenge = challenge(&refused);
    let enrol = json!({ "challenge": challenge });
    post(&world, "/v1/auth/mfa/enrol", enrol).await.refused(401, "CHALLENGE_INVALID");
    for wrong in [ana.token.as_str(), "", "a.b.c", &challenge[..challenge.len() - 2]] {
        let answer = json!({ "challenge": wrong, "code": "000000" });
        post(&world, "/v1/auth/mfa", answer).await.refused(401, "CHALLENGE_INVALID");
    }
    let both = json!({ "challenge": challenge, "code": "1", "recovery_code": "2" });
    post(&world, "/v1/auth/mfa", both).await.refused(422, "CODE_MISSING");
    post(&world, "/v1/auth/mfa", json!({ "challenge": challenge }))
        .await
        .refused(422, "CODE_MISSING");
    world.test.clock.advance(SignedDuration::from_secs(301));
    let answer = json!({ "challenge": challenge, "code": next_code(&world, &secret) });
    post(&world, "/v1/auth/mfa", answer).await.refused(401, "CHALLENGE_EXPIRED");
}

#[tokio::test]
async fn wrong_codes_lock_the_account_like_wrong_passwords() {
    let (world, club, ana, secret, _) = start().await;
    let refused = log_in(&world, &ana.email, Some(&club.slug)).await.refused(403, "MFA_REQUIRED");
    let challenge = challenge(&refused);
    for _ in 0..5 {
        let answer = json!({ "challenge": challenge, "code": "000000" });
        post(&world, "/v1/auth/mfa", answer).await.refused(401, "CODE_WRONG");
    }
    let answer = json!({ "challenge": challenge, "code": code(&secret, world.now()) });
    let locked = post(&world, "/v1/auth/mfa", answer).await;
    assert!(locked.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    locked.refused(429, "ACCOUNT_LOCKED");
    log_in(&world, &ana.email, Some(&club.slug)).await.refused(429, "ACCOUNT_LOCKED");
}

#[tokio::test]
async fn an_operator_must_have_a_second_factor() {
    let world = World::start().await;
    let account = crate::auth::operator(&world).await;
    let refused = log_in(&world, "operator@example.org", None).await;
    let challenge = challenge(&refused.refused(403, "MFA_ENROLMENT_REQUIRED"));
    let begun =
        post(&world, "/v1/auth/mfa/enrol", json!({ "challenge": challenge })).await.data(200);
    assert!(text(&begun, "uri").starts_with("otpauth://totp/"));
    let secret = text(&begun, "secret");
    let confirm = |code: String| json!({ "challenge": challenge, "code": code });
    let path = "/v1/auth/mfa/enrol/confirm";
    post(&world, path, confirm("000000".to_owned())).await.refused(422, "CODE_WRONG");
    let enrolled = post(&world, path, confirm(next_code(&world, &secret))).await.data(200);
    let token = text(&enrolled["tokens"], "access_token");
    let me = world.test.get("/v1/users/me", &token).await.data(200);
    assert_eq!((&me["id"], &me["club"]), (&json!(account), &Value::Null));
    world.test.get("/v1/admin/clubs", &token).await.data(200);
    world.test.get("/v1/venues", &token).await.refused(403, "PERMISSION_MISSING");
    let refresh = json!({ "refresh_token": enrolled["tokens"]["refresh_token"] });
    post(&world, "/v1/auth/refresh", refresh).await.data(200);
    // From now on the code is asked for, and the enrolment is over.
    log_in(&world, "operator@example.org", None).await.refused(403, "MFA_REQUIRED");
    let again = json!({ "challenge": challenge });
    post(&world, "/v1/auth/mfa/enrol", again).await.refused(409, "SECOND_FACTOR_EXISTS");
}

#[tokio::test]
async fn a_sensitive_action_asks_for_a_recent_proof() {
    let (world, club, _, _, _) = start().await;
    let path = "/v1/auth/mfa/totp";
    world.test.clock.advance(SignedDuration::from_secs(60));
    let token = world.log_in(&club.owner.email, &club.slug).await;
    world.test.clock.advance(SignedDuration::from_secs(899));
    let stale = token.clone();
    world.test.clock.advance(SignedDuration::from_secs(2));
    let refused = world.test.post(path, &stale, json!({})).await.refused(403, "STEP_UP_REQUIRED");
    assert_eq!(refused["details"], json!({ "max_age_seconds": 900, "methods": ["pwd"] }));
    let step_up = |body: Value| world.test.post("/v1/auth/step-up", &stale, body);
    step_up(json!({})).await.refused(422, "PROOF_MISSING");
    step_up(json!({ "password": "not this one at all" })).await.refused(403, "PROOF_WRONG");
    let fresh = step_up(json!({ "password": PASSWORD })).await.data(200);
    world.test.post(path, &text(&fresh, "access_token"), json!({})).await.data(200);
    world.test.post(path, &stale, json!({})).await.refused(403, "STEP_UP_REQUIRED");
}

#[tokio::test]
async fn who_has_a_second_factor_steps_up_with_it() {
    let (world, club, ana, secret, codes) = start().await;
    let refused = log_in(&world, &ana.email, Some(&club.slug)).await.refused(403, "MFA_REQUIRED");
    let answer = json!({ "challenge": challenge(&refused), "code": next_code(&world, &secret) });
    let tokens = post(&world, "/v1/auth/mfa", answer).await.data(200);
    world.test.clock.advance(SignedDuration::from_secs(880));
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    let tokens = post(&world, "/v1/auth/refresh", refresh).await.data(200);
    world.test.clock.advance(SignedDuration::from_secs(60));
    let token = text(&tokens, "access_token");
    let path = "/v1/auth/mfa/recovery-codes";
    let refused = world.test.post(path, &token, json!({})).await.refused(403, "STEP_UP_REQUIRED");
    assert_eq!(refused["details"]["methods"], json!(["otp", "rec"]));
    let step_up = |body: Value| world.test.post("/v1/auth/step-up", &token, body);
    step_up(json!({ "password": PASSWORD })).await.refused(422, "PROOF_MISSING");
    let code = json!({ "code": next_code(&world, &secret) });
    let fresh = step_up(code.clone()).await.data(200);
    step_up(code).await.refused(403, "PROOF_WRONG");
    let renewed = world.test.post(path, &text(&fresh, "access_token"), json!({})).await.data(200);
    assert_eq!(renewed["recovery_codes"].as_array().unwrap().len(), 10);
    step_up(json!({ "recovery_code": codes[5] })).await.refused(403, "PROOF_WRONG");
    // What was refreshed after the step-up carries the new proof.
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    let tokens = post(&world, "/v1/auth/refresh", refresh).await.data(200);
    world.test.post(path, &text(&tokens, "access_token"), json!({})).await.data(200);
}
