//! About whose addresses the platform's provider is believed, and what follows.

use local::oidc::Person;
use serde_json::{Value, json};
use table::Update;
use testkit::Answer;

use super::{
    Sso,
    accounts::{invite, open_invitations, roles},
    everybody::gina,
    text,
};
use crate::passwords::{mailed, reset};

/// An account at Google with an address whose mail Google does not receive.
fn foreign() -> Person {
    Person::new("f-1", "marta@norte.example.org")
}

/// The same as one of an organisation that Google hosts.
fn hosted() -> Person {
    Person { hosted_domain: Some("norte.example.org".to_owned()), ..foreign() }
}

async fn proved(sso: &Sso, email: &str) {
    sso.change_credential(email, Update::new().set("verified_at", sso.world.now())).await;
}

/// Marta has an account with a password, and has read its mail.
async fn with_marta() -> (Sso, Value) {
    let sso = Sso::start_on_platform().await;
    let marta = sso.world.member(&sso.club, "marta").await;
    proved(&sso, &marta.email).await;
    (sso, json!(marta.account))
}

#[tokio::test]
async fn google_finds_the_account_of_an_address_whose_mail_it_receives() {
    let (sso, marta) = with_marta().await;
    let tokens = sso.sign_in(hosted()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], marta);
    let again = sso.sign_in(foreign()).await.data(200);
    assert_eq!(sso.me(&again).await["id"], marta, "the subject counts from then on");
    sso.world.log_in("marta@norte.example.org", "norte").await;
}

#[tokio::test]
async fn an_address_that_google_does_not_answer_for_finds_nobody_s_account() {
    let (sso, _) = with_marta().await;
    let before = sso.kept();
    let public = Person::new("f-2", "marta@norte.example.org");
    let nameless = Person { hosted_domain: Some(String::new()), ..public.clone() };
    for person in [foreign(), public, nameless] {
        sso.sign_in(person).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    }
    assert_eq!(sso.kept(), before);
}

#[tokio::test]
async fn an_address_that_google_has_not_verified_is_no_address() {
    let (sso, _) = with_marta().await;
    let before = sso.kept();
    for verified in [Some(false), None] {
        for person in [gina(), hosted(), foreign()] {
            let person = Person { email_verified: verified, ..person };
            sso.sign_in(person).await.refused(403, "SSO_EMAIL_UNVERIFIED");
        }
    }
    let everything = json!({ "trusts": { "rule": "verified_email" } });
    sso.change_for_all(everything).await.data(200);
    let unverified = Person { email_verified: Some(false), ..foreign() };
    sso.sign_in(unverified).await.refused(403, "SSO_EMAIL_UNVERIFIED");
    sso.sign_in(Person { email: None, ..gina() }).await.refused(403, "SSO_EMAIL_MISSING");
    let kept = |items: Vec<Value>| -> Vec<Value> {
        let ours = |it: &Value| {
            ["Account", "Credential", "Identity", "Membership"]
                .map(|kind| json!(kind))
                .contains(&it["kind"]["S"])
        };
        items.into_iter().filter(ours).collect()
    };
    assert_eq!(kept(sso.kept()), kept(before));
}

#[tokio::test]
async fn operators_may_believe_a_provider_about_every_address_that_it_has_verified() {
    let (sso, marta) = with_marta().await;
    sso.sign_in(foreign()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    sso.change_for_all(json!({ "trusts": { "rule": "verified_email" } })).await.data(200);
    let tokens = sso.sign_in(foreign()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], marta);
}

#[tokio::test]
async fn operators_may_believe_google_about_its_own_domains_alone() {
    let (sso, _) = with_marta().await;
    let own = json!({ "rule": "authoritative_domains", "domains": ["gmail.com"], "hosted": false });
    sso.change_for_all(json!({ "trusts": own })).await.data(200);
    sso.sign_in(hosted()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    sso.sign_in(gina()).await.data(200);
}

#[tokio::test]
async fn who_is_signed_in_links_google_whatever_address_it_knows() {
    let (sso, marta) = with_marta().await;
    let token = sso.world.log_in("marta@norte.example.org", "norte").await;
    let linked =
        sso.link(&token, Person::new("m-9", "marta@elsewhere.example.org")).await.data(200);
    assert_eq!(linked["provider_name"], "Google");
    let tokens = sso.sign_in(Person::new("m-9", "marta@elsewhere.example.org")).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], marta);
    // It is her own word: more changes ask for nothing else.
    let fresh = text(&tokens, "access_token");
    assert_eq!(sso.unlink(&fresh, &linked["id"]).await.status, 204);
}

