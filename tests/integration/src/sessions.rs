//! Where one is signed in: sessions, clubs, and switching between them.

use futures::future::join_all;
use kernel::jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, PASSWORD, Person, World};

async fn log_in(world: &World, email: &str, club: &str, device: &str) -> Value {
    let body = json!({ "email": email, "password": PASSWORD, "club": club, "device": device });
    world.test.call("POST", "/v1/auth/login").json(&body).send().await.data(200)
}

async fn refresh(world: &World, tokens: &Value) -> Answer {
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    world.test.call("POST", "/v1/auth/refresh").json(&body).send().await
}

fn token(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

async fn sessions(world: &World, token: &str) -> Vec<Value> {
    world.test.get("/v1/auth/sessions", token).await.data(200).as_array().unwrap().clone()
}

/// A club and one of its members.
async fn start() -> (World, Club, Person) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

#[tokio::test]
async fn sessions_are_listed_with_their_devices_and_can_be_renamed() {
    let (world, club, ana) = start().await;
    world.test.clock.advance(SignedDuration::from_secs(60));
    let phone = log_in(&world, &ana.email, &club.slug, "Ana's phone").await;
    let listed = sessions(&world, token(&phone)).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["device"], "Ana's phone");
    assert_eq!(listed[0]["current"], true);
    assert_eq!(listed[0]["methods"], json!(["pwd"]));
    assert_eq!(listed[0]["club_id"], json!(club.id));
    assert_eq!((&listed[1]["device"], &listed[1]["current"]), (&Value::Null, &json!(false)));

    let path = format!("/v1/auth/sessions/{}", listed[1]["id"].as_str().unwrap());
    let named = world.test.patch(&path, &ana.token, json!({ "device": " Desk " })).await;
    assert_eq!(named.status, 204);
    assert_eq!(sessions(&world, &ana.token).await[1]["device"], "Desk");
    for wrong in ["", "a\u{7}b", &"x".repeat(101)] {
        let answer = world.test.patch(&path, &ana.token, json!({ "device": wrong })).await;
        answer.refused(422, "BODY_INVALID");
    }
}

#[tokio::test]
async fn an_ended_session_refreshes_no_more_and_leaves_the_others_alone() {
    let (world, club, ana) = start().await;
    let phone = log_in(&world, &ana.email, &club.slug, "phone").await;
    let desk = log_in(&world, &ana.email, &club.slug, "desk").await;
    let id = sessions(&world, token(&phone)).await;
    let id = id.iter().find(|session| session["device"] == "phone").unwrap()["id"].clone();
    let path = format!("/v1/auth/sessions/{}", id.as_str().unwrap());
    assert_eq!(world.test.delete(&path, token(&desk)).await.status, 204);
    refresh(&world, &phone).await.refused(401, "SESSION_REVOKED");
    refresh(&world, &desk).await.data(200);
    world.test.delete(&path, token(&desk)).await.refused(404, "SESSION_NOT_FOUND");
    let renamed = world.test.patch(&path, token(&desk), json!({ "device": "x" })).await;
    renamed.refused(404, "SESSION_NOT_FOUND");
    // What is ended writes no more, at once.
    let change = json!({ "name": "Ana Nova" });
    world.test.patch("/v1/users/me", token(&phone), change).await.refused(401, "SESSION_REVOKED");
}

/// As many as the benchmark's budget allows.
#[tokio::test]
async fn a_refresh_sends_four_requests_to_the_table() {
    let (world, club, ana) = start().await;
    let tokens = log_in(&world, &ana.email, &club.slug, "phone").await;
    // The first leases the address's share of the limits.
    let tokens = refresh(&world, &tokens).await.data(200);
    let meter = world.test.app.table().meter();
    let before = meter.usage();
    refresh(&world, &tokens).await.data(200);
    assert_eq!(meter.usage().since(before).round_trips, 4);
}

#[tokio::test]
async fn somebody_else_s_session_is_not_there() {
    let (world, club, ana) = start().await;
    let bruno = world.member(&club, "bruno").await;
    world.drain().await;
    let id = sessions(&world, &bruno.token).await[0]["id"].clone();
    let path = format!("/v1/auth/sessions/{}", id.as_str().unwrap());
    world.test.delete(&path, &ana.token).await.refused(404, "SESSION_NOT_FOUND");
    let renamed = world.test.patch(&path, &ana.token, json!({ "device": "mine" })).await;
    renamed.refused(404, "SESSION_NOT_FOUND");
    assert_eq!(sessions(&world, &bruno.token).await.len(), 1);
}

