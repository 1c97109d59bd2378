//! Sign-ins that are under way while what they rest on is taken away.

use futures::future::{join, join_all};
use identity::{Door, Entrant, Footing, IdentityId, Issuer, Proof, Reach, store};
use kernel::{AccountId, Method, Result, SessionId};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    mfa::code,
    passwords::{change, mailed, member, reset},
    world::{Club, PASSWORD, Person, World},
};

const OTHER: &str = "another horse battery";

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.test.call("POST", path).json(&body).send().await
}

async fn log_in(world: &World, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "club": "norte" });
    post(world, "/v1/auth/login", body).await
}

/// What somebody stands on who has verified the password by now.
async fn verified(world: &World, person: &Person) -> Footing {
    let email = person.email.parse().unwrap();
    let credential = store::credential(&world.test.app.table().platform(), &email).await.unwrap();
    Footing::Password { email, version: credential.unwrap().password_version }
}

/// The last step of a sign-in: whether somebody is let in.
async fn enter(world: &World, club: &Club, account: AccountId, footing: Footing) -> Result<bool> {
    let key = world.test.app.signing_key().await?;
    let (table, now) = (world.test.app.table(), world.now());
    let door =
        Door { table, key: &key, issuer: "https://api.example.org", correlation: "test", now };
    let proof = Proof::by(&[Method::Pwd], false, now);
    let entrant = Entrant { account, club: Some(club.id), proof, footing, device: None };
    Ok(door.enter(entrant).await?.is_some())
}

async fn open_sessions(world: &World, account: AccountId) -> usize {
    let platform = world.test.app.table().platform();
    let sessions = store::sessions(&platform, account).await.unwrap();
    sessions.iter().filter(|session| session.is_open(world.now())).count()
}

#[tokio::test]
async fn a_password_that_was_replaced_after_it_was_verified_opens_nothing() {
    let (world, club, ana) = member().await;
    let token = mailed(&world, &ana.email).await;
    let first = verified(&world, &ana).await;
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    let refused = enter(&world, &club, ana.account, first).await.unwrap_err();
    let wrong = log_in(&world, &ana.email, "wrong horse battery").await;
    assert_eq!(wrong.body["error"]["code"], refused.code());
    let told = wrong.body["error"]["message"].as_str().unwrap();
    assert!(refused.to_string().ends_with(told), "{refused}");

    let second = verified(&world, &ana).await;
    let access = log_in(&world, &ana.email, OTHER).await.data(200);
    let access = access["access_token"].as_str().unwrap();
    assert_eq!(change(&world, access, OTHER, PASSWORD).await.status, 204);
    let refused = enter(&world, &club, ana.account, second).await.unwrap_err();
    assert_eq!(refused.code(), "INVALID_CREDENTIALS");
    assert_eq!(open_sessions(&world, ana.account).await, 1, "the one that changed it");

    let third = verified(&world, &ana).await;
    assert!(enter(&world, &club, ana.account, third).await.unwrap(), "the password is good");
    world.drain().await;
}

#[tokio::test]
async fn the_same_password_hashed_anew_lets_in_who_is_on_the_way() {
    let (world, club, ana) = member().await;
    let footing = verified(&world, &ana).await;
    let (platform, email) = (world.test.app.table().platform(), ana.email.parse().unwrap());
    let credential = store::credential(&platform, &email).await.unwrap().unwrap();
    let stale = credential.password_hash.unwrap();
    let password = identity::Password::try_from(PASSWORD.to_owned()).unwrap();
    let fresh = password.hash(identity::PasswordCost::default()).unwrap();
    store::replace_hash(&platform, &email, &stale, fresh).await.unwrap();
    assert!(enter(&world, &club, ana.account, footing).await.unwrap(), "the same password");
}

#[tokio::test]
async fn what_somebody_comes_in_by_must_be_there_still() {
    let (world, club, ana) = member().await;
    let issuer = Issuer::parse("https://id.example.org", Reach::Internet).unwrap();
    let before = open_sessions(&world, ana.account).await;
    let strange = Footing::Password { email: "eve@example.org".parse().unwrap(), version: 0 };
    for (footing, code) in [
        (strange, "INVALID_CREDENTIALS"),
        (Footing::Identity { id: IdentityId::of(&issuer, "1") }, "SSO_IDENTITY_GONE"),
        (Footing::Session { id: SessionId::new() }, "SESSION_REVOKED"),
    ] {
        let refused = enter(&world, &club, ana.account, footing).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    assert_eq!(open_sessions(&world, ana.account).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_login_by_the_old_password_outlives_a_reset_at_the_same_moment() {
    let (world, _, ana) = member().await;
    for round in 0..6 {
        let old =
            format!("{PASSWORD}{}", if round == 0 { String::new() } else { round.to_string() });
        let new = format!("{PASSWORD}{}", round + 1);
        world.test.clock.advance(kernel::jiff::SignedDuration::from_hours(1));
        let token = mailed(&world, &ana.email).await;
        let logins = join_all((0..4).map(|_| log_in(&world, &ana.email, &old)));
        let (done, answers) = join(reset(&world, &token, &new), logins).await;
        if done.status != 204 {
            // A session was dropped between the reading and the writing: nothing happened.
            done.refused(409, "CONCURRENT_CHANGE");
            assert_eq!(reset(&world, &token, &new).await.status, 204);
        }
        for answer in answers.into_iter().filter(|answer| answer.status != 200) {
            answer.refused(401, "INVALID_CREDENTIALS");
        }
        assert_eq!(open_sessions(&world, ana.account).await, 0, "in round {round}");
    }
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_open_while_a_reset_is_under_way_end_with_it() {
    let (world, club, ana) = member().await;
    let token = mailed(&world, &ana.email).await;
    let before = open_sessions(&world, ana.account).await;
    let footing = verified(&world, &ana).await;
    // One after the other, from before the reset until it is done.
    let entering = async {
        let mut entered = 0;
        while enter(&world, &club, ana.account, footing.clone()).await.is_ok() {
            entered += 1;
        }
        entered
    };
    let (done, entered) = join(reset(&world, &token, OTHER), entering).await;
    assert_eq!(done.status, 204, "{}", done.body);
    assert!(before + entered > 1, "some were in");
    assert_eq!(open_sessions(&world, ana.account).await, 0, "of {entered}");
    world.drain().await;
}

#[tokio::test]
async fn a_challenge_opens_nothing_once_its_password_is_replaced() {
    let (world, _, ana) = member().await;
    let factor = world.test.post("/v1/auth/mfa/totp", &ana.token, json!({})).await.data(200);
    let confirmation = json!({ "code": code(factor["secret"].as_str().unwrap(), world.now()) });
    let path = "/v1/auth/mfa/totp/confirm";
    let confirmed = world.test.post(path, &ana.token, confirmation).await.data(200);
    let token = mailed(&world, &ana.email).await;
    let refused = log_in(&world, &ana.email, PASSWORD).await.refused(403, "MFA_REQUIRED");
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    let codes = &confirmed["recovery_codes"];
    let answer = json!({ "challenge": refused["details"]["challenge"], "recovery_code": codes[0] });
    post(&world, "/v1/auth/mfa", answer).await.refused(401, "INVALID_CREDENTIALS");
    let again = log_in(&world, &ana.email, OTHER).await.refused(403, "MFA_REQUIRED");
    let answer = json!({ "challenge": again["details"]["challenge"], "recovery_code": codes[1] });
    post(&world, "/v1/auth/mfa", answer).await.data(200);
    world.drain().await;
}
