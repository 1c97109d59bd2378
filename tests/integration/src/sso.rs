//! Signing in with an identity provider, a club's own or the platform's, and linking one.

mod accounts;
mod belief;
mod everybody;
mod platform;
mod providers;
mod takeover;
mod tokens;

use futures::future::join_all;
use kernel::jiff::SignedDuration;
use local::{
    dns::Dns,
    oidc::{Algorithm, Approval, CLIENT_ID, CLIENT_SECRET, Faults, Oidc, Person},
};
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, World};

pub(crate) const REDIRECT: &str = "https://app.norte.example.org/signed-in";

/// A club with an identity provider, and a resolver.
pub(crate) struct Sso {
    pub(crate) world: World,
    pub(crate) club: Club,
    pub(crate) oidc: Oidc,
    pub(crate) dns: Dns,
    /// The provider's id.
    pub(crate) provider: String,
}

impl Sso {
    pub(crate) async fn start() -> Self {
        Self::start_with(Algorithm::Es256, &[]).await
    }

    pub(crate) async fn start_with(algorithm: Algorithm, variables: &[(&str, &str)]) -> Self {
        let mut sso = Self::bare(algorithm, variables).await;
        let made = sso.register(&sso.club, sso.registration()).await.data(201);
        sso.provider = text(&made, "id");
        sso
    }

    /// The same with a provider of the platform in the place of the club's.
    pub(crate) async fn start_on_platform() -> Self {
        let mut sso = Self::bare(Algorithm::Es256, &[]).await;
        let made = sso.register_for_all(sso.registration_for_all()).await.data(201);
        sso.provider = text(&made, "key");
        sso
    }

    /// One of each: what a hostile provider tries is the same.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::start().await, Self::start_on_platform().await]
    }

    async fn bare(algorithm: Algorithm, variables: &[(&str, &str)]) -> Self {
        let dns = Dns::start().await.unwrap();
        let resolver = dns.url.clone();
        let mut all = vec![("DNS_OVER_HTTPS_URL", &*resolver)];
        all.extend(variables);
        let world = World::start_with(&all).await;
        let club = world.club("norte").await;
        let oidc = Oidc::start(world.test.clock.clone(), algorithm).await.unwrap();
        Self { world, club, oidc, dns, provider: String::new() }
    }

    pub(crate) fn registration(&self) -> Value {
        json!({
            "name": "Club Norte", "issuer": self.oidc.url(), "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET, "redirect_uris": [REDIRECT],
        })
    }

    /// Believed as Google is.
    pub(crate) fn registration_for_all(&self) -> Value {
        let mut body = self.registration();
        body["key"] = json!("google");
        body["name"] = json!("Google");
        body["trusts"] = google();
        body
    }

    pub(crate) async fn register_for_all(&self, body: Value) -> Answer {
        let operator = &self.world.operator;
        self.world.test.post("/v1/admin/identity-providers", operator, body).await
    }

    pub(crate) async fn register(&self, club: &Club, body: Value) -> Answer {
        self.world.test.post("/v1/identity-providers", &club.owner.token, body).await
    }

    /// The club proves that the domain is its own.
    pub(crate) async fn verify(&self, club: &Club, domain: &str) -> Answer {
        let test = &self.world.test;
        let added = test.post("/v1/domains", &club.owner.token, json!({ "domain": domain })).await;
        let record = &added.data(201)["record"];
        self.dns.publish(record["name"].as_str().unwrap(), record["value"].as_str().unwrap());
        let path = format!("/v1/domains/{domain}/verify");
        test.post(&path, &club.owner.token, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.world.test.call("POST", path).json(&body).send().await
    }

    pub(crate) async fn leave(&self) -> Value {
        self.leave_for(&self.club).await
    }

    pub(crate) async fn leave_for(&self, club: &Club) -> Value {
        let body = json!({ "club": club.slug, "provider_id": self.provider });
        self.post("/v1/auth/sso/start", body).await.data(200)
    }

    pub(crate) async fn approve(&self, started: &Value) -> Approval {
        self.oidc.approve(started["authorization_url"].as_str().unwrap()).await.expect("a code")
    }

    pub(crate) async fn complete(&self, started: &Value, approval: &Approval) -> Answer {
        self.post("/v1/auth/sso/complete", returned(started, approval)).await
    }

    /// The whole way of this person.
    pub(crate) async fn sign_in(&self, person: Person) -> Answer {
        self.sign_in_to(&self.club, person).await
    }

    pub(crate) async fn sign_in_to(&self, club: &Club, person: Person) -> Answer {
        self.oidc.sit(person);
        let started = self.leave_for(club).await;
        let approval = self.approve(&started).await;
        self.complete(&started, &approval).await
    }

    /// What is kept, but for those who are on their way.
    pub(crate) fn kept(&self) -> Vec<Value> {
        let items = self.world.test.database.items().into_iter();
        items.filter(|item| item["kind"]["S"] != "Departure").collect()
    }

    pub(crate) fn count(&self, kind: &str) -> usize {
        let items = self.world.test.database.items();
        items.iter().filter(|item| item["kind"]["S"] == kind).count()
    }

    pub(crate) async fn me(&self, tokens: &Value) -> Value {
        let token = text(tokens, "access_token");
        self.world.test.get("/v1/users/me", &token).await.data(200)
    }
}

pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

/// What the club's app sends when the browser is back.
pub(crate) fn returned(started: &Value, approval: &Approval) -> Value {
    json!({
        "state": approval.state, "code": approval.code, "browser_key": started["browser_key"],
        "iss": approval.iss,
    })
}

/// About what Google is believed.
pub(crate) fn google() -> Value {
    json!({ "rule": "authoritative_domains", "domains": ["gmail.com"], "hosted": true })
}

pub(crate) fn ana() -> Person {
    Person::new("ana-1", "ana@norte.example.org")
}

#[tokio::test]
async fn who_has_an_address_of_the_club_s_domain_signs_in_at_once_and_stays_the_same() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let tokens = sso.sign_in(ana()).await.data(200);
    let me = sso.me(&tokens).await;
    assert_eq!(
        (&me["email"], &me["name"]),
        (&json!("ana@norte.example.org"), &json!("Ana Provider"))
    );
    assert_eq!(me["club"]["roles"], json!(["member"]));
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    sso.post("/v1/auth/refresh", refresh).await.data(200);

    let elsewhere = Person { email: Some("ana@new.example.org".to_owned()), ..ana() };
    let again = sso.sign_in(elsewhere).await.data(200);
    assert_eq!(sso.me(&again).await["id"], me["id"], "the subject counts, not the address");
    assert_eq!((sso.count("Identity"), sso.count("Departure")), (1, 0));
    let events = sso.world.publish().await;
    assert_eq!(events.iter().filter(|event| event.kind == "member.registered").count(), 2);
}

#[tokio::test]
async fn the_session_says_that_a_provider_vouched() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let body = json!({ "club": "norte", "provider_id": sso.provider, "device": "Ana's phone" });
    let started = sso.post("/v1/auth/sso/start", body).await.data(200);
    sso.oidc.sit(ana());
    let approval = sso.approve(&started).await;
    assert_eq!(approval.redirect_uri, REDIRECT);
    sso.complete(&started, &approval).await.data(200);
    let items = sso.world.test.database.items();
    let fed = |item: &&Value| item["proof"]["M"]["methods"]["L"] == json!([{ "S": "fed" }]);
    let session = items.iter().find(fed).expect("a federated session");
    assert_eq!(session["device"]["S"], "Ana's phone");
}

#[tokio::test]
async fn who_is_of_no_domain_of_the_club_waits_for_its_approval() {
    let sso = Sso::start().await;
    let answer = sso.sign_in(ana()).await;
    answer.refused(403, "MEMBER_PENDING");
    assert_eq!((sso.count("Identity"), sso.count("Session")), (1, 1), "the owner's session");
    let items = sso.world.test.database.items();
    let pending =
        |item: &&Value| item["kind"]["S"] == "Membership" && item["status"]["S"] == "pending";
    assert_eq!(items.iter().filter(pending).count(), 1);
    let address = items.iter().find(|item| item["PK"]["S"] == "P#EMAIL#ana@norte.example.org");
    let address = address.expect("an account");
    assert_eq!(address["verified_at"], Value::Null, "any provider can say anything of an address");
    sso.sign_in(ana()).await.refused(403, "MEMBER_PENDING");
    assert_eq!(sso.count("Identity"), 1);
}

