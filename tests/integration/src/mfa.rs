//! Second factors: enrolled, confirmed, used once, replaced, removed, and never readable at rest.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::join_all;
use identity::{Credential, FactorKey, RecoveryCode, TotpFactor, TotpSecret, store};
use kernel::{
    AccountId, Method, Role,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::{Value, json};
use table::{PlatformTable, Write};
use testkit::{Answer, Service};

use crate::world::{Club, Person, World};

const TOTP: &str = "/v1/auth/mfa/totp";
const CONFIRM: &str = "/v1/auth/mfa/totp/confirm";
const RECOVERY: &str = "/v1/auth/mfa/recovery-codes";

/// The code that an authenticator app shows at an instant (RFC 6238), by other means than ours.
pub(crate) fn code(secret: &str, at: Timestamp) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u64, 0);
    for character in secret.chars() {
        bits = (bits << 5) | alphabet.find(character).unwrap() as u64;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let step = u64::try_from(at.as_second()).unwrap() / 30;
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 0xf);
    let number = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn member(world: &World) -> (Club, Person) {
    let club = world.club("norte").await;
    let member = world.member(&club, "ana").await;
    world.drain().await;
    (club, member)
}

async fn enrol(world: &World, token: &str) -> String {
    let enrolment = world.test.post(TOTP, token, Value::Null).await.data(200);
    enrolment["secret"].as_str().unwrap().to_owned()
}

async fn confirm(world: &World, token: &str, code: &str) -> Answer {
    world.test.post(CONFIRM, token, json!({ "code": code })).await
}

fn texts(data: &Value) -> Vec<String> {
    serde_json::from_value(data["recovery_codes"].clone()).unwrap()
}

/// A member with an authenticator: its secret and recovery codes.
async fn enrolled(world: &World) -> (Club, Person, String, Vec<String>) {
    let (club, member) = member(world).await;
    let secret = enrol(world, &member.token).await;
    let confirmed = confirm(world, &member.token, &code(&secret, world.now())).await.data(200);
    (club, member, secret, texts(&confirmed))
}

fn platform(world: &World) -> PlatformTable {
    world.test.app.table().platform()
}

async fn credential(world: &World, email: &str) -> Credential {
    store::credential(&platform(world), &email.parse().unwrap()).await.unwrap().unwrap()
}

async fn factor(world: &World, account: AccountId) -> Option<TotpFactor> {
    store::totp(&platform(world), account).await.unwrap()
}

#[tokio::test]
async fn an_authenticator_is_enrolled_by_its_first_code() {
    let world = World::start().await;
    let (_, member) = member(&world).await;
    let enrolment = world.test.post(TOTP, &member.token, Value::Null).await;
    assert_eq!(enrolment.header("cache-control"), Some("no-store"));
    let enrolment = enrolment.data(200);
    let secret = enrolment["secret"].as_str().unwrap();
    let uri = enrolment["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/ClubPulse:ana"), "{uri}");
    assert!(uri.contains(&format!("secret={secret}")) && uri.contains("issuer=ClubPulse"), "{uri}");
    assert!(!credential(&world, &member.email).await.second_factor, "not before it is confirmed");

    let right = code(secret, world.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for wrong in [wrong, "", "12345", "1234567", "abcdef"] {
        confirm(&world, &member.token, wrong).await.refused(422, "CODE_WRONG");
    }
    let old = code(secret, world.now() - SignedDuration::from_secs(60));
    confirm(&world, &member.token, &old).await.refused(422, "CODE_WRONG");
    let extra = json!({ "code": right, "x": 1 });
    world.test.post(CONFIRM, &member.token, extra).await.refused(422, "BODY_INVALID");
    assert!(!credential(&world, &member.email).await.second_factor);

    let codes = texts(&confirm(&world, &member.token, &right).await.data(200));
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.parse::<RecoveryCode>().is_ok()), "{codes:?}");
    assert!(credential(&world, &member.email).await.second_factor);
    let kept = factor(&world, member.account).await.unwrap();
    assert_eq!((kept.confirmed_at, kept.recovery.len()), (Some(world.now()), 10));

    let again = world.test.post(TOTP, &member.token, Value::Null).await;
    again.refused(409, "SECOND_FACTOR_EXISTS");
    confirm(&world, &member.token, &right).await.refused(409, "SECOND_FACTOR_EXISTS");
    // The code that confirmed it is used.
    let step = kept.last_step.unwrap();
    assert!(!store::use_step(&platform(&world), member.account, step).await.unwrap());
}

