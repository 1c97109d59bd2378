//! Accounts that somebody made for an address that is another's, when its owner comes.

use identity::{DeviceName, Identity, Proof, Session, store};
use kernel::{AccountId, Method, Tenant};
use local::oidc::Person;
use serde_json::{Value, json};
use testkit::Answer;

use super::{Sso, everybody::gina, text};
use crate::world::Club;

/// Whoever has made an account for `gina@gmail.com` by a provider of their own club says anything.
struct Squatter {
    account: AccountId,
    tokens: Value,
    club: Club,
    provider: String,
    oidc: local::oidc::Oidc,
}

impl Squatter {
    async fn settle(sso: &Sso) -> Self {
        let club = sso.world.club("evil").await;
        let clock = sso.world.test.clock.clone();
        let oidc = local::oidc::Oidc::start(clock, local::oidc::Algorithm::Es256).await.unwrap();
        let mut own = sso.registration();
        own["issuer"] = json!(oidc.url());
        let provider = text(&sso.register(&club, own).await.data(201), "id");
        let account = AccountId::new();
        let mut squatter = Self { account, tokens: Value::Null, club, provider, oidc };
        squatter.come(sso).await.refused(403, "MEMBER_PENDING");
        squatter.account = sso.world.account_of("gina@gmail.com").await;
        let path = format!("/v1/members/{}/approve", squatter.account);
        let approved = sso.world.test.post(&path, &squatter.club.owner.token, Value::Null).await;
        assert!(approved.status.is_success(), "{}", approved.body);
        squatter.tokens = squatter.come(sso).await.data(200);
        squatter
    }

    async fn come(&self, sso: &Sso) -> Answer {
        self.oidc.sit(Person::new("evil-1", "gina@gmail.com"));
        let body = json!({ "club": self.club.slug, "provider_id": self.provider });
        let started = sso.post("/v1/auth/sso/start", body).await.data(200);
        let url = started["authorization_url"].as_str().unwrap();
        let approval = self.oidc.approve(url).await.unwrap();
        sso.complete(&started, &approval).await
    }

    fn token(&self) -> String {
        text(&self.tokens, "access_token")
    }

    async fn enrol(&self, sso: &Sso) -> String {
        let test = &sso.world.test;
        let factor = test.post("/v1/auth/mfa/totp", &self.token(), json!({})).await.data(200);
        let secret = text(&factor, "secret");
        let code = json!({ "code": crate::mfa::code(&secret, sso.world.now()) });
        test.post("/v1/auth/mfa/totp/confirm", &self.token(), code).await.data(200);
        secret
    }

    /// Nothing of theirs is left on the account.
    async fn is_out(&self, sso: &Sso) {
        let platform = sso.world.test.app.table().platform();
        assert_eq!(store::totp(&platform, self.account).await.unwrap(), None);
        let email = "gina@gmail.com".parse().unwrap();
        let credential = store::credential(&platform, &email).await.unwrap().unwrap();
        assert!(!credential.second_factor && credential.verified_at.is_some());
        let identities = store::identities(&platform, self.account).await.unwrap();
        assert_eq!(identities.len(), 1);
        assert_eq!(identities[0].issuer.as_str(), sso.oidc.url());
        let refresh = json!({ "refresh_token": self.tokens["refresh_token"] });
        sso.post("/v1/auth/refresh", refresh).await.refused(401, "SESSION_REVOKED");
        self.come(sso).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
        let sessions = store::sessions(&platform, self.account).await.unwrap();
        let mut open = sessions.iter().filter(|session| session.is_open(sso.world.now()));
        assert!(open.all(|session| session.club_id == Some(sso.club.id)), "hers alone");
    }
}

