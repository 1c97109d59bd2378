//! Whose account somebody gets, and what an account is linked with.

use futures::future::join_all;
use identity::Identity;
use kernel::{AccountId, jiff::SignedDuration};
use local::oidc::{Approval, Person};
use serde_json::{Value, json};
use table::{Condition, Update, Write};
use testkit::Answer;

use super::{Sso, ana, returned, text};
use crate::passwords::{mailed, reset};

const PASSWORD: &str = "correct horse battery";

impl Sso {
    pub(super) async fn change_credential(&self, email: &str, update: Update) {
        let platform = self.world.test.app.table().platform();
        let write = Write::update(platform.key(format!("EMAIL#{email}"), "EMAIL"), update);
        platform.write(vec![write.when(Condition::item_exists())]).await.unwrap();
    }

    pub(super) async fn start_link(&self, token: &str) -> Answer {
        let body = json!({ "provider_id": self.provider });
        self.world.test.post("/v1/auth/sso/link", token, body).await
    }

    async fn finish_link(&self, token: &str, started: &Value, approval: &Approval) -> Answer {
        let body = returned(started, approval);
        self.world.test.post("/v1/auth/sso/link/complete", token, body).await
    }

    pub(super) async fn link(&self, token: &str, person: Person) -> Answer {
        self.oidc.sit(person);
        let started = self.start_link(token).await.data(200);
        let approval = self.approve(&started).await;
        self.finish_link(token, &started, &approval).await
    }

    pub(super) async fn identities(&self, token: &str) -> Vec<Value> {
        let answer = self.world.test.get("/v1/auth/identities", token).await.data(200);
        answer.as_array().unwrap().clone()
    }

    pub(super) async fn unlink(&self, token: &str, id: &Value) -> Answer {
        let path = format!("/v1/auth/identities/{}", id.as_str().unwrap());
        self.world.test.delete(&path, token).await
    }
}

#[tokio::test]
async fn an_address_that_the_provider_did_not_verify_is_no_address() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let before = sso.kept();
    let person = Person { email_verified: Some(false), ..ana() };
    sso.sign_in(person).await.refused(403, "SSO_EMAIL_UNVERIFIED");
    for email in [None, Some("not an address".to_owned())] {
        let person = Person { email, ..ana() };
        sso.sign_in(person).await.refused(403, "SSO_EMAIL_MISSING");
    }
    assert_eq!(sso.kept(), before);
}

#[tokio::test]
async fn a_password_that_somebody_set_on_an_unproved_address_keeps_its_account() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let ana_s = sso.world.member(&sso.club, "ana").await;
    assert_eq!(ana_s.email, "ana@norte.example.org");
    let before = sso.count("Identity");
    sso.sign_in(ana()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    assert_eq!(sso.count("Identity"), before);

    let proved = Update::new().set("verified_at", sso.world.now());
    sso.change_credential(&ana_s.email, proved).await;
    let tokens = sso.sign_in(ana()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(ana_s.account));
    sso.world.log_in(&ana_s.email, "norte").await;
}