#[tokio::test]
async fn nothing_at_rest_shows_a_secret_or_a_recovery_code() {
    let world = World::start().await;
    let (_, member) = member(&world).await;
    let keyed = |path, key| {
        let call = world.test.call("POST", path).token(&member.token);
        call.header("idempotency-key", key)
    };
    let first = keyed(TOTP, "one").send().await.data(200);
    let second = keyed(TOTP, "one").send().await;
    assert_eq!(second.header("idempotency-replayed"), None, "no key keeps a secret");
    let enrolment = second.data(200);
    let secret = enrolment["secret"].as_str().unwrap().to_owned();
    assert_ne!(first["secret"], enrolment["secret"]);
    let body = json!({ "code": code(&secret, world.now()) });
    let mut codes = texts(&keyed(CONFIRM, "two").json(&body).send().await.data(200));
    codes.extend(texts(&keyed(RECOVERY, "three").send().await.data(200)));

    let kept = world.test.database.items().iter().map(Value::to_string).collect::<String>();
    assert!(!kept.contains(&secret) && !kept.contains("otpauth"), "the secret lies open");
    for code in codes {
        assert!(!kept.contains(&code) && !kept.contains(&code.replace('-', "")), "{code}");
    }
    // It is there, for whoever has the key, and for this account alone.
    let document = world.test.cloud.secret("test/factor").unwrap();
    let key: FactorKey = serde_json::from_value(document).unwrap();
    let sealed = factor(&world, member.account).await.unwrap().sealed;
    assert!(kept.contains(&sealed));
    assert_eq!(key.open(member.account, &sealed).unwrap().base32(), secret);
    assert!(key.open(AccountId::new(), &sealed).is_err());
}

#[tokio::test]
async fn beginning_again_forgets_the_secret_before_and_waiting_too_long_forgets_it_too() {
    let world = World::start().await;
    let (club, member) = member(&world).await;
    confirm(&world, &member.token, "123456").await.refused(409, "SECOND_FACTOR_NOT_ENROLLED");
    let first = enrol(&world, &member.token).await;
    let second = enrol(&world, &member.token).await;
    let of_first = code(&first, world.now());
    confirm(&world, &member.token, &of_first).await.refused(422, "CODE_WRONG");

    let items = world.test.database.items();
    let pending = items.iter().find(|item| item["kind"]["S"] == "TotpFactor").unwrap();
    let end = (world.now() + SignedDuration::from_hours(1)).as_second().to_string();
    assert_eq!(pending["ttl"]["N"], end, "the table drops it");
    world.test.clock.advance(SignedDuration::from_hours(1));
    let token = world.log_in(&member.email, &club.slug).await;
    let late = code(&second, world.now());
    confirm(&world, &token, &late).await.refused(409, "SECOND_FACTOR_NOT_ENROLLED");

    let third = enrol(&world, &token).await;
    confirm(&world, &token, &code(&third, world.now())).await.data(200);
    let items = world.test.database.items();
    let confirmed = items.iter().find(|item| item["kind"]["S"] == "TotpFactor").unwrap();
    assert!(confirmed.get("ttl").is_none(), "what is confirmed stays");
}

