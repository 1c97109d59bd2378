//! Days of 23 and 25 hours, and days that start at one.

use futures::future::join_all;
use serde_json::json;

use crate::{
    bookings::{member, place},
    world::World,
};

#[tokio::test]
async fn a_repeated_hour_is_booked_twice() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, "America/New_York", &[30, 60], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let error =
        place.book(&world, &ana, "2027-11-07T01:30", 30).await.refused(422, "LOCAL_TIME_AMBIGUOUS");
    let both = json!(["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"]);
    assert_eq!(error["details"]["candidates"], both);
    for (token, start) in [(&ana, both[0].as_str().unwrap()), (&ben, both[1].as_str().unwrap())] {
        let booked = place.book(&world, token, start, 30).await.data(201);
        assert_eq!(booked["booking"]["starts_at"], start);
        place.book(&world, token, start, 30).await.refused(409, "SLOT_TAKEN");
    }
    let free = place.free(&world, &ana, "2027-11-07", 30).await;
    // 25 hours of two starts each, less the two that are booked.
    assert_eq!(free.len(), 48);
    assert!(free.contains(&"01:00-04:00".to_owned()) && free.contains(&"01:00-05:00".to_owned()));
    assert!(!free.iter().any(|start| start.starts_with("01:30")));
    // An hour from 01:00 to 01:00.
    let around = place.free(&world, &ana, "2027-11-07", 60).await;
    assert!(
        around.contains(&"00:00-04:00".to_owned()) && !around.contains(&"01:00-04:00".to_owned())
    );
}

#[tokio::test]
async fn every_start_that_is_offered_can_be_booked_on_a_long_day() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, "America/Santiago", &[30], 12_000).await;
    let ana = member(&world, &club);
    // Clocks go back from 24:00 to 23:00.
    let query = format!("venue_id={}&date=2027-04-03&duration_minutes=30", place.venue);
    let found = world.test.get(&format!("/v1/availability?{query}"), &ana).await.data(200);
    let slots = found["courts"][0]["slots"].as_array().unwrap().clone();
    assert_eq!(slots.len(), 50);
    // Each by somebody else: one member's bookings wait for one another.
    let all = slots.iter().map(async |slot| {
        let start = slot["starts_at"].as_str().unwrap();
        place.book(&world, &member(&world, &club), start, 30).await
    });
    for answer in join_all(all).await {
        answer.data(201);
    }
    assert!(place.free(&world, &ana, "2027-04-03", 30).await.is_empty());
    assert_eq!(place.free(&world, &ana, "2027-04-04", 30).await.len(), 48);
}

#[tokio::test]
async fn a_skipped_hour_cannot_be_booked() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, "America/New_York", &[60], 12_000).await;
    let ana = member(&world, &club);
    for start in ["2027-03-14T02:00", "2027-03-14T02:30", "2027-03-14T02:30-05:00"] {
        let error =
            place.book(&world, &ana, start, 60).await.refused(422, "LOCAL_TIME_DOES_NOT_EXIST");
        assert_eq!(error["details"]["next"], "2027-03-14T03:00:00-04:00");
    }
    assert_eq!(place.free(&world, &ana, "2027-03-14", 60).await.len(), 46);
    let booked = place.book(&world, &ana, "2027-03-14T01:30", 60).await.data(201);
    assert_eq!(booked["booking"]["ends_at"], "2027-03-14T03:30:00-04:00");
    place.book(&world, &ana, "2027-03-14T03:00", 60).await.refused(409, "SLOT_TAKEN");
    place.book(&world, &ana, "2027-03-14T03:30", 60).await.data(201);
}

#[tokio::test]
async fn a_day_that_starts_at_one_is_booked_from_one() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, "America/Santiago", &[60, 120], 12_000).await;
    let ana = member(&world, &club);
    // Clocks go forward from 24:00 to 01:00.
    let error = place
        .book(&world, &ana, "2027-09-05T00:30", 60)
        .await
        .refused(422, "LOCAL_TIME_DOES_NOT_EXIST");
    assert_eq!(error["details"]["next"], "2027-09-05T01:00:00-03:00");
    let free = place.free(&world, &ana, "2027-09-05", 60).await;
    assert_eq!((free.len(), free[0].as_str()), (46, "01:00-03:00"));
    // Two hours from 23:00 end at 02:00, on the next day.
    let booked = place.book(&world, &ana, "2027-09-04T23:00", 120).await.data(201);
    assert_eq!(booked["booking"]["ends_at"], "2027-09-05T02:00:00-03:00");
    place.book(&world, &ana, "2027-09-05T01:00", 60).await.refused(409, "SLOT_TAKEN");
    place.book(&world, &ana, "2027-09-05T02:00", 60).await.data(201);
}