#[tokio::test]
async fn no_provider_gets_an_account_of_a_domain_that_its_club_did_not_prove() {
    let sso = Sso::start().await;
    let ana_s = sso.world.member(&sso.club, "ana").await;
    let proved = Update::new().set("verified_at", sso.world.now());
    sso.change_credential(&ana_s.email, proved).await;
    sso.sign_in(ana()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    // Another club's proof is not this club's.
    let other = sso.world.club("sur").await;
    sso.verify(&other, "norte.example.org").await.data(200);
    sso.sign_in(ana()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    assert_eq!(sso.count("Identity"), 0);
}

#[tokio::test]
async fn the_owner_of_an_address_gets_the_account_that_somebody_made_for_it_and_nobody_else_does() {
    let sso = Sso::start().await;
    // Before the club proves its domain, a provider makes an account of any address …
    let squatter = Person { subject: "squatter".to_owned(), ..ana() };
    sso.sign_in(squatter.clone()).await.refused(403, "MEMBER_PENDING");
    let account = sso.world.account_of("ana@norte.example.org").await;
    // … and when the address's owner comes, it is theirs alone.
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    sso.sign_in(ana()).await.refused(403, "MEMBER_PENDING");
    let platform = sso.world.test.app.table().platform();
    let identities = identity::store::identities(&platform, account).await.unwrap();
    assert_eq!(identities.len(), 1);
    sso.sign_in(squatter).await.refused(403, "MEMBER_PENDING");
    assert_eq!(sso.count("Account"), 2);
}

#[tokio::test]
async fn an_invited_address_of_the_club_s_domain_is_claimed_by_its_owner() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let platform = sso.world.test.app.table().platform();
    let account = identity::Account {
        id: AccountId::new(),
        email: Some("ana@norte.example.org".parse().unwrap()),
        name: "Invited".parse().unwrap(),
        locale: kernel::Locale::default(),
        platform_roles: Vec::new(),
        created_at: sso.world.now(),
        version: 1,
    };
    let writes = identity::store::invite_account(&platform, &account).unwrap();
    platform.write(writes).await.unwrap();
    let tokens = sso.sign_in(ana()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(account.id));
}

#[tokio::test]
async fn who_is_signed_in_links_a_provider_and_signs_in_with_it() {
    let sso = Sso::start().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    let elsewhere = Person::new("m-7", "marta@gmail.com");
    let linked = sso.link(&marta.token, elsewhere.clone()).await.data(200);
    assert_eq!(linked["email"], "marta@gmail.com");
    assert_eq!(linked["issuer"], sso.oidc.url());
    assert_eq!(sso.identities(&marta.token).await, std::slice::from_ref(&linked));
    let tokens = sso.sign_in(elsewhere.clone()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(marta.account));
    // Again changes nothing; another account does not get it.
    assert_eq!(sso.link(&marta.token, elsewhere.clone()).await.data(200), linked);
    let nora = sso.world.member(&sso.club, "nora").await;
    sso.link(&nora.token, elsewhere.clone()).await.refused(409, "IDENTITY_TAKEN");

    assert_eq!(sso.unlink(&nora.token, &linked["id"]).await.status, 404);
    assert_eq!(sso.unlink(&marta.token, &linked["id"]).await.status, 204);
    sso.unlink(&marta.token, &linked["id"]).await.refused(404, "IDENTITY_NOT_FOUND");
    assert_eq!(sso.identities(&marta.token).await, [Value::Null; 0]);
    sso.link(&nora.token, elsewhere).await.data(200);
}

#[tokio::test]
async fn a_link_is_finished_by_the_account_that_started_it() {
    let sso = Sso::start().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    let nora = sso.world.member(&sso.club, "nora").await;
    sso.oidc.sit(Person::new("attacker", "attacker@example.com"));
    let started = sso.start_link(&nora.token).await.data(200);
    let approval = sso.approve(&started).await;
    // A victim who is made to open the attacker's link links nothing, and nobody is signed in by it.
    let answer = sso.finish_link(&marta.token, &started, &approval).await;
    answer.refused(404, "SSO_STATE_UNKNOWN");
    sso.complete(&started, &approval).await.refused(404, "SSO_STATE_UNKNOWN");
    let signing_in = sso.leave().await;
    let its_approval = sso.approve(&signing_in).await;
    let answer = sso.finish_link(&nora.token, &signing_in, &its_approval).await;
    answer.refused(404, "SSO_STATE_UNKNOWN");
    let mut stolen = started.clone();
    stolen["browser_key"] = signing_in["browser_key"].clone();
    let answer = sso.finish_link(&nora.token, &stolen, &approval).await;
    answer.refused(403, "SSO_WRONG_BROWSER");
    assert_eq!(sso.count("Identity"), 0);
    sso.finish_link(&nora.token, &started, &approval).await.data(200);
}

#[tokio::test]
async fn a_link_of_one_club_is_not_finished_in_another() {
    let sso = Sso::start().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    let other = sso.world.club("sur").await;
    sso.oidc.sit(ana());
    let started = sso.start_link(&marta.token).await.data(200);
    let approval = sso.approve(&started).await;
    let elsewhere = sso.world.test.token(marta.account, Some(other.id), &[kernel::Role::Member]);
    let answer = sso.finish_link(&elsewhere, &started, &approval).await;
    answer.refused(404, "SSO_STATE_UNKNOWN");
    assert_eq!(sso.count("Identity"), 0);
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let token = text(&sso.sign_in(ana()).await.data(200), "access_token");
    let first = sso.identities(&token).await[0]["id"].clone();
    sso.unlink(&token, &first).await.refused(409, "LAST_SIGN_IN_METHOD");
    let second = sso.link(&token, Person::new("ana-2", "a@example.com")).await.data(200);
    assert_eq!(sso.unlink(&token, &first).await.status, 204);
    sso.unlink(&token, &second["id"]).await.refused(409, "LAST_SIGN_IN_METHOD");
    let hash = identity::Password::try_from(PASSWORD.to_owned())
        .unwrap()
        .hash(identity::PasswordCost::default())
        .unwrap();
    let password = Update::new().set("password_hash", hash);
    sso.change_credential("ana@norte.example.org", password).await;
    let by_password = sso.world.log_in("ana@norte.example.org", "norte").await;
    assert_eq!(sso.unlink(&by_password, &second["id"]).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_ways_to_sign_in_unlinked_at_once_one_stays() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let token = text(&sso.sign_in(ana()).await.data(200), "access_token");
    sso.link(&token, Person::new("ana-2", "a@example.com")).await.data(200);
    let identities = sso.identities(&token).await;
    let answers = join_all(identities.iter().map(|it| sso.unlink(&token, &it["id"]))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 204) {
        answer.refused(409, "LAST_SIGN_IN_METHOD");
    }
    assert_eq!(sso.count("Identity"), 1);
}

#[tokio::test]
async fn linking_and_unlinking_ask_for_a_recent_proof() {
    let sso = Sso::start().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    let linked = sso.link(&marta.token, ana()).await.data(200);
    let mut claims =
        sso.world.test.claims(marta.account, Some(sso.club.id), &[kernel::Role::Member]);
    claims.auth_time -= SignedDuration::from_mins(16).as_secs();
    let stale = sso.world.test.keys.sign(&claims);
    sso.start_link(&stale).await.refused(403, "STEP_UP_REQUIRED");
    sso.unlink(&stale, &linked["id"]).await.refused(403, "STEP_UP_REQUIRED");
    assert_eq!(sso.identities(&stale).await.len(), 1);
}

#[tokio::test]
async fn a_club_s_provider_alone_does_not_change_how_an_account_with_a_password_signs_in() {
    let sso = Sso::start().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    let linked = sso.link(&marta.token, Person::new("m-7", "marta@gmail.com")).await.data(200);
    // The club's owner could make its provider say that it is Marta.
    let tokens = sso.sign_in(Person::new("m-7", "marta@gmail.com")).await.data(200);
    let token = text(&tokens, "access_token");
    let refused = sso.start_link(&token).await.refused(403, "STEP_UP_REQUIRED");
    assert_eq!(refused["details"]["methods"], json!(["pwd"]));
    sso.unlink(&token, &linked["id"]).await.refused(403, "STEP_UP_REQUIRED");
    assert_eq!(sso.identities(&token).await, [linked]);
}

/// Somebody who has registered an address that is not theirs, and has linked `count` sign-ins of their own.
async fn squatted(sso: &Sso, count: usize) -> (String, AccountId) {
    let ana_s = sso.world.member(&sso.club, "ana").await;
    let platform = sso.world.test.app.table().platform();
    let person = |number| identity::Person {
        issuer: identity::Issuer::parse(sso.oidc.url(), identity::Reach::Loopback).unwrap(),
        subject: format!("squatter-{number}"),
        email: None,
        email_verified: None,
        names_host: false,
        name: None,
        locale: None,
    };
    for number in 0..count {
        let name = "Club Norte".parse().unwrap();
        let identity = Identity::new(&person(number), &name, ana_s.account, sso.world.now());
        platform.write(vec![identity::store::link(&platform, &identity).unwrap()]).await.unwrap();
    }
    (ana_s.email, ana_s.account)
}

async fn linked(sso: &Sso, account: AccountId) -> usize {
    let platform = sso.world.test.app.table().platform();
    identity::store::identities(&platform, account).await.unwrap().len()
}

#[tokio::test]
async fn a_reset_of_an_unproved_address_takes_off_what_was_linked_before() {
    let sso = Sso::start().await;
    let (email, account) = squatted(&sso, 1).await;
    let squatter = Person { subject: "squatter-0".to_owned(), ..ana() };
    let tokens = sso.sign_in(squatter.clone()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(account));
    sso.world.drain().await;

    let token = mailed(&sso.world, &email).await;
    assert_eq!(reset(&sso.world, &token, "another horse battery").await.status, 204);
    assert_eq!(linked(&sso, account).await, 0);
    sso.sign_in(squatter).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    let platform = sso.world.test.app.table().platform();
    let credential = identity::store::credential(&platform, &email.parse().unwrap()).await;
    assert!(credential.unwrap().unwrap().verified_at.is_some(), "the mail was read");
    sso.world.drain().await;
}

#[tokio::test]
async fn a_reset_takes_off_more_than_a_transaction_holds() {
    let sso = Sso::start().await;
    let (email, account) = squatted(&sso, 130).await;
    sso.world.drain().await;
    let token = mailed(&sso.world, &email).await;
    assert_eq!(reset(&sso.world, &token, "another horse battery").await.status, 204);
    assert_eq!(linked(&sso, account).await, 0);
    sso.world.drain().await;
}

#[tokio::test]
async fn a_reset_of_a_proved_address_leaves_what_its_owner_linked() {
    let sso = Sso::start().await;
    let (email, account) = squatted(&sso, 2).await;
    let proved = Update::new().set("verified_at", sso.world.now());
    sso.change_credential(&email, proved).await;
    sso.world.drain().await;
    let token = mailed(&sso.world, &email).await;
    assert_eq!(reset(&sso.world, &token, "another horse battery").await.status, 204);
    assert_eq!(linked(&sso, account).await, 2);
    sso.world.drain().await;
}

#[tokio::test]
async fn a_provider_that_does_not_say_whose_an_address_is_is_believed_nowhere() {
    let sso = Sso::start().await;
    let silent = Person { email_verified: None, ..ana() };
    let before = sso.kept();
    sso.sign_in(silent.clone()).await.refused(403, "SSO_EMAIL_UNVERIFIED");
    // Another club's domain is not this club's.
    let other = sso.world.club("sur").await;
    sso.verify(&other, "sur.example.org").await.data(200);
    let foreign = Person { email: Some("ana@sur.example.org".to_owned()), ..silent.clone() };
    sso.sign_in(foreign).await.refused(403, "SSO_EMAIL_UNVERIFIED");
    assert_eq!(sso.count("Identity"), 0, "{before:?}");
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    sso.sign_in(silent).await.refused(403, "SSO_EMAIL_UNVERIFIED");
    assert_eq!(sso.count("Identity"), 0, "{before:?}");
}

/// Invites an address; the answer's id.
pub(super) async fn invite(sso: &Sso, email: &str, roles: &[&str]) -> String {
    let body = json!({ "email": email, "roles": roles });
    let made = sso.world.test.post("/v1/invitations", &sso.club.owner.token, body).await;
    sso.world.drain().await;
    text(&made.data(201), "id")
}

pub(super) async fn open_invitations(sso: &Sso) -> usize {
    let listed = sso.world.test.get("/v1/invitations", &sso.club.owner.token).await.data(200);
    listed.as_array().unwrap().len()
}

pub(super) async fn roles(sso: &Sso, tokens: &Value) -> Value {
    sso.me(tokens).await["club"]["roles"].clone()
}

#[tokio::test]
async fn who_is_invited_and_comes_by_a_provider_is_what_the_invitation_says() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    invite(&sso, "ana@norte.example.org", &["coach"]).await;
    invite(&sso, "ana@norte.example.org.example.org", &["admin"]).await;
    let tokens = sso.sign_in(ana()).await.data(200);
    assert_eq!(roles(&sso, &tokens).await, json!(["coach"]));
    assert_eq!(open_invitations(&sso).await, 1, "hers is accepted");
    let tokens = sso.sign_in(ana()).await.data(200);
    assert_eq!(roles(&sso, &tokens).await, json!(["coach"]), "the second time as the first");
}

#[tokio::test]
async fn an_invitation_that_is_over_gives_nothing() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let revoked = invite(&sso, "ana@norte.example.org", &["admin"]).await;
    let path = format!("/v1/invitations/{revoked}");
    assert_eq!(sso.world.test.delete(&path, &sso.club.owner.token).await.status, 204);
    let tokens = sso.sign_in(ana()).await.data(200);
    assert_eq!(roles(&sso, &tokens).await, json!(["member"]));

    invite(&sso, "bea@norte.example.org", &["admin"]).await;
    sso.world.test.clock.advance(SignedDuration::from_hours(24 * 14));
    let bea = Person::new("bea-1", "bea@norte.example.org");
    let tokens = sso.sign_in(bea).await.data(200);
    assert_eq!(roles(&sso, &tokens).await, json!(["member"]));
}

