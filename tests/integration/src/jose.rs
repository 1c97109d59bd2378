//! Signed tokens against the published attacks (Project Wycheproof) and those of RFC 8725 that
//! `tokens.rs` does not have: what verifies them takes none.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey,
    },
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use identity::{Challenge, ChallengePurpose, SigningKey};
use kernel::{AccountId, ClubId, Method, Role, jiff::Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::TestApp;
use web::{EdgeKeys, EdgeKeysDocument, token};

const ISSUER: &str = "https://api.clubpulse.test";

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests must know that these tested nothing"
)]
fn vectors<T: serde::de::DeserializeOwned>(file: &str) -> Option<T> {
    let Ok(folder) = std::env::var("CLUBPULSE_VECTORS") else {
        eprintln!("NOTHING WAS TESTED: CLUBPULSE_VECTORS names no folder of vectors");
        return None;
    };
    // Tests run in their crate's folder, the variable is given from the workspace's.
    let workspace = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let file = workspace.join(folder).join(file);
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_json::from_str(&text).unwrap())
}

#[derive(Deserialize)]
struct Suite<G> {
    #[serde(rename = "testGroups")]
    groups: Vec<G>,
}

#[derive(Deserialize)]
struct JoseGroup {
    comment: String,
    public: Option<Value>,
    private: Option<Value>,
    tests: Vec<JoseTest>,
}

#[derive(Deserialize)]
struct JoseTest {
    comment: String,
    result: String,
    jws: Option<Value>,
    jwe: Option<Value>,
}

/// The keys of a group as our edge would have them, where it can have them at all.
fn edge_keys(group: &JoseGroup) -> Option<(EdgeKeys, EdgeKeysDocument)> {
    let key = group.public.clone().or(group.private.clone())?;
    let keys = key.get("keys").cloned().unwrap_or_else(|| json!([key]));
    let document = json!({ "jwks": { "keys": keys }, "cursor_key": STANDARD.encode([7_u8; 32]) });
    let document: EdgeKeysDocument = serde_json::from_value(document).ok()?;
    Some((EdgeKeys::new(document.clone()).ok()?, document))
}

#[test]
fn no_published_token_is_one_of_ours() {
    let file = "jose/wycheproof_json_web_crypto.json";
    let Some(suite) = vectors::<Suite<JoseGroup>>(file) else { return };
    let (mut refused, mut without_keys) = (0, Vec::new());
    for group in &suite.groups {
        let Some((keys, document)) = edge_keys(group) else {
            without_keys.push(&group.comment);
            continue;
        };
        for test in &group.tests {
            let text = test.jws.as_ref().or(test.jwe.as_ref()).unwrap();
            let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
            let error = token::verify(&text, &keys, ISSUER, Timestamp::UNIX_EPOCH).unwrap_err();
            assert!(error.code().starts_with("TOKEN_"), "{}: {error}", test.comment);
            let now = Timestamp::UNIX_EPOCH;
            let error = Challenge::verify(&text, &document.jwks, ISSUER, now).unwrap_err();
            assert_eq!(error.code(), "CHALLENGE_INVALID", "{}", test.comment);
            refused += 1;
        }
    }
    println!("{refused} tokens refused; no keys of ours could be: {without_keys:?}");
    assert!(refused > 50);
}

/// Whether a compact token's signature is of this key: what stands between a forger and our claims.
fn is_signed(text: &str, x: &str, y: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let [header, payload, signature] = parts[..] else { return false };
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let Some((header_bytes, signature)) = bytes(header).zip(bytes(signature)) else { return false };
    let Ok(read) = serde_json::from_slice::<Value>(&header_bytes) else { return false };
    let point = [&[4][..], &bytes(x).unwrap(), &bytes(y).unwrap()].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    read["alg"] == "ES256"
        && key.verify(format!("{header}.{payload}").as_bytes(), &signature).is_ok()
}

#[test]
fn every_published_es256_signature_is_told_from_its_forgeries() {
    let file = "jose/wycheproof_json_web_crypto.json";
    let Some(suite) = vectors::<Suite<JoseGroup>>(file) else { return };
    let group = suite.groups.iter().find(|group| group.comment == "jws_ec").unwrap();
    let public = group.public.as_ref().unwrap();
    let (x, y) = (public["x"].as_str().unwrap(), public["y"].as_str().unwrap());
    let (mut good, mut forged) = (0, 0);
    for test in &group.tests {
        let Some(text) = test.jws.as_ref().and_then(Value::as_str) else { continue };
        // Its own key inside a token is nobody's business: the signature is verified with ours.
        let expected = test.result == "valid";
        assert_eq!(is_signed(text, x, y), expected, "{}", test.comment);
        if expected { good += 1 } else { forged += 1 }
    }
    println!("{good} good and {forged} forged ES256 tokens");
    assert!(good >= 1 && forged >= 10);
}

