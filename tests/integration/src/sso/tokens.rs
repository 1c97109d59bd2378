//! What a provider answers that is wrong, misled or hostile.

use std::{collections::HashMap, time::Duration};

use kernel::jiff::SignedDuration;
use local::oidc::{Algorithm, Answer, Document, Faults, Person, TokenFault, UserInfo};
use serde_json::json;

use super::{Sso, ana};

fn answering(document: Document, answer: Answer) -> Faults {
    Faults { answers: HashMap::from([(document, answer)]), ..Faults::default() }
}

#[tokio::test]
async fn every_wrong_token_has_its_code_and_writes_nothing() {
    use TokenFault as Fault;
    let [club_s, platform_s] = Sso::both().await;
    for sso in [club_s, platform_s, Sso::start_with(Algorithm::Rs256, &[]).await] {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        let before = sso.kept();
        for (fault, code) in [
            (Fault::Missing, "ID_TOKEN_MISSING"),
            (Fault::Issuer, "ID_TOKEN_WRONG_ISSUER"),
            (Fault::Audience, "ID_TOKEN_WRONG_AUDIENCE"),
            (Fault::SecondAudience, "ID_TOKEN_WRONG_AUDIENCE"),
            (Fault::Party, "ID_TOKEN_WRONG_PARTY"),
            (Fault::Nonce, "ID_TOKEN_WRONG_NONCE"),
            (Fault::NoNonce, "ID_TOKEN_WRONG_NONCE"),
            (Fault::Expired, "ID_TOKEN_EXPIRED"),
            (Fault::UnknownKey, "ID_TOKEN_KEY_UNKNOWN"),
            (Fault::ForgedKey, "ID_TOKEN_SIGNATURE_INVALID"),
            (Fault::Changed, "ID_TOKEN_SIGNATURE_INVALID"),
            (Fault::EmptySignature, "ID_TOKEN_SIGNATURE_INVALID"),
            (Fault::Unsigned, "ID_TOKEN_UNSIGNED"),
            (Fault::HmacOfPublicKey, "ID_TOKEN_ALGORITHM_REFUSED"),
            (Fault::HmacOfSecret, "ID_TOKEN_ALGORITHM_REFUSED"),
        ] {
            sso.oidc.misbehave(Faults { token: Some(fault), ..Faults::default() });
            sso.sign_in(ana()).await.refused(401, code);
        }
        sso.oidc.misbehave(Faults { token: Some(Fault::Garbled), ..Faults::default() });
        sso.sign_in(ana()).await.refused(503, "IDENTITY_PROVIDER_ANSWER_INVALID");
        assert_eq!(sso.kept(), before);
        sso.oidc.misbehave(Faults::default());
        sso.sign_in(ana()).await.data(200);
    }
}

#[tokio::test]
async fn every_signature_of_a_key_pair_is_taken() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let sso = Sso::start_with(algorithm, &[]).await;
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.sign_in(ana()).await.data(200);
    }
}

#[tokio::test]
async fn a_provider_of_another_name_is_not_spoken_to() {
    for sso in Sso::both().await {
        let faults =
            Faults { issuer: Some("https://id.example.com".to_owned()), ..Faults::default() };
        sso.oidc.misbehave(faults);
        let body = json!({ "club": "norte", "provider_id": sso.provider });
        let before = sso.kept();
        for _ in 0..2 {
            let answer = sso.post("/v1/auth/sso/start", body.clone()).await;
            answer.refused(503, "ISSUER_MISMATCH");
        }
        assert_eq!((sso.kept(), sso.count("Departure")), (before, 0));
        sso.oidc.misbehave(Faults::default());
        sso.leave().await;
    }
}

#[tokio::test]
async fn documents_that_are_none_start_nothing() {
    for sso in Sso::both().await {
        let body = json!({ "club": "norte", "provider_id": sso.provider });
        let inside = || Answer::Redirect("http://169.254.169.254/latest/meta-data".to_owned());
        for document in [Document::Discovery, Document::Keys] {
            for (answer, code) in [
                (Answer::Huge, "IDENTITY_PROVIDER_ANSWER_TOO_LARGE"),
                (Answer::Page, "IDENTITY_PROVIDER_ANSWER_INVALID"),
                (inside(), "IDENTITY_PROVIDER_ANSWER_INVALID"),
                (Answer::Status(404), "IDENTITY_PROVIDER_ANSWER_INVALID"),
                (Answer::Status(500), "IDENTITY_PROVIDER_UNAVAILABLE"),
            ] {
                sso.oidc.misbehave(answering(document, answer));
                let answer = sso.post("/v1/auth/sso/start", body.clone()).await;
                answer.refused(503, code);
            }
        }
        assert_eq!(sso.count("Departure"), 0);
    }
}