#[tokio::test]
async fn changing_second_factors_asks_for_a_recent_proof_by_the_second_factor() {
    let world = World::start().await;
    let (club, member) = member(&world).await;
    let mut old = world.test.claims(member.account, Some(club.id), &[Role::Member]);
    old.auth_time -= 901;
    let mut half = world.test.claims(member.account, Some(club.id), &[Role::Member]);
    half.mfa = true;
    let key = kernel::Claims { amr: vec![Method::Key], ..half.clone() };
    for claims in [old, half.clone(), key] {
        let token = world.test.keys.sign(&claims);
        for path in [TOTP, RECOVERY] {
            let answer = world.test.post(path, &token, Value::Null).await;
            answer.refused(403, "STEP_UP_REQUIRED");
        }
        world.test.delete(TOTP, &token).await.refused(403, "STEP_UP_REQUIRED");
    }
    let whole = kernel::Claims { amr: vec![Method::Pwd, Method::Otp], ..half };
    let token = world.test.keys.sign(&whole);
    world.test.post(TOTP, &token, Value::Null).await.data(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_confirmations_at_once_one_gets_the_recovery_codes() {
    let world = World::start().await;
    let (_, member) = member(&world).await;
    let secret = enrol(&world, &member.token).await;
    let code = code(&secret, world.now());
    let answers = join_all((0..8).map(|_| confirm(&world, &member.token, &code))).await;
    let mut winners = Vec::new();
    for answer in answers {
        if answer.status == 200 {
            winners.extend(texts(&answer.data(200)));
        } else {
            answer.refused(409, "SECOND_FACTOR_EXISTS");
        }
    }
    assert_eq!(winners.len(), 10, "one answer");
    let recovery: RecoveryCode = winners[0].parse().unwrap();
    assert!(store::use_recovery(&platform(&world), member.account, &recovery).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_uses_of_one_code_at_once_one_counts() {
    let world = World::start().await;
    let (_, member, _, _) = enrolled(&world).await;
    let table = platform(&world);
    let step = factor(&world, member.account).await.unwrap().last_step.unwrap();
    let uses = join_all((0..8).map(|_| store::use_step(&table, member.account, step + 1))).await;
    assert_eq!(uses.into_iter().filter(|used| *used.as_ref().unwrap()).count(), 1);
    for used in [step - 1, step, step + 1] {
        assert!(!store::use_step(&table, member.account, used).await.unwrap(), "{used} is over");
    }
    assert!(store::use_step(&table, member.account, step + 2).await.unwrap());
    assert_eq!(factor(&world, member.account).await.unwrap().last_step, Some(step + 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_uses_of_one_recovery_code_at_once_one_counts() {
    let world = World::start().await;
    let (_, member, _, codes) = enrolled(&world).await;
    let table = platform(&world);
    let codes: Vec<RecoveryCode> = codes.iter().map(|code| code.parse().unwrap()).collect();
    for code in &codes {
        let uses = (0..8).map(|_| store::use_recovery(&table, member.account, code));
        let uses = join_all(uses).await;
        assert_eq!(uses.into_iter().filter(|used| *used.as_ref().unwrap()).count(), 1);
    }
    assert!(factor(&world, member.account).await.unwrap().recovery.is_empty());
    // The last one is gone, and with it the set.
    assert!(!store::use_recovery(&table, member.account, &codes[0]).await.unwrap());
}

#[tokio::test]
async fn what_is_not_confirmed_is_no_factor() {
    let world = World::start().await;
    let (_, member) = member(&world).await;
    let table = platform(&world);
    enrol(&world, &member.token).await;
    assert!(!store::use_step(&table, member.account, 99).await.unwrap());
    let code = &RecoveryCode::generate().unwrap()[0];
    assert!(!store::use_recovery(&table, member.account, code).await.unwrap());
    let none = AccountId::new();
    assert!(!store::use_step(&table, none, 99).await.unwrap());
    assert!(!store::use_recovery(&table, none, code).await.unwrap());
    assert_eq!(factor(&world, none).await, None, "nothing was made by looking");
    world.test.delete(TOTP, &member.token).await.refused(404, "SECOND_FACTOR_NOT_FOUND");
    let codes = world.test.post(RECOVERY, &member.token, Value::Null).await;
    codes.refused(404, "SECOND_FACTOR_NOT_FOUND");
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_the_old() {
    let world = World::start().await;
    let (_, member, _, old) = enrolled(&world).await;
    let new = world.test.post(RECOVERY, &member.token, Value::Null).await;
    assert_eq!(new.header("cache-control"), Some("no-store"));
    let new = texts(&new.data(200));
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
    let table = platform(&world);
    let used = async |code: &str| {
        store::use_recovery(&table, member.account, &code.parse().unwrap()).await.unwrap()
    };
    assert!(!used(&old[0]).await);
    assert!(used(&new[0].to_uppercase().replace('-', " ")).await, "however it is typed");
    assert!(!used(&new[0]).await);
}

#[tokio::test]
async fn a_removed_authenticator_is_gone_with_its_recovery_codes() {
    let world = World::start().await;
    let (_, member, _, codes) = enrolled(&world).await;
    let removed = world.test.delete(TOTP, &member.token).await;
    assert_eq!((removed.status.as_u16(), &removed.body), (204, &Value::Null));
    assert_eq!(factor(&world, member.account).await, None);
    assert!(!credential(&world, &member.email).await.second_factor);
    let code: RecoveryCode = codes[0].parse().unwrap();
    assert!(!store::use_recovery(&platform(&world), member.account, &code).await.unwrap());
    world.test.delete(TOTP, &member.token).await.refused(404, "SECOND_FACTOR_NOT_FOUND");
    enrol(&world, &member.token).await;
}

#[tokio::test]
async fn an_address_that_changed_meanwhile_confirms_and_removes_nothing() {
    let world = World::start().await;
    let (_, member, secret, _) = enrolled(&world).await;
    let table = platform(&world);
    let moved =
        Credential { account_id: AccountId::new(), ..credential(&world, &member.email).await };
    let key = || table.key(format!("EMAIL#{}", member.email), "EMAIL");
    table.write(vec![Write::put(key(), "Credential", &moved).unwrap()]).await.unwrap();
    world.test.delete(TOTP, &member.token).await.refused(409, "EMAIL_CHANGED");
    assert!(factor(&world, member.account).await.unwrap().is_confirmed());

    // The same while the enrolment waits for its code.
    let factor_key = table.key(format!("ACC#{}", member.account), "MFA#TOTP");
    table.write(vec![Write::delete(factor_key)]).await.unwrap();
    assert_ne!(enrol(&world, &member.token).await, secret);
    let pending = factor(&world, member.account).await.unwrap();
    let document = world.test.cloud.secret("test/factor").unwrap();
    let opening: FactorKey = serde_json::from_value(document).unwrap();
    let secret: TotpSecret = opening.open(member.account, &pending.sealed).unwrap();
    let code = code(&secret.base32(), world.now());
    confirm(&world, &member.token, &code).await.refused(409, "EMAIL_CHANGED");
    assert!(!factor(&world, member.account).await.unwrap().is_confirmed());
}

#[tokio::test]
async fn who_has_no_account_or_no_key_enrols_nothing() {
    let world = World::start().await;
    let (_, member) = member(&world).await;
    let nobody = world.operator.clone();
    world.test.post(TOTP, &nobody, Value::Null).await.refused(404, "ACCOUNT_NOT_FOUND");
    confirm(&world, &nobody, "123456").await.refused(404, "ACCOUNT_NOT_FOUND");
    world.test.delete(TOTP, &nobody).await.refused(404, "ACCOUNT_NOT_FOUND");
    world.test.cloud.fail(Service::Secrets, 100);
    let answer = world.test.post(TOTP, &member.token, Value::Null).await;
    answer.refused(503, "DEPENDENCY_UNAVAILABLE");
    world.test.cloud.fail(Service::Secrets, 0);
    world.test.cloud.put_secret("test/factor", &json!({ "key": "short" }));
    world.test.post(TOTP, &member.token, Value::Null).await.refused(500, "INTERNAL");
    assert_eq!(factor(&world, member.account).await, None);
}

#[tokio::test]
async fn a_secret_that_another_key_sealed_is_a_defect_and_confirms_nothing() {
    let world = World::start().await;
    let (_, member) = member(&world).await;
    let table = platform(&world);
    let sealed = format!("v1.{}", URL_SAFE_NO_PAD.encode([7; 48]));
    let pending = TotpFactor::pending(sealed, world.now());
    let write = store::put_pending(&table, member.account, &pending).unwrap();
    table.write(vec![write]).await.unwrap();
    confirm(&world, &member.token, "123456").await.refused(500, "INTERNAL");
}

#[tokio::test]
async fn everybody_sees_how_it_stands_with_their_second_factor() {
    let world = World::start().await;
    let (club, member) = member(&world).await;
    let status = async |token: &str| world.test.get("/v1/auth/mfa", token).await.data(200);
    let mut expected = json!({
        "totp_enrolled": false, "totp_enrolled_since": null, "recovery_codes_left": 0,
        "required": false,
    });
    assert_eq!(status(&member.token).await, expected);
    let secret = enrol(&world, &member.token).await;
    assert_eq!(status(&member.token).await, expected, "what is not confirmed is none");
    let confirmed = confirm(&world, &member.token, &code(&secret, world.now())).await.data(200);
    let since = kernel::timestamp_text(world.now());
    world.test.clock.advance(SignedDuration::from_mins(1));
    let used: RecoveryCode = texts(&confirmed)[0].parse().unwrap();
    assert!(store::use_recovery(&platform(&world), member.account, &used).await.unwrap());
    expected = json!({
        "totp_enrolled": true, "totp_enrolled_since": since, "recovery_codes_left": 9,
        "required": false,
    });
    assert_eq!(status(&member.token).await, expected);

    // The club asks its members for one, who sign in with its own passwords.
    let by_role = json!({ "member": "required_for_local" });
    let policy = json!({ "second_factor": { "default": "optional", "by_role": by_role } });
    world.test.put("/v1/sign-in-policy", &club.owner.token, policy).await.data(200);
    expected["required"] = json!(true);
    assert_eq!(status(&member.token).await, expected);
    assert_eq!(status(&club.owner.token).await["required"], false);
    let mut claims = world.test.claims(member.account, Some(club.id), &[Role::Member]);
    claims.amr = vec![Method::Fed];
    assert_eq!(status(&world.test.keys.sign(&claims)).await["required"], false);
    assert_eq!(status(&world.operator).await["required"], true, "an operator always needs one");
}

#[tokio::test]
async fn without_the_key_of_factors_nobody_enrols() {
    let world = World::start_with(&[("FACTOR_KEY_SECRET_ID", "test/none")]).await;
    let (_, member) = member(&world).await;
    let refused = world.test.post(TOTP, &member.token, Value::Null).await;
    refused.refused(503, "KEYS_MISSING");
    assert!(factor(&world, member.account).await.is_none());
}
