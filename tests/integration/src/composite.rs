//! Courts that are made of others, and what courts keep free around bookings.

use booking::Status;
use futures::future::{join, join_all};
use kernel::{CourtId, VenueId, jiff::SignedDuration};
use serde_json::{Value, json};

use crate::{
    bookings::{Place, id, member, place, table},
    world::{Club, World},
};

const BUENOS_AIRES: &str = "America/Argentina/Buenos_Aires";
const HOLD: SignedDuration = SignedDuration::from_mins(10);

/// Another court at a venue, with these fields beside the usual ones.
async fn court(world: &World, club: &Club, venue: VenueId, more: &Value) -> testkit::Answer {
    let mut court = json!({
        "name": "Otra", "sport": "padel", "surface": "hard", "indoor": false,
        "durations_minutes": [60], "price_per_hour": { "amount": 12_000, "currency": "ARS" },
    });
    court.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.test.post(&format!("/v1/venues/{venue}/courts"), &club.owner.token, court).await
}

async fn court_id(world: &World, club: &Club, venue: VenueId, more: &Value) -> CourtId {
    let court = court(world, club, venue, more).await.data(201);
    court["id"].as_str().unwrap().parse().unwrap()
}

/// A full court, and its halves.
struct Field {
    full: Place,
    left: Place,
    right: Place,
}

async fn field(world: &World, club: &Club) -> Field {
    let left = place(world, club, BUENOS_AIRES, &[60], 12_000).await;
    let venue = left.venue;
    let right = court_id(world, club, venue, &json!({})).await;
    let made_of = json!({ "name": "Entera", "made_of": [left.court, right] });
    let full = court_id(world, club, venue, &made_of).await;
    let at = |court| Place { venue, court };
    Field { full: at(full), left, right: at(right) }
}

impl Place {
    fn path(&self) -> String {
        format!("/v1/venues/{}/courts/{}", self.venue, self.court)
    }

    /// Whether availability offers this court at a time of 21 November.
    async fn offers(&self, world: &World, token: &str, time: &str) -> bool {
        let query = format!("venue_id={}&date=2026-11-21&duration_minutes=60", self.venue);
        let found = world.test.get(&format!("/v1/availability?{query}"), token).await.data(200);
        let courts = found["courts"].as_array().unwrap();
        let court = courts.iter().find(|court| court["court_id"] == json!(self.court)).unwrap();
        let slots = court["slots"].as_array().unwrap();
        slots.iter().any(|slot| slot["starts_at"].as_str().unwrap()[11..16] == *time)
    }
}