#[tokio::test]
async fn a_slow_provider_is_not_waited_for() {
    let sso = Sso::start().await;
    let slow = || Answer::Slow(Duration::from_secs(30));
    sso.oidc.misbehave(answering(Document::Discovery, slow()));
    let body = json!({ "club": "norte", "provider_id": sso.provider });
    let answer = sso.post("/v1/auth/sso/start", body).await;
    answer.refused(503, "IDENTITY_PROVIDER_UNAVAILABLE");
    sso.oidc.misbehave(Faults::default());
    let started = sso.leave().await;
    let approval = sso.approve(&started).await;
    sso.oidc.misbehave(answering(Document::Token, slow()));
    sso.complete(&started, &approval).await.refused(503, "IDENTITY_PROVIDER_UNAVAILABLE");
}

#[tokio::test]
async fn a_token_endpoint_is_called_only_where_a_provider_may_be() {
    for sso in Sso::both().await {
        for (number, endpoint) in
            ["http://169.254.169.254/token", "http://10.0.0.1/token", "https://localhost/token"]
                .into_iter()
                .enumerate()
        {
            let endpoint = Some(endpoint.to_owned());
            sso.oidc.misbehave(Faults { token_endpoint: endpoint, ..Faults::default() });
            // The document is read anew.
            let hours = SignedDuration::from_hours(i64::from(number > 0));
            sso.world.test.clock.advance(hours);
            let answer = sso.sign_in(ana()).await;
            answer.refused(503, "IDENTITY_PROVIDER_ANSWER_INVALID");
        }
    }
}

#[tokio::test]
async fn token_answers_that_are_none_let_nobody_in() {
    for sso in Sso::both().await {
        let before = sso.kept();
        for (answer, code) in [
            (Answer::Huge, "IDENTITY_PROVIDER_ANSWER_TOO_LARGE"),
            (Answer::Page, "IDENTITY_PROVIDER_ANSWER_INVALID"),
            (Answer::Status(500), "IDENTITY_PROVIDER_ANSWER_INVALID"),
            (Answer::Redirect("/elsewhere".to_owned()), "IDENTITY_PROVIDER_ANSWER_INVALID"),
        ] {
            sso.oidc.misbehave(answering(Document::Token, answer));
            sso.sign_in(ana()).await.refused(503, code);
        }
        assert_eq!(sso.kept(), before);
    }
}

#[tokio::test]
async fn documents_are_kept_for_an_hour_and_unknown_keys_asked_for_once_a_minute() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        let calls = || (sso.oidc.calls().discovery, sso.oidc.calls().keys);
        let wait = |seconds| sso.world.test.clock.advance(SignedDuration::from_secs(seconds));
        for _ in 0..3 {
            sso.sign_in(ana()).await.data(200);
        }
        assert_eq!(calls(), (1, 1));

        sso.oidc.change_key(Algorithm::EdDsa).unwrap();
        sso.sign_in(ana()).await.refused(401, "ID_TOKEN_KEY_UNKNOWN");
        wait(59);
        sso.sign_in(ana()).await.refused(401, "ID_TOKEN_KEY_UNKNOWN");
        assert_eq!(calls(), (1, 1));
        wait(1);
        sso.sign_in(ana()).await.data(200);
        assert_eq!(calls(), (1, 2), "the keys alone");

        let unknown = Faults { token: Some(TokenFault::UnknownKey), ..Faults::default() };
        sso.oidc.misbehave(unknown);
        wait(60);
        for _ in 0..3 {
            sso.sign_in(ana()).await.refused(401, "ID_TOKEN_KEY_UNKNOWN");
        }
        assert_eq!(calls(), (1, 3), "invented keys do not have the provider called for each");
        sso.oidc.misbehave(Faults::default());
        wait(3_600);
        sso.sign_in(ana()).await.data(200);
        assert_eq!(calls(), (2, 4));
    }
}