#[derive(Deserialize)]
struct HmacGroup {
    #[serde(rename = "tagSize")]
    tag_bits: u32,
    tests: Vec<HmacTest>,
}

#[derive(Deserialize)]
struct HmacTest {
    #[serde(rename = "tcId")]
    id: u32,
    key: String,
    msg: String,
    tag: String,
    result: String,
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

/// What signs cursors and webhooks.
#[test]
fn every_published_hmac_is_told_from_its_forgeries_and_none_is_taken_cut() {
    let Some(suite) = vectors::<Suite<HmacGroup>>("jose/wycheproof_hmac_sha256.json") else {
        return;
    };
    let mut tested = 0;
    for group in suite.groups {
        for test in group.tests {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &unhex(&test.key));
            let verified = hmac::verify(&key, &unhex(&test.msg), &unhex(&test.tag)).is_ok();
            let expected = test.result == "valid" && group.tag_bits == 256;
            assert_eq!(verified, expected, "{}", test.id);
            tested += 1;
        }
    }
    println!("{tested} codes");
    assert!(tested > 100);
}

async fn start() -> TestApp {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    TestApp::start(vec![api_auth::routes(), api_sessions::routes(), api_users::routes()], now, &[])
        .await
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token with any header and claims, signed by the platform's own key.
fn signed(test: &TestApp, header: &str, claims: &str) -> String {
    let pem = test.keys.signing_secret()["private_key_pem"].as_str().unwrap().to_owned();
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(der).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn good_claims(test: &TestApp) -> Value {
    json!(test.claims(AccountId::new(), Some(ClubId::new()), &[Role::Member]))
}

fn good_header(test: &TestApp) -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": json!(test.keys.public())["kid"] })
}

/// Refused at the authorizer and again at the function; answers the code.
async fn refusal(test: &TestApp, token: &str) -> String {
    let header = format!("Bearer {token}");
    let event = json!({
        "version": "2.0", "type": "REQUEST", "routeKey": "GET /v1/users/me",
        "identitySource": [header], "headers": { "authorization": header },
    });
    let authorized = authorizer::handle(test.app.clone(), event).await.unwrap();
    let answer = test.get("/v1/users/me", token).await;
    assert_eq!(answer.status, 401, "{token}: {}", answer.body);
    let code = answer.body["error"]["code"].as_str().unwrap().to_owned();
    assert_eq!(authorized["context"]["refusal"], code, "{token}");
    code
}

#[tokio::test]
async fn our_own_signature_under_another_header_is_refused() {
    let test = start().await;
    let claims = good_claims(&test).to_string();
    let good = signed(&test, &good_header(&test).to_string(), &claims);
    // It is good but for the account, which nobody has.
    test.get("/v1/users/me", &good).await.refused(404, "ACCOUNT_NOT_FOUND");

    let with = |field: &str, value: Value| {
        let mut header = good_header(&test);
        header[field] = value;
        signed(&test, &header.to_string(), &claims)
    };
    for (token, code) in [
        (with("crit", json!(["exp"])), "TOKEN_MALFORMED"),
        (with("crit", json!(["b64"])), "TOKEN_MALFORMED"),
        (with("alg", json!("es256")), "TOKEN_ALGORITHM_REFUSED"),
        (with("alg", json!("ES256K")), "TOKEN_ALGORITHM_REFUSED"),
        (with("alg", json!("ES384")), "TOKEN_ALGORITHM_REFUSED"),
        (with("alg", json!("EdDSA")), "TOKEN_ALGORITHM_REFUSED"),
        (with("alg", json!(["ES256"])), "TOKEN_MALFORMED"),
        (with("typ", json!("JWT")), "TOKEN_NOT_ACCESS"),
        (with("typ", json!("at+jwt ")), "TOKEN_NOT_ACCESS"),
        (with("typ", Value::Null), "TOKEN_NOT_ACCESS"),
        (with("kid", json!("../../../dev/null")), "TOKEN_KEY_UNKNOWN"),
        (with("kid", json!("' OR 1=1 --")), "TOKEN_KEY_UNKNOWN"),
        (with("kid", json!("")), "TOKEN_KEY_UNKNOWN"),
        (with("kid", Value::Null), "TOKEN_KEY_UNKNOWN"),
    ] {
        assert_eq!(refusal(&test, &token).await, code, "{token}");
    }
    // A name given twice says two things to two readers.
    let kid = &good_header(&test)["kid"];
    let twice = format!(r#"{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":{kid}}}"#);
    assert_eq!(refusal(&test, &signed(&test, &twice, &claims)).await, "TOKEN_MALFORMED");
}

#[tokio::test]
async fn claims_of_another_shape_are_refused_whoever_signed_them() {
    let test = start().await;
    let header = good_header(&test).to_string();
    let with = |field: &str, value: Value| {
        let mut claims = good_claims(&test);
        claims[field] = value;
        signed(&test, &header, &claims.to_string())
    };
    let without = |field: &str| {
        let mut claims = good_claims(&test);
        claims.as_object_mut().unwrap().remove(field);
        signed(&test, &header, &claims.to_string())
    };
    let mut tokens = vec![
        with("aud", json!(["clubpulse-api", "another"])),
        with("exp", json!("9999999999")),
        with("exp", Value::Null),
        with("exp", json!(1e300)),
        with("exp", json!(-1)),
        with("sub", json!("acc_1")),
        with("sub", json!(ClubId::new())),
        with("club", json!("*")),
        with("permissions", json!("*")),
        with("roles", json!([""])),
        signed(&test, &header, "[]"),
        signed(&test, &header, ""),
        signed(&test, &header, "null"),
    ];
    tokens.extend(["iss", "aud", "sub", "exp", "sid", "auth_time"].map(without));
    for token in tokens {
        let code = refusal(&test, &token).await;
        let known = ["TOKEN_MALFORMED", "TOKEN_WRONG_AUDIENCE", "TOKEN_WRONG_ISSUER"];
        assert!(known.contains(&&*code), "{code}: {token}");
    }
}

#[tokio::test]
async fn signatures_that_only_look_like_ones_are_refused() {
    let test = start().await;
    let claims = good_claims(&test);
    let good = signed(&test, &good_header(&test).to_string(), &claims.to_string());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let with = |bytes: &[u8]| format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes));
    // Zeros, which a verifier that forgets to look takes for any message (CVE-2022-21449).
    let mut one = [0; 64];
    one[31] = 1;
    one[63] = 1;
    // The same numbers as X.509 writes them, cut, and with something after them.
    let der = [&[0x30, 0x44, 0x02, 0x20][..], &bytes[..32], &[0x02, 0x20], &bytes[32..]].concat();
    let longer = [&bytes[..], &[0]].concat();
    let cut = &bytes[..63];
    for forged in [&[0; 64][..], &one, &der, &longer, cut] {
        assert_eq!(refusal(&test, &with(forged)).await, "TOKEN_SIGNATURE_INVALID");
    }
    // The text's last letter holds four bits that mean nothing: another one is another token.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let bent = format!("{message}.{}{next}", &signature[..signature.len() - 1]);
    for other in [bent, format!("{good}="), format!("{good}."), format!("{good}.{signature}")] {
        let code = refusal(&test, &other).await;
        assert!(
            ["TOKEN_SIGNATURE_INVALID", "TOKEN_MALFORMED"].contains(&&*code),
            "{code}: {other}"
        );
    }
    let huge = format!("{}.{}.x", encoded(&good_header(&test)), "A".repeat(200_000));
    assert_eq!(refusal(&test, &huge).await, "TOKEN_MALFORMED");
}

