//! Signing in to any club with the platform's provider.

use kernel::{AccountId, jiff::SignedDuration};
use local::oidc::Person;
use serde_json::{Value, json};
use table::{Condition, Update, Write};
use testkit::Answer;

use super::{Sso, accounts::told, ana, text};
use crate::world::{Club, PASSWORD};

/// Somebody with an account at Google.
pub(super) fn gina() -> Person {
    Person::new("g-1", "gina@gmail.com")
}

impl Sso {
    pub(super) async fn policy(&self, club: &Club, policy: Value) {
        let mut whole = json!({ "second_factor": { "default": "optional" } });
        for (field, value) in policy.as_object().unwrap() {
            whole[field] = value.clone();
        }
        self.world.test.put("/v1/sign-in-policy", &club.owner.token, whole).await.data(200);
    }

    async fn switch_off(&self, club: &Club) {
        self.policy(club, json!({ "platform_providers": false })).await;
    }

    async fn switch(&self, tokens: &Value, club: Value) -> Answer {
        let token = text(tokens, "access_token");
        self.world.test.post("/v1/auth/switch", &token, json!({ "club": club })).await
    }

    async fn offered(&self, club: &Club) -> Value {
        let path = format!("/v1/auth/sso/providers?club={}", club.slug);
        self.world.test.call("GET", &path).send().await.data(200)
    }

    /// By this address alone.
    async fn start_by_mail(&self, club: &Club, email: &str) -> Answer {
        self.post("/v1/auth/sso/start", json!({ "club": club.slug, "email": email })).await
    }

    /// A club's own provider beside the platform's, at the same issuer; its id.
    async fn with_own(&self, club: &Club) -> String {
        text(&self.register(club, self.registration()).await.data(201), "id")
    }

    /// Tokens of whoever comes by the club's own provider.
    async fn by_club_s(&self, club: &Club, provider: &str, person: Person) -> Answer {
        self.oidc.sit(person);
        let body = json!({ "club": club.slug, "provider_id": provider });
        let started = self.post("/v1/auth/sso/start", body).await.data(200);
        let approval = self.approve(&started).await;
        self.complete(&started, &approval).await
    }
}

#[tokio::test]
async fn whoever_is_known_to_google_signs_in_to_any_club_and_is_one_account() {
    let sso = Sso::start_on_platform().await;
    let sur = sso.world.club("sur").await;
    let there = sso.sign_in(gina()).await.data(200);
    let me = sso.me(&there).await;
    assert_eq!((&me["email"], &me["name"]), (&json!("gina@gmail.com"), &json!("Ana Provider")));
    assert_eq!(me["club"]["roles"], json!(["member"]));
    let here = sso.sign_in_to(&sur, gina()).await.data(200);
    assert_eq!(sso.me(&here).await["id"], me["id"]);
    let clubs = sso.world.test.get("/v1/auth/clubs", &text(&here, "access_token")).await.data(200);
    assert_eq!(clubs.as_array().unwrap().len(), 2);
    assert_eq!((sso.count("Identity"), sso.count("Departure")), (1, 0));
    let address = sso.world.test.database.items();
    let address = address.iter().find(|it| it["PK"]["S"] == "P#EMAIL#gina@gmail.com").unwrap();
    assert_ne!(address["verified_at"], Value::Null, "Google receives its mail");
    let refresh = json!({ "refresh_token": here["refresh_token"] });
    sso.post("/v1/auth/refresh", refresh).await.data(200);
    let account = text(&me, "id");
    let opened = told(&sso, "session.opened").await;
    assert_eq!((opened.len(), &opened[0]["target"]), (1, &json!(account)));
    assert_eq!(opened[0]["after"], json!({ "provider_id": "google" }));
    let joined = told(&sso, "member.joined").await;
    assert_eq!(joined[0]["after"], json!({ "provider_id": "google" }));
    sso.world.drain().await;
}

#[tokio::test]
async fn a_club_s_sign_in_page_lists_its_own_providers_and_then_the_platform_s() {
    let sso = Sso::start_on_platform().await;
    let sur = sso.world.club("sur").await;
    let own = sso.with_own(&sso.club).await;
    let google = json!({ "id": "google", "name": "Google" });
    let ours = json!([{ "id": own, "name": "Club Norte" }, google]);
    assert_eq!(sso.offered(&sso.club).await, ours);
    assert_eq!(sso.offered(&sur).await, json!([google]));
    sso.switch_off(&sur).await;
    assert_eq!(sso.offered(&sur).await, json!([]));
    sso.change_for_all(json!({ "enabled": false })).await.data(200);
    assert_eq!(sso.offered(&sso.club).await, json!([{ "id": own, "name": "Club Norte" }]));
}

