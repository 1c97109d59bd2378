//! One's own profile.

use serde_json::{Value, json};
use testkit::Answer;

use crate::world::World;

const ME: &str = "/v1/users/me";

async fn change(world: &World, token: &str, if_match: Option<&str>, body: Value) -> Answer {
    let mut call = world.test.call("PATCH", ME).token(token);
    if let Some(version) = if_match {
        call = call.header("if-match", version);
    }
    call.json(&body).send().await
}

#[tokio::test]
async fn name_and_language_change_with_their_version() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    let read = world.test.get(ME, &ana.token).await;
    let first = read.header("etag").unwrap().to_owned();
    let before = read.data(200);

    let answer = change(&world, &ana.token, Some(&first), json!({ "name": "Ana María" })).await;
    let second = answer.header("etag").unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(answer.data(200)["name"], "Ana María");
    let answer = change(&world, &ana.token, Some(&second), json!({ "locale": "pt-BR" })).await;
    assert_eq!(answer.data(200)["locale"], "pt-BR");

    let after = world.test.get(ME, &ana.token).await.data(200);
    assert_eq!((&after["name"], &after["locale"]), (&json!("Ana María"), &json!("pt-BR")));
    assert_eq!((&after["email"], &after["club"]), (&before["email"], &before["club"]));
    let items = world.test.database.items();
    let members: Vec<_> = items.iter().filter(|item| item["kind"]["S"] == "Membership").collect();
    assert!(members.iter().any(|member| member["name"]["S"] == "Ana María"), "the club sees it");
}

#[tokio::test]
async fn an_old_version_changes_nothing() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    let first = world.test.get(ME, &ana.token).await;
    let first = first.header("etag").unwrap().to_owned();
    change(&world, &ana.token, Some(&first), json!({ "name": "Ana María" })).await.data(200);
    let stale = change(&world, &ana.token, Some(&first), json!({ "name": "Anita" })).await;
    stale.refused(412, "STALE_VERSION");
    let me = world.test.get(ME, &ana.token).await.data(200);
    assert_eq!(me["name"], "Ana María");
    change(&world, &ana.token, None, json!({ "name": "Anita" })).await.data(200);
}

#[tokio::test]
async fn what_changes_nothing_keeps_the_version() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    let etag = world.test.get(ME, &ana.token).await.header("etag").unwrap().to_owned();
    for nothing in [json!({}), json!({ "name": "ana" }), json!({ "name": null })] {
        let answer = change(&world, &ana.token, None, nothing).await;
        assert_eq!(answer.header("etag"), Some(&*etag));
    }
}

#[tokio::test]
async fn a_bad_change_is_told_where_it_is_wrong() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    for (body, path) in [
        (json!({ "name": "" }), "name"),
        (json!({ "name": "x".repeat(101) }), "name"),
        (json!({ "locale": "english" }), "locale"),
        (json!({ "email": "eve@example.org" }), "email"),
        (json!({ "roles": ["owner"] }), "roles"),
    ] {
        let error = change(&world, &ana.token, None, body).await.refused(422, "BODY_INVALID");
        assert_eq!(error["details"]["violations"][0]["path"], path, "{error}");
    }
    let wrong = change(&world, &ana.token, Some("latest"), json!({ "name": "Ana" })).await;
    wrong.refused(412, "STALE_VERSION");
}