#[tokio::test]
async fn a_password_on_an_unproved_address_keeps_google_out_until_its_owner_resets_it() {
    let sso = Sso::start_on_platform().await;
    let squatter = sso.world.member(&sso.club, "marta").await;
    let theirs = Person::new("squatter", "squatter@gmail.com");
    sso.link(&squatter.token, theirs.clone()).await.data(200);
    let before = sso.kept();
    sso.sign_in(hosted()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
    assert_eq!(sso.kept(), before);
    sso.world.drain().await;

    let token = mailed(&sso.world, &squatter.email).await;
    assert_eq!(reset(&sso.world, &token, "another horse battery").await.status, 204);
    let tokens = sso.sign_in(hosted()).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], json!(squatter.account));
    let elsewhere = sso.sign_in(theirs).await.data(200);
    assert_ne!(
        sso.me(&elsewhere).await["id"],
        json!(squatter.account),
        "they are themselves again"
    );
    sso.world.drain().await;
}

#[tokio::test]
async fn who_squats_an_address_by_google_does_not_keep_it() {
    let sso = Sso::start_on_platform().await;
    // Whoever made a Google account with a foreign address has an account here; it proves nothing.
    let tokens = sso.sign_in(foreign()).await.data(200);
    let account = sso.me(&tokens).await["id"].clone();
    let items = sso.world.test.database.items();
    let address = items.iter().find(|it| it["PK"]["S"] == "P#EMAIL#marta@norte.example.org");
    assert_eq!(address.unwrap()["verified_at"], Value::Null);
    let tokens = sso.sign_in(Person { subject: "m-1".to_owned(), ..hosted() }).await.data(200);
    assert_eq!(sso.me(&tokens).await["id"], account, "its owner has it");
    sso.sign_in(foreign()).await.refused(409, "ACCOUNT_EXISTS_LINK_FIRST");
}

/// Somebody new in a club with this policy of registration.
async fn arrive(registration: &str, domain: Option<&str>, person: Person) -> (Sso, Answer) {
    let sso = Sso::start_on_platform().await;
    sso.policy(&sso.club, json!({ "registration": registration })).await;
    if let Some(domain) = domain {
        sso.verify(&sso.club, domain).await.data(200);
    }
    let answer = sso.sign_in(person).await;
    (sso, answer)
}

#[tokio::test]
async fn who_comes_by_google_joins_a_club_as_whoever_registers() {
    let own = Some("norte.example.org");
    for (registration, domain, person) in [
        ("open", None, gina()),
        ("open", None, foreign()),
        ("approval", own, hosted()),
        ("invitation", own, hosted()),
    ] {
        let (sso, answer) = arrive(registration, domain, person).await;
        assert_eq!(roles(&sso, &answer.data(200)).await, json!(["member"]), "{registration}");
    }
    // The domain counts for who is believed to have its address, and for the club that has proved it.
    for (domain, person) in [(None, hosted()), (own, foreign()), (own, gina())] {
        let (sso, answer) = arrive("approval", domain, person).await;
        answer.refused(403, "MEMBER_PENDING");
        assert_eq!(sso.count("Identity"), 1);
    }
    for (domain, person) in [(None, gina()), (None, hosted()), (own, foreign())] {
        let (sso, answer) = arrive("invitation", domain, person).await;
        answer.refused(403, "INVITATION_REQUIRED");
        assert_eq!((sso.count("Identity"), sso.count("Account")), (0, 1), "the owner's");
    }
}

#[tokio::test]
async fn who_is_invited_and_comes_by_google_is_what_the_invitation_says() {
    for registration in ["open", "approval", "invitation"] {
        let sso = Sso::start_on_platform().await;
        sso.policy(&sso.club, json!({ "registration": registration })).await;
        invite(&sso, "gina@gmail.com", &["coach"]).await;
        let tokens = sso.sign_in(gina()).await.data(200);
        assert_eq!(roles(&sso, &tokens).await, json!(["coach"]), "{registration}");
        assert_eq!(open_invitations(&sso).await, 0);
    }
}

#[tokio::test]
async fn an_invitation_is_not_had_by_an_address_that_google_does_not_answer_for() {
    let sso = Sso::start_on_platform().await;
    invite(&sso, "marta@norte.example.org", &["admin"]).await;
    let tokens = sso.sign_in(foreign()).await.data(200);
    assert_eq!(roles(&sso, &tokens).await, json!(["member"]));
    assert_eq!(open_invitations(&sso).await, 1);
}