#[tokio::test]
async fn an_address_finds_the_provider_that_receives_its_mail() {
    let sso = Sso::start_on_platform().await;
    let url = |started: Value| text(&started, "authorization_url");
    let started = sso.start_by_mail(&sso.club, "gina@gmail.com").await.data(200);
    assert!(url(started).contains("login_hint=gina%40gmail.com"));
    let unknown = sso.start_by_mail(&sso.club, "ana@norte.example.org").await;
    unknown.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    // The club's own comes first for its own domain; the platform's is no way round it.
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let mut own = sso.registration();
    own["domains"] = json!(["norte.example.org"]);
    own["client_id"] = json!("the-club-s-own");
    sso.register(&sso.club, own).await.data(201);
    let started = sso.start_by_mail(&sso.club, "ana@norte.example.org").await.data(200);
    assert!(url(started).contains("client_id=the-club-s-own"));
    // One that is believed about everything is no address's own.
    let everything = json!({ "trusts": { "rule": "verified_email" } });
    sso.change_for_all(everything).await.data(200);
    let answer = sso.start_by_mail(&sso.club, "gina@gmail.com").await;
    answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
}

#[tokio::test]
async fn a_provider_that_is_off_or_unknown_lets_nobody_in() {
    let sso = Sso::start_on_platform().await;
    let start = async |provider: &str| {
        let body = json!({ "club": sso.club.slug, "provider_id": provider });
        sso.post("/v1/auth/sso/start", body).await
    };
    start("gitlab").await.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    start("Google").await.refused(422, "BODY_INVALID");
    sso.oidc.sit(gina());
    let started = sso.leave().await;
    let approval = sso.approve(&started).await;
    sso.change_for_all(json!({ "enabled": false })).await.data(200);
    start("google").await.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    let before = sso.kept();
    let answer = sso.complete(&started, &approval).await;
    answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    assert_eq!(sso.kept(), before);
}

#[tokio::test]
async fn a_club_that_switched_the_platform_s_providers_off_lets_nobody_in_by_them() {
    let sso = Sso::start_on_platform().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    sso.oidc.sit(gina());
    let (started, before) = (sso.leave().await, sso.sign_in(gina()).await.data(200));
    let linking = sso.start_link(&marta.token).await.data(200);
    sso.switch_off(&sso.club).await;
    let kept = sso.kept();
    let body = json!({ "club": sso.club.slug, "provider_id": "google" });
    for answer in [
        sso.post("/v1/auth/sso/start", body).await,
        sso.start_by_mail(&sso.club, "gina@gmail.com").await,
        sso.complete(&started, &sso.approve(&started).await).await,
        sso.start_link(&marta.token).await,
        sso.world
            .test
            .post(
                "/v1/auth/sso/link/complete",
                &marta.token,
                super::returned(&linking, &sso.approve(&linking).await),
            )
            .await,
    ] {
        answer.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    }
    assert_eq!(sso.kept(), kept);
    // Who is in stays in, and another club is not asked.
    let refresh = json!({ "refresh_token": before["refresh_token"] });
    sso.post("/v1/auth/refresh", refresh).await.data(200);
    let sur = sso.world.club("sur").await;
    sso.sign_in_to(&sur, gina()).await.data(200);
    sso.policy(&sso.club, json!({})).await;
    sso.sign_in(gina()).await.data(200);
}

#[tokio::test]
async fn who_came_in_by_google_switches_clubs_and_who_came_by_a_club_s_provider_does_not() {
    let sso = Sso::start_on_platform().await;
    let sur = sso.world.club("sur").await;
    let own = sso.with_own(&sso.club).await;
    sso.sign_in_to(&sur, gina()).await.data(200);
    let by_google = sso.sign_in(gina()).await.data(200);
    let there = sso.switch(&by_google, json!("sur")).await.data(200);
    assert_eq!(sso.me(&there).await["id"], sso.me(&by_google).await["id"]);
    sso.switch(&there, json!("norte")).await.data(200);

    // The same identity by the club's own registration is the club's word alone.
    let by_club = sso.by_club_s(&sso.club, &own, gina()).await.data(200);
    assert_eq!(sso.me(&by_club).await["id"], sso.me(&by_google).await["id"]);
    sso.switch(&by_club, json!("sur")).await.refused(403, "SIGN_IN_THERE");
    let sessions = sso.count("Session");
    sso.switch_off(&sur).await;
    sso.switch(&by_google, json!("sur")).await.refused(403, "PLATFORM_PROVIDERS_OFF");
    assert_eq!(sso.count("Session"), sessions, "a refused switch leaves no session");
    // Neither does a session that carries Google's word over from a third club.
    let oeste = sso.world.club("oeste").await;
    sso.sign_in_to(&oeste, gina()).await.data(200);
    let carried = sso.switch(&by_google, json!("oeste")).await.data(200);
    sso.switch(&carried, json!("sur")).await.refused(403, "PLATFORM_PROVIDERS_OFF");
}