#[tokio::test]
async fn a_client_that_the_provider_does_not_know_is_the_club_s_to_correct() {
    let sso = Sso::start().await;
    sso.verify(&sso.club, "norte.example.org").await.data(200);
    let path = format!("/v1/identity-providers/{}", sso.provider);
    let change = async |secret: &str| {
        let body = json!({ "client_secret": secret });
        sso.world.test.patch(&path, &sso.club.owner.token, body).await.data(200)
    };
    change("wrong").await;
    sso.sign_in(ana()).await.refused(503, "IDENTITY_PROVIDER_REFUSED_CLIENT");
    change(local::oidc::CLIENT_SECRET).await;
    sso.sign_in(ana()).await.data(200);
}

#[tokio::test]
async fn the_secret_goes_where_the_provider_takes_it() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.oidc.misbehave(Faults { only_post: true, ..Faults::default() });
        sso.sign_in(ana()).await.data(200);
    }
}

fn telling(user_info: UserInfo) -> Faults {
    Faults { user_info: Some(user_info), ..Faults::default() }
}

fn told_apart() -> Faults {
    telling(UserInfo::default())
}

#[tokio::test]
async fn an_address_that_the_token_does_not_tell_is_asked_for() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.sign_in(ana()).await.data(200);
        assert_eq!(sso.oidc.calls().user_info, 0, "the token tells it");
        sso.world.test.clock.advance(SignedDuration::from_hours(2));
        sso.oidc.misbehave(told_apart());
        let bea = Person::new("bea-1", "bea@norte.example.org");
        let tokens = sso.sign_in(bea).await.data(200);
        assert_eq!(sso.oidc.calls().user_info, 1);
        assert_eq!(sso.me(&tokens).await["email"], "bea@norte.example.org");
        for (verified, code) in [(Some(false), "SSO_EMAIL_UNVERIFIED"), (None, "SSO_EMAIL_MISSING")]
        {
            let email = verified.map(|_| "eva@norte.example.org".to_owned());
            let person = Person { email, email_verified: verified, ..Person::new("eva-1", "") };
            sso.sign_in(person).await.refused(403, code);
        }
    }
}

#[tokio::test]
async fn a_user_info_that_is_none_lets_nobody_in_and_writes_nothing() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.world.test.clock.advance(SignedDuration::from_hours(2));
        sso.oidc.misbehave(told_apart());
        sso.leave().await;
        let before = sso.kept();
        let other = UserInfo { subject: Some("somebody-else".to_owned()), ..UserInfo::default() };
        sso.oidc.misbehave(telling(other));
        sso.sign_in(ana()).await.refused(401, "USER_INFO_WRONG_SUBJECT");
        for (answer, code) in [
            (Answer::Huge, "IDENTITY_PROVIDER_ANSWER_TOO_LARGE"),
            (Answer::Page, "IDENTITY_PROVIDER_ANSWER_INVALID"),
            (
                Answer::Redirect("http://127.0.0.1:9/userinfo".to_owned()),
                "IDENTITY_PROVIDER_ANSWER_INVALID",
            ),
            (Answer::Status(401), "IDENTITY_PROVIDER_ANSWER_INVALID"),
            (Answer::Status(500), "IDENTITY_PROVIDER_UNAVAILABLE"),
            (Answer::Slow(Duration::from_mins(1)), "IDENTITY_PROVIDER_UNAVAILABLE"),
        ] {
            let answers = HashMap::from([(Document::UserInfo, answer)]);
            sso.oidc.misbehave(Faults { answers, ..told_apart() });
            sso.sign_in(ana()).await.refused(503, code);
        }
        assert_eq!(sso.kept(), before);
        sso.oidc.misbehave(told_apart());
        sso.sign_in(ana()).await.data(200);
    }
}

#[tokio::test]
async fn a_user_info_endpoint_is_called_only_where_a_provider_may_be() {
    for sso in Sso::both().await {
        sso.verify(&sso.club, "norte.example.org").await.data(200);
        sso.world.test.clock.advance(SignedDuration::from_hours(2));
        let inside = Some("http://169.254.169.254/latest/meta-data".to_owned());
        sso.oidc.misbehave(telling(UserInfo { endpoint: inside, ..UserInfo::default() }));
        sso.sign_in(ana()).await.refused(503, "IDENTITY_PROVIDER_ANSWER_INVALID");
        assert_eq!(sso.oidc.calls().user_info, 0);
    }
}
