//! Accepting the owner's invitation, and trying to without being the owner.

use kernel::jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{ONBOARDING_STEPS, World};

const PASSWORD: &str = "correct horse battery";
const OWNER: &str = "owner@norte.example.org";

/// An open club whose owner has not accepted yet, and the token of the mail.
async fn invited(world: &World, slug: &str) -> String {
    world.ask_for_club(slug).await.data(202);
    let onboarding = world.test.cloud.take_executions().remove(0).1;
    for step in ONBOARDING_STEPS {
        world.step(step, &onboarding).await.unwrap();
    }
    world.invitation_of(&format!("owner@{slug}.example.org"))
}

async fn register(world: &World, slug: &str, email: &str, more: Value) -> Answer {
    let mut body = json!({ "club": slug, "email": email, "password": PASSWORD, "name": "Olga" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.test.call("POST", "/v1/auth/register").json(&body).send().await
}

async fn log_in(world: &World, email: &str, slug: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "club": slug });
    world.test.call("POST", "/v1/auth/login").json(&body).send().await
}

#[tokio::test]
async fn the_owner_accepts_once_and_owns_the_club() {
    let world = World::start().await;
    let token = invited(&world, "norte").await;
    let with = json!({ "invitation": token, "locale": "pt" });
    let registered = register(&world, "norte", OWNER, with.clone()).await.data(201);
    assert_eq!(registered["roles"], json!(["owner"]));
    let tokens = log_in(&world, OWNER, "norte").await.data(200);
    let access = tokens["access_token"].as_str().unwrap();
    let me = world.test.get("/v1/users/me", access).await.data(200);
    assert_eq!((&me["name"], &me["locale"]), (&json!("Olga"), &json!("pt")));
    assert!(me["club"]["permissions"].as_array().unwrap().contains(&json!("facility:manage")));
    register(&world, "norte", OWNER, with).await.refused(409, "INVITATION_USED");
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_accept_at_once_one_succeeds() {
    let world = World::start().await;
    let with = json!({ "invitation": invited(&world, "norte").await });
    let tries = (0..8).map(|_| register(&world, "norte", OWNER, with.clone()));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.status, 409, "{}", answer.body);
    }
    world.drain().await;
}

#[tokio::test]
async fn an_invited_address_is_not_to_be_had_without_the_mail() {
    let world = World::start().await;
    let token = invited(&world, "norte").await;
    register(&world, "norte", OWNER, json!({})).await.refused(409, "EMAIL_TAKEN");
    log_in(&world, OWNER, "norte").await.refused(401, "INVALID_CREDENTIALS");
    let eve = register(&world, "norte", "eve@example.org", json!({ "invitation": token })).await;
    eve.refused(422, "INVITATION_FOR_ANOTHER_ADDRESS");
    let bent = format!("{}AAAA", &token[..token.len() - 4]);
    for wrong in ["", "x", "cpi_", &bent] {
        let answer = register(&world, "norte", OWNER, json!({ "invitation": wrong })).await;
        answer.refused(422, "INVITATION_UNKNOWN");
    }
    let role = register(&world, "norte", "eve@example.org", json!({ "roles": ["owner"] })).await;
    role.refused(422, "BODY_INVALID");
}

#[tokio::test]
async fn an_invitation_is_for_its_club() {
    let world = World::start().await;
    let norte = invited(&world, "norte").await;
    invited(&world, "sur").await;
    let answer = register(&world, "sur", OWNER, json!({ "invitation": norte })).await;
    answer.refused(422, "INVITATION_UNKNOWN");
}

#[tokio::test]
async fn an_invitation_expires_after_two_weeks() {
    let world = World::start().await;
    let with = json!({ "invitation": invited(&world, "norte").await });
    world.test.clock.advance(SignedDuration::from_hours(14 * 24));
    register(&world, "norte", OWNER, with).await.refused(422, "INVITATION_EXPIRED");
}

#[tokio::test]
async fn whoever_has_an_account_joins_another_club_with_its_password() {
    let world = World::start().await;
    let club = world.club("sur").await;
    let account = register(&world, "sur", OWNER, json!({})).await.data(201);
    let with = json!({ "invitation": invited(&world, "norte").await });
    let mut wrong = with.clone();
    wrong["password"] = json!("not that password");
    register(&world, "norte", OWNER, wrong).await.refused(409, "EMAIL_TAKEN");
    let joined = register(&world, "norte", OWNER, with).await.data(201);
    assert_eq!(joined["account_id"], account["account_id"], "one person, two clubs");
    assert_eq!(joined["roles"], json!(["owner"]));
    for (slug, role) in [("norte", "owner"), (&*club.slug, "member")] {
        let tokens = log_in(&world, OWNER, slug).await.data(200);
        let access = tokens["access_token"].as_str().unwrap();
        let me = world.test.get("/v1/users/me", access).await.data(200);
        assert_eq!(me["club"]["roles"], json!([role]), "{slug}");
    }
    let platform = world.test.app.table().platform();
    let id = account["account_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(identity::store::memberships(&platform, id).await.unwrap().len(), 2);
    world.drain().await;
}

#[tokio::test]
async fn who_took_an_address_before_its_owner_gets_no_club_with_it() {
    let world = World::start().await;
    world.club("sur").await;
    // Addresses are not verified, so anybody may have registered the future owner's.
    register(&world, "sur", OWNER, json!({})).await.data(201);
    invited(&world, "norte").await;
    log_in(&world, OWNER, "norte").await.refused(401, "INVALID_CREDENTIALS");
    register(&world, "norte", OWNER, json!({})).await.refused(409, "EMAIL_TAKEN");
    world.drain().await;
}

#[tokio::test]
async fn an_owner_who_accepted_leaves_a_club_that_fails_after_all() {
    let world = World::start().await;
    world.ask_for_club("norte").await.data(202);
    let onboarding = world.test.cloud.take_executions().remove(0).1;
    for step in &ONBOARDING_STEPS[..7] {
        world.step(step, &onboarding).await.unwrap();
    }
    let token = world.invitation_of(OWNER);
    register(&world, "norte", OWNER, json!({ "invitation": token })).await.data(201);
    let tokens = log_in(&world, OWNER, "norte").await.data(200);
    for step in ONBOARDING_STEPS[..6].iter().rev() {
        world.step(&format!("undo_{step}"), &onboarding).await.unwrap();
    }
    world.step("fail", &onboarding).await.unwrap();
    log_in(&world, OWNER, "norte").await.refused(401, "INVALID_CREDENTIALS");
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    let refreshed = world.test.call("POST", "/v1/auth/refresh").json(&body).send().await;
    refreshed.refused(401, "SESSION_REVOKED");
    // The account is theirs, and joins when the club is made after all.
    let token = invited(&world, "norte").await;
    register(&world, "norte", OWNER, json!({ "invitation": token })).await.data(201);
    world.publish().await;
}