#[tokio::test]
async fn where_google_is_off_one_s_own_password_lets_in_and_a_second_factor_alone_does_not() {
    let sso = Sso::start_on_platform().await;
    let sur = sso.world.club("sur").await;
    sso.switch_off(&sur).await;
    let marta = sso.world.member(&sso.club, "marta").await;
    sso.world.join(&sur, &marta.email, &["member"]).await;
    sso.link(&marta.token, gina()).await.data(200);
    let tokens = sso.sign_in(gina()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(marta.account));
    sso.switch(&tokens, json!("sur")).await.refused(403, "PLATFORM_PROVIDERS_OFF");
    let token = text(&tokens, "access_token");
    let step_up = json!({ "password": PASSWORD });
    sso.world.test.post("/v1/auth/step-up", &token, step_up).await.data(200);
    sso.switch(&tokens, json!("sur")).await.data(200);

    let factor = sso.world.test.post("/v1/auth/mfa/totp", &marta.token, json!({})).await.data(200);
    let code = || crate::mfa::code(&text(&factor, "secret"), sso.world.now());
    let confirmation = json!({ "code": code() });
    let path = "/v1/auth/mfa/totp/confirm";
    sso.world.test.post(path, &marta.token, confirmation).await.data(200);
    let tokens = sso.sign_in(gina()).await.data(200);
    sso.world.test.clock.advance(SignedDuration::from_secs(60));
    let step_up = json!({ "code": code() });
    let token = text(&tokens, "access_token");
    sso.world.test.post("/v1/auth/step-up", &token, step_up).await.data(200);
    sso.switch(&tokens, json!("sur")).await.refused(403, "PLATFORM_PROVIDERS_OFF");
}

#[tokio::test]
async fn a_challenge_of_a_sign_in_by_google_is_worth_nothing_once_the_club_takes_none() {
    let sso = Sso::start_on_platform().await;
    let required = json!({ "second_factor": { "default": "required" } });
    sso.policy(&sso.club, required).await;
    let refused = sso.sign_in(gina()).await.refused(403, "MFA_ENROLMENT_REQUIRED");
    let challenge = text(&refused["details"], "challenge");
    let begun = sso.post("/v1/auth/mfa/enrol", json!({ "challenge": challenge })).await.data(200);
    let required =
        json!({ "second_factor": { "default": "required" }, "platform_providers": false });
    sso.policy(&sso.club, required).await;
    let code = || crate::mfa::code(&text(&begun, "secret"), sso.world.now());
    let answer = json!({ "challenge": challenge, "code": code() });
    let answer = sso.post("/v1/auth/mfa/enrol/confirm", answer).await;
    answer.refused(403, "PLATFORM_PROVIDERS_OFF");
    assert_eq!(sso.count("Session"), 1, "the owner's");
    sso.policy(&sso.club, json!({ "second_factor": { "default": "required" } })).await;
    let refused = sso.sign_in(gina()).await.refused(403, "MFA_REQUIRED");
    sso.world.test.clock.advance(SignedDuration::from_secs(60));
    let answer = json!({ "challenge": refused["details"]["challenge"], "code": code() });
    sso.post("/v1/auth/mfa", answer).await.data(200);
    assert_eq!(
        told(&sso, "session.opened").await[0]["after"],
        json!({ "methods": ["soc", "otp"] })
    );
}

#[tokio::test]
async fn a_club_that_trusts_its_own_provider_s_second_factor_does_not_trust_google_s() {
    let sso = Sso::start_on_platform().await;
    let own = sso.with_own(&sso.club).await;
    sso.sign_in(gina()).await.data(200);
    let local = json!({ "second_factor": { "default": "required_for_local" } });
    sso.policy(&sso.club, local).await;
    sso.sign_in(gina()).await.refused(403, "MFA_ENROLMENT_REQUIRED");
    sso.by_club_s(&sso.club, &own, gina()).await.data(200);
}