#[tokio::test]
async fn a_full_court_and_its_halves_exclude_each_other() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let Field { full, left, right } = field(&world, &club).await;
    let ana = member(&world, &club);
    let half = id(&left.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    full.book(&world, &ana, "2026-11-21T17:30", 60).await.refused(409, "SLOT_TAKEN");
    assert!(!full.offers(&world, &ana, "18:30").await && right.offers(&world, &ana, "18:30").await);
    right.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    let whole = id(&full.book(&world, &ana, "2026-11-21T19:00", 60).await.data(201));
    for part in [&left, &right] {
        part.book(&world, &ana, "2026-11-21T19:30", 60).await.refused(409, "SLOT_TAKEN");
        assert!(!part.offers(&world, &ana, "19:30").await);
    }
    let cancel = async |booking| {
        let path = format!("/v1/bookings/{booking}/cancel");
        world.test.post(&path, &ana, Value::Null).await.data(200);
    };
    cancel(whole).await;
    cancel(half).await;
    assert!(left.offers(&world, &ana, "18:30").await && right.offers(&world, &ana, "19:30").await);
    full.book(&world, &ana, "2026-11-21T18:00", 60).await.refused(409, "SLOT_TAKEN");
    full.book(&world, &ana, "2026-11-21T19:00", 60).await.data(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_full_court_and_a_half_at_the_same_moment_one_is_booked() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let Field { full, left, right } = field(&world, &club).await;
    let starts: Vec<_> = (8..20).map(|hour| format!("2026-11-21T{hour:02}:00")).collect();
    let rounds = starts.iter().map(async |start| {
        let (ana, ben) = (member(&world, &club), member(&world, &club));
        join(full.book(&world, &ana, start, 60), left.book(&world, &ben, start, 60)).await
    });
    for (one, other) in join_all(rounds).await {
        let mut won = 0;
        for answer in [one, other] {
            won += usize::from(answer.status == 201);
            if answer.status != 201 {
                answer.refused(409, "SLOT_TAKEN");
            }
        }
        assert_eq!(won, 1);
    }
    // Halves are neighbours.
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let start = "2026-11-21T21:00";
    let halves = join(left.book(&world, &ana, start, 60), right.book(&world, &ben, start, 60));
    let (one, other) = halves.await;
    one.data(201);
    other.data(201);
}

#[tokio::test]
async fn an_ended_hold_of_a_full_court_is_released_on_all_its_parts() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let Field { full, left, right } = field(&world, &club).await;
    let ana = member(&world, &club);
    let ended = id(&full.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    world.test.clock.advance(HOLD);
    let ben = member(&world, &club);
    left.book(&world, &ben, "2026-11-21T18:30", 60).await.data(201);
    let ended = booking::booking(&table(&world, &club), ended).await.unwrap();
    assert_eq!(ended.status, Status::Expired);
    let date = "2026-11-21".parse().unwrap();
    let day = booking::venue_day(&table(&world, &club), left.venue, date).await.unwrap();
    let of_right = day.courts.iter().find(|day| day.court_id == right.court).unwrap();
    assert!(of_right.holds.is_empty());
    assert_eq!(of_right.taken.numbers().count(), 0);
}

#[tokio::test]
async fn a_court_is_made_of_active_courts_of_its_venue() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let Field { full, left, right } = field(&world, &club).await;
    let elsewhere = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let third = court_id(&world, &club, left.venue, &json!({})).await;
    let path = Place { venue: left.venue, court: third }.path();
    assert_eq!(world.test.delete(&path, &club.owner.token).await.status, 204);
    let before = world.test.database.items().len();
    let made_of = |parts: &[CourtId]| json!({ "made_of": parts });
    for (parts, status, code) in [
        (vec![left.court, elsewhere.court], 422, "PART_NOT_FOUND"),
        (vec![left.court, full.court], 422, "PART_IS_COMPOSITE"),
        (vec![left.court, third], 409, "COURT_RETIRED"),
        (vec![left.court], 422, "BODY_INVALID"),
        (vec![left.court, left.court], 422, "BODY_INVALID"),
    ] {
        court(&world, &club, left.venue, &made_of(&parts)).await.refused(status, code);
    }
    assert_eq!(world.test.database.items().len(), before);
    // For good.
    let change = world.test.patch(&full.path(), &club.owner.token, made_of(&[])).await;
    change.refused(422, "BODY_INVALID");
    let read = world.test.get(&full.path(), &club.owner.token).await.data(200);
    let mut parts = [left.court, right.court];
    parts.sort();
    assert_eq!(read["made_of"], json!(parts));
}

#[tokio::test]
async fn the_parts_of_a_court_outlive_it() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let Field { full, left, right } = field(&world, &club).await;
    let retire = async |place: &Place| world.test.delete(&place.path(), &club.owner.token).await;
    retire(&left).await.refused(409, "COURT_IS_PART");
    assert_eq!(retire(&full).await.status, 204);
    assert_eq!(retire(&left).await.status, 204);
    // A venue takes all of its courts along, whatever they are made of.
    let venue = format!("/v1/venues/{}", right.venue);
    let again = court_id(&world, &club, right.venue, &json!({})).await;
    court(&world, &club, right.venue, &json!({ "made_of": [again, right.court] })).await.data(201);
    assert_eq!(world.test.delete(&venue, &club.owner.token).await.status, 204);
    let read = world.test.get(&right.path(), &club.owner.token).await.data(200);
    assert_eq!(read["status"], "retired");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_court_is_made_of_one_that_retires_at_the_same_moment() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let left = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    for _ in 0..8 {
        let part = court_id(&world, &club, left.venue, &json!({})).await;
        let made_of = json!({ "made_of": [left.court, part] });
        let path = Place { venue: left.venue, court: part }.path();
        let making = court(&world, &club, left.venue, &made_of);
        let retiring = world.test.delete(&path, &club.owner.token);
        let (made, retired) = join(making, retiring).await;
        if made.status == 201 {
            retired.refused(409, "COURT_IS_PART");
        } else {
            made.refused(409, "COURT_RETIRED");
            assert_eq!(retired.status, 204);
        }
    }
}