#[tokio::test]
async fn all_sessions_end_at_once_or_all_others() {
    let (world, club, ana) = start().await;
    let phone = log_in(&world, &ana.email, &club.slug, "phone").await;
    let desk = log_in(&world, &ana.email, &club.slug, "desk").await;
    let all = "/v1/auth/sessions/revoke-all";
    let others = world.test.post(all, token(&desk), json!({ "keep_current": true })).await;
    assert_eq!(others.data(200)["sessions"], 2);
    refresh(&world, &phone).await.refused(401, "SESSION_REVOKED");
    let desk = refresh(&world, &desk).await.data(200);
    assert_eq!(world.test.post(all, token(&desk), json!({})).await.data(200)["sessions"], 1);
    refresh(&world, &desk).await.refused(401, "SESSION_REVOKED");
}

#[tokio::test]
async fn one_account_is_in_several_clubs_and_switches_between_them() {
    let (world, norte, ana) = start().await;
    let sur = world.club("sur").await;
    world.join(&sur, &ana.email, &["member"]).await;
    world.drain().await;
    let clubs = world.test.get("/v1/auth/clubs", &ana.token).await.data(200);
    let mut shown: Vec<_> = clubs.as_array().unwrap().iter().collect();
    shown.sort_by_key(|club| club["slug"].as_str().unwrap().to_owned());
    assert_eq!(shown.len(), 2);
    assert_eq!((&shown[0]["slug"], &shown[0]["current"]), (&json!("norte"), &json!(true)));
    assert_eq!((&shown[1]["slug"], &shown[1]["current"]), (&json!("sur"), &json!(false)));

    let there = world.test.post("/v1/auth/switch", &ana.token, json!({ "club": "sur" })).await;
    let there = there.data(200);
    let me = world.test.get("/v1/users/me", token(&there)).await.data(200);
    assert_eq!((&me["club"]["id"], &me["id"]), (&json!(sur.id), &json!(ana.account)));
    // The token of one club opens nothing of the other.
    let (venue, _) = world.venue(&norte, 1).await;
    let path = format!("/v1/venues/{venue}");
    world.test.get(&path, token(&there)).await.refused(404, "VENUE_NOT_FOUND");
    world.test.get(&path, &ana.token).await.data(200);
    // Both sessions live, each refreshes into its own club.
    let again = refresh(&world, &there).await.data(200);
    let me = world.test.get("/v1/users/me", token(&again)).await.data(200);
    assert_eq!(me["club"]["id"], json!(sur.id));
}

#[tokio::test]
async fn nobody_switches_to_where_they_have_no_place() {
    let (world, _, ana) = start().await;
    world.club("sur").await;
    world.drain().await;
    let switch = |club: Value| world.test.post("/v1/auth/switch", &ana.token, club);
    switch(json!({ "club": "sur" })).await.refused(404, "CLUB_NOT_FOUND");
    switch(json!({ "club": "nowhere" })).await.refused(404, "CLUB_NOT_FOUND");
    switch(json!({ "club": null })).await.refused(404, "CLUB_NOT_FOUND");
    assert_eq!(sessions(&world, &ana.token).await.len(), 1, "a refused switch leaves no session");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_parallel_refreshes_one_succeeds_and_its_session_lives_on() {
    let (world, club, ana) = start().await;
    let tokens = log_in(&world, &ana.email, &club.slug, "phone").await;
    let answers = join_all((0..8).map(|_| refresh(&world, &tokens))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|it| it.status == 200);
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.refused(409, "REFRESH_OVERLAPPED");
    }
    let next = won.into_iter().next().unwrap().data(200);
    let next = refresh(&world, &next).await.data(200);
    // Once the moment is over, an old token is a stolen one.
    world.test.clock.advance(SignedDuration::from_secs(11));
    refresh(&world, &tokens).await.refused(401, "REFRESH_TOKEN_REUSED");
    refresh(&world, &next).await.refused(401, "SESSION_REVOKED");
}