#[tokio::test]
async fn a_state_is_good_once() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.sit(ana());
        let started = sso.leave().await;
        let approval = sso.approve(&started).await;
        sso.complete(&started, &approval).await.data(200);
        sso.complete(&started, &approval).await.refused(404, "SSO_STATE_UNKNOWN");
        let fresh_code = sso.approve(&started).await;
        sso.complete(&started, &fresh_code).await.refused(404, "SSO_STATE_UNKNOWN");
        for invented in ["", "cps_", "x", &format!("cps_{}", "A".repeat(43))] {
            let approval = Approval { state: invented.to_owned(), ..approval.clone() };
            sso.complete(&started, &approval).await.refused(404, "SSO_STATE_UNKNOWN");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_who_come_back_with_one_state_at_once_one_is_let_in() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.sit(ana());
        let started = sso.leave().await;
        sso.oidc.misbehave(Faults { careless: true, ..Faults::default() });
        let approval = sso.approve(&started).await;
        let answers = join_all((0..8).map(|_| sso.complete(&started, &approval))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.into_iter().filter(|answer| answer.status != 200) {
            answer.refused(404, "SSO_STATE_UNKNOWN");
        }
        assert_eq!((sso.count("Identity"), sso.count("Session")), (1, 2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_who_arrives_for_the_first_time_four_times_at_once_has_one_account() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.sit(ana());
        let mut ways = Vec::new();
        for _ in 0..4 {
            let started = sso.leave().await;
            let approval = sso.approve(&started).await;
            ways.push((started, approval));
        }
        let answers =
            join_all(ways.iter().map(|(started, approval)| sso.complete(started, approval)));
        for answer in answers.await {
            answer.data(200);
        }
        assert_eq!((sso.count("Identity"), sso.count("Account")), (1, 2), "hers and the owner's");
    }
}

#[tokio::test]
async fn another_browser_is_not_let_in_and_does_not_spoil_it() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.sit(ana());
        let (started, attackers) = (sso.leave().await, sso.leave().await);
        let approval = sso.approve(&started).await;
        let before = sso.kept();
        for key in [&attackers["browser_key"], &started["state"], &json!("")] {
            let mut body = returned(&started, &approval);
            body["browser_key"] = key.clone();
            sso.post("/v1/auth/sso/complete", body).await.refused(403, "SSO_WRONG_BROWSER");
        }
        assert_eq!(sso.kept(), before);
        sso.complete(&started, &approval).await.data(200);
    }
}

#[tokio::test]
async fn a_sign_in_is_over_after_ten_minutes() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.sit(ana());
        let (slow, slower) = (sso.leave().await, sso.leave().await);
        assert_eq!(slow["expires_in"], 600);
        let items = sso.world.test.database.items();
        let departures: Vec<_> = items.iter().filter(|it| it["kind"]["S"] == "Departure").collect();
        let end = (sso.world.now() + SignedDuration::from_mins(10)).as_second().to_string();
        assert!(departures.len() == 2 && departures.iter().all(|it| it["ttl"]["N"] == end));
        let kept = json!(departures).to_string();
        for secret in [&slow["state"], &slow["browser_key"]] {
            assert!(!kept.contains(secret.as_str().unwrap()), "kept as hashes alone");
        }

        sso.world.test.clock.advance(SignedDuration::from_secs(599));
        let approval = sso.approve(&slow).await;
        sso.complete(&slow, &approval).await.data(200);
        sso.world.test.clock.advance(SignedDuration::from_secs(1));
        let (approval, before) = (sso.approve(&slower).await, sso.kept());
        sso.complete(&slower, &approval).await.refused(401, "SSO_STATE_EXPIRED");
        assert_eq!(sso.kept(), before);
    }
}