#[tokio::test]
async fn who_made_an_account_for_another_s_address_keeps_nothing_of_it_when_the_owner_comes() {
    let sso = Sso::start_on_platform().await;
    let squatter = Squatter::settle(&sso).await;
    squatter.enrol(&sso).await;
    let me = sso.world.test.get("/v1/users/me", &squatter.token()).await.data(200);
    assert_eq!(me["id"], json!(squatter.account));

    let tokens = sso.sign_in(gina()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(squatter.account));
    squatter.is_out(&sso).await;
    // Their access token changes nothing from that moment on.
    let body = json!({ "club": "norte" });
    let answer = sso.world.test.post("/v1/auth/switch", &squatter.token(), body).await;
    answer.refused(401, "SESSION_REVOKED");
    let again = sso.sign_in(gina()).await.data(200);
    assert_eq!(sso.me(&again).await["id"], json!(squatter.account));
}

#[tokio::test]
async fn more_than_a_transaction_holds_is_taken_off_too() {
    let sso = Sso::start_on_platform().await;
    let squatter = Squatter::settle(&sso).await;
    let (platform, now) = (sso.world.test.app.table().platform(), sso.world.now());
    for number in 0..130 {
        let person = identity::Person {
            issuer: identity::Issuer::parse(squatter.oidc.url(), identity::Reach::Loopback)
                .unwrap(),
            subject: format!("evil-more-{number}"),
            email: None,
            email_verified: None,
            names_host: false,
            name: None,
            locale: None,
        };
        let identity = Identity::new(&person, &"Evil".parse().unwrap(), squatter.account, now);
        let proof = Proof::by(&[Method::Fed], false, now);
        let (account, club) = (squatter.account, Some(squatter.club.id));
        let device: Option<DeviceName> = None;
        let (session, _) = Session::open(account, club, proof, device, now).unwrap();
        let writes = vec![
            store::link(&platform, &identity).unwrap(),
            store::new_session(&platform, &session).unwrap(),
        ];
        platform.write(writes).await.unwrap();
    }
    sso.sign_in(gina()).await.data(200);
    squatter.is_out(&sso).await;
    let tenant = Tenant::from_platform_record(squatter.club.id, "test");
    let table = sso.world.test.app.table().tenant(&tenant);
    let member = store::membership(&table, squatter.account).await;
    assert!(member.unwrap().is_some(), "where one is a member is no way in");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arrival_that_is_killed_anywhere_leaves_the_account_to_one_of_them() {
    let (mut killed, mut halfway) = (0, 0);
    for calls in 1..24 {
        let sso = Sso::start_on_platform().await;
        let squatter = Squatter::settle(&sso).await;
        squatter.enrol(&sso).await;
        sso.oidc.sit(gina());
        let started = sso.leave().await;
        let approval = sso.approve(&started).await;
        let arrival = sso.complete(&started, &approval);
        let dead = Box::pin(sso.world.killed_after(calls, arrival)).await.is_none();
        killed += usize::from(dead);
        let platform = sso.world.test.app.table().platform();
        let identities = store::identities(&platform, squatter.account).await.unwrap();
        assert_eq!(identities.len(), 1, "never nobody's, never both's");
        let is_hers = identities[0].issuer.as_str() == sso.oidc.url();
        halfway += usize::from(dead && is_hers);
        let tokens = sso.sign_in(gina()).await.data(200);
        assert_eq!(sso.me(&tokens).await["id"], json!(squatter.account), "after {calls} calls");
        squatter.is_out(&sso).await;
    }
    assert!(killed > 5 && halfway > 0, "{killed} were killed, {halfway} of them halfway");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_four_arrivals_of_the_owner_at_once_all_find_the_account_and_the_squatter_none() {
    let sso = Sso::start_on_platform().await;
    let squatter = Squatter::settle(&sso).await;
    sso.oidc.sit(gina());
    let mut ways = Vec::new();
    for _ in 0..4 {
        let started = sso.leave().await;
        let approval = sso.approve(&started).await;
        ways.push((started, approval));
    }
    let arrivals = ways.iter().map(|(started, approval)| sso.complete(started, approval));
    for answer in futures::future::join_all(arrivals).await {
        answer.data(200);
    }
    let platform = sso.world.test.app.table().platform();
    assert_eq!(store::identities(&platform, squatter.account).await.unwrap().len(), 1);
    squatter.come(&sso).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
}