#[tokio::test]
async fn operators_come_to_the_platform_by_their_own_password_alone() {
    let sso = Sso::start_on_platform().await;
    let tokens = sso.sign_in(gina()).await.data(200);
    let account: AccountId = text(&sso.me(&tokens).await, "id").parse().unwrap();
    sso.switch(&tokens, Value::Null).await.refused(404, "CLUB_NOT_FOUND");
    let platform = sso.world.test.app.table().platform();
    let roles = Update::new().set("platform_roles", table::Value::of(&["operator"]).unwrap());
    let write = Write::update(platform.key(format!("ACC#{account}"), "ACCOUNT"), roles);
    platform.write(vec![write.when(Condition::item_exists())]).await.unwrap();
    sso.switch(&tokens, Value::Null).await.refused(403, "PLATFORM_PROVIDERS_OFF");
}

#[tokio::test]
async fn a_club_s_provider_does_not_change_an_account_that_signs_in_by_google() {
    let sso = Sso::start_on_platform().await;
    let clock = sso.world.test.clock.clone();
    let club_s = local::oidc::Oidc::start(clock, local::oidc::Algorithm::Es256).await.unwrap();
    let mut own = sso.registration();
    own["issuer"] = json!(club_s.url());
    let own = text(&sso.register(&sso.club, own).await.data(201), "id");
    let tokens = sso.sign_in(gina()).await.data(200);
    let token = text(&tokens, "access_token");
    let start = async |token: &str| {
        let body = json!({ "provider_id": own });
        sso.world.test.post("/v1/auth/sso/link", token, body).await
    };
    let started = start(&token).await.data(200);
    club_s.sit(ana());
    let back = async |started: &Value| {
        let approval =
            club_s.approve(started["authorization_url"].as_str().unwrap()).await.unwrap();
        super::returned(started, &approval)
    };
    let path = "/v1/auth/sso/link/complete";
    sso.world.test.post(path, &token, back(&started).await).await.data(200);

    // The club can make its provider say that it is her.
    let leave = async || {
        let body = json!({ "club": sso.club.slug, "provider_id": own });
        sso.post("/v1/auth/sso/start", body).await.data(200)
    };
    let complete = async || sso.post("/v1/auth/sso/complete", back(&leave().await).await).await;
    let token = text(&complete().await.data(200), "access_token");
    let email = json!({ "new_email": "owner@norte.example.org" });
    let google_s =
        sso.identities(&token).await.iter().find(|it| it["email"] == "gina@gmail.com").cloned();
    for answer in [
        start(&token).await,
        sso.start_link(&token).await,
        sso.unlink(&token, &google_s.unwrap()["id"]).await,
        sso.world.test.post("/v1/auth/email/change", &token, email).await,
        sso.world.test.post("/v1/auth/mfa/totp", &token, json!({})).await,
    ] {
        let refused = answer.refused(403, "STEP_UP_REQUIRED");
        assert_eq!(refused["details"]["methods"], json!(["soc"]));
    }
    // Nor by asking itself for a second factor, which would open her other clubs.
    sso.policy(&sso.club, json!({ "second_factor": { "default": "required" } })).await;
    let refused = complete().await.refused(403, "MFA_ENROLMENT_REQUIRED");
    let challenge = json!({ "challenge": refused["details"]["challenge"] });
    sso.post("/v1/auth/mfa/enrol", challenge).await.refused(403, "STEP_UP_REQUIRED");
    // She herself does what she likes.
    sso.policy(&sso.club, json!({})).await;
    let token = text(&sso.sign_in(gina()).await.data(200), "access_token");
    start(&token).await.data(200);
    sso.world.test.post("/v1/auth/mfa/totp", &token, json!({})).await.data(200);
}

#[tokio::test]
async fn a_club_that_registers_google_itself_knows_nothing_of_what_the_platform_asked() {
    let sso = Sso::start_on_platform().await;
    sso.sign_in(gina()).await.data(200);
    let own = sso.with_own(&sso.club).await;
    sso.by_club_s(&sso.club, &own, gina()).await.data(200);
    assert_eq!((sso.oidc.calls().discovery, sso.count("Identity")), (2, 1));
}