#[tokio::test]
async fn a_code_is_good_for_the_sign_in_that_asked_for_it() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.sit(ana());
        let (first, second, third) = (sso.leave().await, sso.leave().await, sso.leave().await);
        let injected = |code: &Approval, state: &Value| Approval {
            state: text(state, "state"),
            ..code.clone()
        };
        let before = sso.kept();
        let code = sso.approve(&first).await;
        // The provider checks the verifier …
        let answer = sso.complete(&second, &injected(&code, &second)).await;
        answer.refused(401, "SSO_CODE_REFUSED");
        // … and where it does not, the nonce is another.
        sso.oidc.misbehave(Faults { careless: true, ..Faults::default() });
        let code = sso.approve(&first).await;
        let answer = sso.complete(&third, &injected(&code, &third)).await;
        answer.refused(401, "ID_TOKEN_WRONG_NONCE");
        assert_eq!(sso.kept(), before);
        sso.oidc.misbehave(Faults::default());
        let code = sso.approve(&first).await;
        sso.complete(&first, &code).await.data(200);
        // A code that was used is used.
        let last = sso.leave().await;
        sso.complete(&last, &injected(&code, &last)).await.refused(401, "SSO_CODE_REFUSED");
    }
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere() {
    for sso in Sso::both().await {
        let before = sso.kept();
        for issuer in [Some("https://attacker.example.com".to_owned()), None] {
            let started = sso.leave().await;
            let approval = Approval { iss: issuer, ..sso.approve(&started).await };
            sso.complete(&started, &approval).await.refused(401, "SSO_WRONG_ISSUER");
        }
        assert_eq!(sso.oidc.calls().token, 0);
        assert_eq!(sso.kept(), before);
    }
}

#[tokio::test]
async fn a_provider_is_found_by_its_id_or_by_the_domain_of_an_address() {
    let sso = Sso::start().await;
    let other = sso.world.club("sur").await;
    let start = async |body: Value| sso.post("/v1/auth/sso/start", body).await;
    let by_mail = |club: &str, email: &str| json!({ "club": club, "email": email });
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let unrouted = start(by_mail("norte", "ana@norte.example.org")).await;
    unrouted.refused(404, "IDENTITY_PROVIDER_NOT_FOUND");
    let path = format!("/v1/identity-providers/{}", sso.provider);
    let domains = json!({ "domains": ["norte.example.org"] });
    sso.world.test.patch(&path, &sso.club.owner.token, domains).await.data(200);
    let found = start(by_mail("norte", "Ana@Norte.example.org")).await.data(200);
    assert!(text(&found, "authorization_url").contains("login_hint=ana%40norte.example.org"));

    let by_id = |club: &str| json!({ "club": club, "provider_id": sso.provider });
    for (body, status, code) in [
        (by_mail("norte", "ana@gmail.com"), 404, "IDENTITY_PROVIDER_NOT_FOUND"),
        (by_mail("sur", "ana@norte.example.org"), 404, "IDENTITY_PROVIDER_NOT_FOUND"),
        (by_id("sur"), 404, "IDENTITY_PROVIDER_NOT_FOUND"),
        (by_id("nowhere"), 404, "CLUB_NOT_FOUND"),
        (json!({ "club": "norte" }), 422, "SSO_PROVIDER_UNCLEAR"),
        (json!({ "club": "norte", "provider_id": "idp_1" }), 422, "BODY_INVALID"),
        (json!({ "provider_id": sso.provider }), 422, "BODY_INVALID"),
    ] {
        start(body).await.refused(status, code);
    }
    let offered = |club: &str| format!("/v1/auth/sso/providers?club={club}");
    let ours = sso.world.test.call("GET", &offered("norte")).send().await.data(200);
    assert_eq!(ours, json!([{ "id": sso.provider, "name": "Club Norte" }]));
    let theirs = sso.world.test.call("GET", &offered(&other.slug)).send().await.data(200);
    assert_eq!(theirs, json!([]));
    let nobody_s = sso.world.test.call("GET", &offered("nowhere")).send().await;
    nobody_s.refused(404, "CLUB_NOT_FOUND");
}

#[tokio::test]
async fn people_come_back_to_registered_addresses_alone() {
    let sso = Sso::start().await;
    let start = async |redirect: &str| {
        let body = json!({
            "club": "norte", "provider_id": sso.provider, "redirect_uri": redirect,
        });
        sso.post("/v1/auth/sso/start", body).await
    };
    start(REDIRECT).await.data(200);
    for wrong in [
        "https://app.norte.example.org/signed-in/",
        "https://app.norte.example.org/signed-in?next=x",
        "https://app.norte.example.org/SIGNED-IN",
        "https://evil.example.com/signed-in",
    ] {
        start(wrong).await.refused(422, "REDIRECT_URI_UNKNOWN");
    }
    start("javascript:alert(1)").await.refused(422, "BODY_INVALID");
}
