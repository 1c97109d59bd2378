//! Who plays along: named by the owner, or by joining an open match.

use futures::future::join_all;
use kernel::{AccountId, BookingId, Role, jiff::SignedDuration};
use serde_json::{Value, json};

use crate::{
    bookings::{Place, id, member, place},
    world::{Club, TIME_ZONE, World},
};

const START: &str = "2026-11-23T18:00";

async fn free_place() -> (World, Club, Place) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    (world, club, place)
}

#[tokio::test]
async fn participants_see_the_booking_and_do_not_change_it() {
    let (world, club, place) = free_place().await;
    let (ana, ben) = (world.member(&club, "ana").await, world.member(&club, "ben").await);
    let mut wish = place.wish(START, 60);
    wish["participants"] = json!([
        { "kind": "member", "account_id": ben.account },
        { "kind": "guest", "name": "Eve" },
        { "kind": "guest" },
    ]);
    let booked = world.test.post("/v1/bookings", &ana.token, wish.clone()).await.data(201);
    assert_eq!(booked["booking"]["participants"], wish["participants"]);
    let path = format!("/v1/bookings/{}", id(&booked));
    assert_eq!(world.test.get(&path, &ben.token).await.data(200), booked["booking"]);
    world.test.get(&path, &member(&world, &club)).await.refused(403, "BOOKING_NOT_YOURS");
    for (verb, body) in
        [("cancel", Value::Null), ("move", json!({ "starts_at": "2026-11-23T20:00" }))]
    {
        let answer = world.test.post(&format!("{path}/{verb}"), &ben.token, body).await;
        answer.refused(403, "BOOKING_NOT_YOURS");
    }
    let other = AccountId::new();
    for (participants, code) in [
        (json!([{ "kind": "member", "account_id": other }]), "PARTICIPANT_UNKNOWN"),
        (json!([{ "kind": "member", "account_id": ana.account }]), "PARTICIPANTS_INVALID"),
        (
            json!([{ "kind": "member", "account_id": ben.account }, { "kind": "member", "account_id": ben.account }]),
            "PARTICIPANTS_INVALID",
        ),
        (json!(vec![json!({ "kind": "guest" }); 32]), "PARTICIPANTS_INVALID"),
        (json!([{ "kind": "ghost" }]), "BODY_INVALID"),
    ] {
        let mut wish = place.wish("2026-11-24T18:00", 60);
        wish["participants"] = participants;
        world.test.post("/v1/bookings", &ana.token, wish).await.refused(422, code);
    }
}

async fn post(
    world: &World,
    token: &str,
    booking: BookingId,
    verb: &str,
    body: Value,
) -> testkit::Answer {
    world.test.post(&format!("/v1/bookings/{booking}/{verb}"), token, body).await
}

#[tokio::test]
async fn an_open_match_is_listed_joined_and_left() {
    let (world, club, place) = free_place().await;
    let owner = AccountId::new();
    let token = |account| world.test.token(account, Some(club.id), &[Role::Member]);
    let booked = id(&place.book(&world, &token(owner), START, 60).await.data(201));
    let list = format!("/v1/matches?venue_id={}&date=2026-11-23", place.venue);
    assert_eq!(world.test.get(&list, &token(owner)).await.data(200), json!([]));
    let ben = world.member(&club, "ben").await.account;
    post(&world, &token(ben), booked, "join", Value::Null).await.refused(409, "MATCH_NOT_OPEN");
    post(&world, &token(ben), booked, "open", json!({ "places": 1 }))
        .await
        .refused(403, "BOOKING_NOT_YOURS");
    let offer = |places: u8, from: f64, to: f64| json!({ "places": places, "level_min": from, "level_max": to });
    post(&world, &token(owner), booked, "open", offer(1, 3.0, 2.0))
        .await
        .refused(422, "LEVELS_REVERSED");
    post(&world, &token(owner), booked, "open", offer(0, 2.0, 3.0))
        .await
        .refused(422, "VALIDATION_FAILED");
    let open = post(&world, &token(owner), booked, "open", offer(1, 2.0, 3.5)).await.data(200);
    post(&world, &token(owner), booked, "open", offer(1, 2.0, 3.5))
        .await
        .refused(409, "MATCH_OPEN");
    assert_eq!(world.test.get(&list, &token(ben)).await.data(200), json!([open]));
    post(&world, &token(ben), booked, "join", Value::Null).await.refused(422, "LEVEL_UNKNOWN");
    let level = async |account: AccountId, level: f64| {
        let path = "/v1/users/me/sports/padel";
        world.test.put(path, &token(account), json!({ "level": level })).await.data(200);
    };
    let (carla, dora) =
        (world.member(&club, "carla").await.account, world.member(&club, "dora").await.account);
    level(ben, 3.25).await;
    level(carla, 3.75).await;
    level(dora, 2.0).await;
    post(&world, &token(carla), booked, "join", Value::Null)
        .await
        .refused(422, "LEVEL_OUT_OF_RANGE");
    let joined = post(&world, &token(ben), booked, "join", Value::Null).await.data(200);
    assert_eq!(joined["places_left"], 0);
    post(&world, &token(ben), booked, "join", Value::Null).await.refused(409, "ALREADY_PLAYING");
    post(&world, &token(dora), booked, "join", Value::Null).await.refused(409, "MATCH_FULL");
    world.test.get(&format!("/v1/bookings/{booked}"), &token(ben)).await.data(200);
    let to = json!({ "starts_at": "2026-11-23T20:00" });
    post(&world, &token(owner), booked, "move", to.clone()).await.refused(409, "MATCH_OPEN");
    post(&world, &token(dora), booked, "leave", Value::Null).await.refused(409, "NOT_JOINED");
    post(&world, &token(ben), booked, "leave", Value::Null).await.data(200);
    post(&world, &token(dora), booked, "join", Value::Null).await.data(200);
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    post(&world, &desk, booked, "move", json!({ "starts_at": "2026-11-24T20:00" })).await.data(200);
    assert_eq!(world.test.get(&list, &token(ben)).await.data(200), json!([]));
    let next = list.replace("-23", "-24");
    assert_eq!(world.test.get(&next, &token(ben)).await.data(200)[0]["booking_id"], json!(booked));
    world.test.clock.advance(SignedDuration::from_hours(84));
    post(&world, &token(dora), booked, "leave", Value::Null)
        .await
        .refused(409, "TOO_LATE_TO_LEAVE");
    post(&world, &token(owner), booked, "cancel", Value::Null).await.data(200);
    assert_eq!(world.test.get(&next, &token(ben)).await.data(200), json!([]));
    post(&world, &token(ben), booked, "join", Value::Null).await.refused(409, "BOOKING_CANCELLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_is_taken_once() {
    let (world, club, place) = free_place().await;
    let owner = member(&world, &club);
    let booked = id(&place.book(&world, &owner, START, 60).await.data(201));
    post(&world, &owner, booked, "open", json!({ "places": 2 })).await.data(200);
    let tokens: Vec<_> = (0..6).map(|_| member(&world, &club)).collect();
    let all = tokens.iter().map(|token| post(&world, token, booked, "join", Value::Null));
    let answers = join_all(all).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|one| one.status == 200);
    assert_eq!((won.len(), lost.len()), (2, 4));
    for answer in lost {
        answer.refused(409, "MATCH_FULL");
    }
    let seen = world.test.get(&format!("/v1/bookings/{booked}"), &owner).await.data(200);
    assert_eq!(seen["participants"].as_array().unwrap().len(), 2);
}