#[tokio::test]
async fn a_sign_in_that_is_half_done_opens_nothing() {
    let test = start().await;
    let key: SigningKey = serde_json::from_value(test.keys.signing_secret()).unwrap();
    let issuer = test.app.config().public_base_url().unwrap();
    for purpose in [ChallengePurpose::Login, ChallengePurpose::Enrol] {
        let challenge = Challenge {
            account: AccountId::new(),
            club: Some(ClubId::new()),
            footing: identity::Footing::Session { id: kernel::SessionId::new() },
            methods: vec![Method::Pwd],
            purpose,
        };
        let token = challenge.sign(&key, issuer, test.clock.now()).unwrap();
        assert_eq!(refusal(&test, &token).await, "TOKEN_NOT_ACCESS");
        // Its claims under the header of an access token, which our key never signs.
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims = String::from_utf8(payload).unwrap();
        let header = good_header(&test).to_string();
        let disguised = signed(&test, &header, &claims);
        let code = refusal(&test, &disguised).await;
        assert!(["TOKEN_MALFORMED", "TOKEN_WRONG_AUDIENCE"].contains(&&*code), "{code}");
    }
    let keys = json!({ "keys": [test.keys.public()] });
    let keys = serde_json::from_value::<EdgeKeysDocument>(
        json!({ "jwks": keys, "cursor_key": STANDARD.encode([7_u8; 32]) }),
    );
    let access = test.token(AccountId::new(), None, &[Role::Operator]);
    let now = test.clock.now();
    let error = Challenge::verify(&access, &keys.unwrap().jwks, issuer, now).unwrap_err();
    assert_eq!(error.code(), "CHALLENGE_INVALID");
}