#[tokio::test]
async fn an_invitation_is_not_had_by_a_provider_s_word_on_another_s_domain() {
    let sso = Sso::start().await;
    invite(&sso, "ana@norte.example.org", &["admin"]).await;
    let arrived = sso.sign_in(ana()).await;
    assert_eq!(arrived.status, 403, "{}", arrived.body);
    assert_eq!(open_invitations(&sso).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_four_first_arrivals_of_one_who_is_invited_all_find_the_invitation_s_place() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    invite(&sso, "ana@norte.example.org", &["coach"]).await;
    sso.oidc.sit(ana());
    let mut ways = Vec::new();
    for _ in 0..4 {
        let started = sso.leave().await;
        let approval = sso.approve(&started).await;
        ways.push((started, approval));
    }
    let arrivals = ways.iter().map(|(started, approval)| sso.complete(started, approval));
    for answer in join_all(arrivals).await {
        assert_eq!(roles(&sso, &answer.data(200)).await, json!(["coach"]));
    }
    assert_eq!(open_invitations(&sso).await, 0);
}

/// Records of the club's log that begin so, oldest first.
pub(super) async fn told(sso: &Sso, action: &str) -> Vec<Value> {
    let path = format!("/v1/audit-log?action={action}");
    let log = sso.world.test.get(&path, &sso.club.owner.token).await.data(200);
    log.as_array().unwrap().iter().rev().cloned().collect()
}

#[tokio::test]
async fn who_joins_and_signs_in_by_a_provider_is_in_the_log() {
    let sso = Sso::start().await;
    sso.sign_in(ana()).await.refused(403, "MEMBER_PENDING");
    let joined = told(&sso, "member.joined").await;
    assert_eq!((joined.len(), &joined[0]["after"]["provider_id"]), (1, &json!(sso.provider)));
    assert_eq!(told(&sso, "session.opened").await, [Value::Null; 0], "nobody came in");
    let account = joined[0]["actor"].as_str().unwrap().to_owned();
    assert_eq!(joined[0]["target"], account);

    let path = format!("/v1/members/{account}/approve");
    let approved = sso.world.test.post(&path, &sso.club.owner.token, Value::Null).await;
    assert!(approved.status.is_success(), "{}", approved.body);
    sso.sign_in(ana()).await.data(200);
    sso.sign_in(ana()).await.data(200);
    assert_eq!(told(&sso, "member.joined").await.len(), 1);
    let opened = told(&sso, "session.opened").await;
    assert_eq!(opened.len(), 2);
    assert_ne!(opened[0]["session"], opened[1]["session"]);
    assert_eq!((&opened[0]["actor"], &opened[0]["target"]), (&json!(account), &json!(account)));
    assert_eq!(opened[0]["after"], json!({ "provider_id": sso.provider }));
    let sessions = sso.world.test.database.items();
    let is_kept = |it: &Value| it["SK"]["S"] == format!("SES#{}", text(&opened[0], "session"));
    assert!(sessions.iter().any(is_kept), "the session that is told is there");
    let all = told(&sso, "").await;
    assert!(!json!(all).to_string().contains("ana@"), "{all:?}");
    sso.world.drain().await;
}

#[tokio::test]
async fn a_session_by_a_provider_and_a_second_factor_is_in_the_log_when_it_is_opened() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let policy = json!({ "second_factor": { "default": "required" } });
    sso.world.test.put("/v1/sign-in-policy", &sso.club.owner.token, policy).await.data(200);
    let refused = sso.sign_in(ana()).await.refused(403, "MFA_ENROLMENT_REQUIRED");
    let challenge = text(&refused["details"], "challenge");
    let begun = sso.post("/v1/auth/mfa/enrol", json!({ "challenge": challenge })).await.data(200);
    assert_eq!(told(&sso, "session.opened").await, [Value::Null; 0]);
    let code = || crate::mfa::code(&text(&begun, "secret"), sso.world.now());
    let body = json!({ "challenge": challenge, "code": code() });
    sso.post("/v1/auth/mfa/enrol/confirm", body).await.data(200);
    sso.world.test.clock.advance(SignedDuration::from_mins(1));
    let refused = sso.sign_in(ana()).await.refused(403, "MFA_REQUIRED");
    let body = json!({ "challenge": refused["details"]["challenge"], "code": code() });
    sso.post("/v1/auth/mfa", body).await.data(200);
    let opened = told(&sso, "session.opened").await;
    assert_eq!(opened.len(), 2);
    assert!(opened.iter().all(|it| it["after"]["methods"] == json!(["fed", "otp"])), "{opened:?}");
    assert_eq!(told(&sso, "member.joined").await.len(), 1);
    sso.world.drain().await;
}