/// A court that keeps a quarter of an hour free before and half an hour after, every quarter of an hour.
async fn kept_free(world: &World, club: &Club) -> Place {
    let venue = place(world, club, BUENOS_AIRES, &[60], 12_000).await.venue;
    let terms = json!({ "terms": {
        "start_every_minutes": 15, "buffer_before_minutes": 15, "buffer_after_minutes": 30,
    } });
    Place { venue, court: court_id(world, club, venue, &terms).await }
}

#[tokio::test]
async fn between_two_bookings_lies_what_both_keep_free() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = kept_free(&world, &club).await;
    let ana = member(&world, &club);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    // One before ends so early that its half hour and this one's quarter of an hour fit between.
    for time in ["16:15", "19:45"] {
        assert!(place.offers(&world, &ana, time).await, "{time}");
    }
    for time in ["16:30", "17:00", "19:00", "19:15", "19:30"] {
        let start = format!("2026-11-21T{time}");
        place.book(&world, &ana, &start, 60).await.refused(409, "SLOT_TAKEN");
        assert!(!place.offers(&world, &ana, time).await, "{time}");
    }
    for time in ["16:15", "19:45"] {
        place.book(&world, &ana, &format!("2026-11-21T{time}"), 60).await.data(201);
    }
}

#[tokio::test]
async fn what_is_kept_free_reaches_over_midnight() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = kept_free(&world, &club).await;
    let ana = member(&world, &club);
    let night = id(&place.book(&world, &ana, "2026-11-22T00:00", 60).await.data(201));
    let parts = booking::booking(&table(&world, &club), night).await.unwrap().parts;
    assert_eq!(parts.len(), 2);
    assert!(
        !place.offers(&world, &ana, "22:30").await && place.offers(&world, &ana, "22:15").await
    );
    place.book(&world, &ana, "2026-11-21T22:30", 60).await.refused(409, "SLOT_TAKEN");
    place.book(&world, &ana, "2026-11-21T22:15", 60).await.data(201);
    let cancel = format!("/v1/bookings/{night}/cancel");
    world.test.post(&cancel, &ana, Value::Null).await.data(200);
    place.book(&world, &ana, "2026-11-22T00:00", 60).await.data(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_bookings_too_close_to_each_other_one_wins() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = kept_free(&world, &club).await;
    for hour in [9, 13, 17] {
        let (ana, ben) = (member(&world, &club), member(&world, &club));
        let (first, second) =
            (format!("2026-11-21T{hour:02}:00"), format!("2026-11-21T{:02}:30", hour + 1));
        let both =
            join(place.book(&world, &ana, &first, 60), place.book(&world, &ben, &second, 60));
        let (one, other) = both.await;
        let won = [&one, &other].iter().filter(|answer| answer.status == 201).count();
        assert_eq!(won, 1, "{} {}", one.body, other.body);
    }
}

#[tokio::test]
async fn availability_of_courts_with_one_rhythm_or_several_is_one_query() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = kept_free(&world, &club).await;
    for number in 0..8 {
        court_id(&world, &club, place.venue, &json!({ "name": format!("C{number}") })).await;
    }
    // Open from 8 to 22: what is kept free stays within the day.
    let hours = json!([{ "opens": "08:00", "closes": "22:00" }]);
    let change = json!({ "opening_hours": { "saturday": hours } });
    let venue = format!("/v1/venues/{}", place.venue);
    world.test.patch(&venue, &club.owner.token, change).await.data(200);
    let ana = member(&world, &club);
    // The venue is remembered from now on.
    assert!(place.offers(&world, &ana, "08:15").await);
    let before = world.test.app.table().meter().usage();
    assert!(place.offers(&world, &ana, "20:45").await);
    let used = world.test.app.table().meter().usage().since(before);
    assert_eq!(used.round_trips, 1);
}
