//! Booking, from what is free to who has it.

use booking::BookingFact;
use futures::future::join_all;
use kernel::{AccountId, BookingId, ClubId, CourtId, Role, Tenant, VenueId};
use serde_json::{Value, json};
use table::TenantTable;
use testkit::{Answer, Service};

use crate::world::{Club, World};

/// A venue with one court.
pub(crate) struct Place {
    pub(crate) venue: VenueId,
    pub(crate) court: CourtId,
}

/// A court open all day and night, every half hour, at 120.00 an hour unless said otherwise.
pub(crate) async fn place(
    world: &World,
    club: &Club,
    zone: &str,
    durations: &[u16],
    price: i64,
) -> Place {
    let day = json!([{ "opens": "00:00", "closes": "24:00" }]);
    let week: serde_json::Map<_, _> =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
            .map(|name| (name.to_owned(), day.clone()))
            .into_iter()
            .collect();
    let body = json!({
        "name": "Sede", "time_zone": zone, "opening_hours": week,
        "start_every_minutes": if durations.contains(&5) { 5 } else { 30 },
    });
    let venue = world.test.post("/v1/venues", &club.owner.token, body).await.data(201);
    let venue = venue["id"].as_str().unwrap();
    let court = json!({
        "name": "Uno", "sport": "padel", "surface": "hard", "indoor": false,
        "durations_minutes": durations, "price_per_hour": { "amount": price, "currency": "ARS" },
    });
    let path = format!("/v1/venues/{venue}/courts");
    let court = world.test.post(&path, &club.owner.token, court).await.data(201);
    Place { venue: venue.parse().unwrap(), court: court["id"].as_str().unwrap().parse().unwrap() }
}

impl Place {
    pub(crate) fn wish(&self, starts_at: &str, minutes: u16) -> Value {
        json!({
            "venue_id": self.venue, "court_id": self.court, "starts_at": starts_at,
            "duration_minutes": minutes,
        })
    }

    pub(crate) async fn book(
        &self,
        world: &World,
        token: &str,
        start: &str,
        minutes: u16,
    ) -> Answer {
        world.test.post("/v1/bookings", token, self.wish(start, minutes)).await
    }

    /// The starts that are free, as `18:00-03:00`.
    pub(crate) async fn free(
        &self,
        world: &World,
        token: &str,
        date: &str,
        minutes: u16,
    ) -> Vec<String> {
        let query =
            format!("venue_id={}&date={date}&sport=padel&duration_minutes={minutes}", self.venue);
        let found = world.test.get(&format!("/v1/availability?{query}"), token).await.data(200);
        let slots = found["courts"][0]["slots"].as_array().unwrap();
        slots
            .iter()
            .map(|slot| slot["starts_at"].as_str().unwrap()[11..].replace(":00-", "-"))
            .collect()
    }
}

/// A member of the club whose token is made by hand: no password is hashed for each of hundreds.
pub(crate) fn member(world: &World, club: &Club) -> String {
    world.test.token(AccountId::new(), Some(club.id), &[Role::Member])
}

/// The club's own data, for what the API does not show.
pub(crate) fn table(world: &World, club: &Club) -> TenantTable {
    world.test.app.table().tenant(&Tenant::from_envelope(club.id, "test"))
}

pub(crate) fn id(booked: &Value) -> BookingId {
    booked["booking"]["id"].as_str().unwrap().parse().unwrap()
}

pub(crate) fn of_kind(world: &World, kind: &str) -> usize {
    let items = world.test.database.items();
    items.iter().filter(|item| item["kind"]["S"] == kind).count()
}

const BUENOS_AIRES: &str = "America/Argentina/Buenos_Aires";

#[tokio::test]
async fn a_booking_holds_its_slot_for_ten_minutes() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, courts) = world.venue(&club, 2).await;
    let ana = world.member(&club, "ana").await;
    world.publish().await;
    let answer = world.book(&ana, venue, courts[0], "2026-11-21T18:00").await;
    let location = answer.header("location").unwrap().to_owned();
    let booked = answer.data(201);
    let booking = &booked["booking"];
    assert_eq!(booking["status"], "held");
    assert_eq!(booking["account_id"], json!(ana.account));
    assert_eq!(booking["starts_at"], "2026-11-21T18:00:00-03:00");
    assert_eq!(booking["ends_at"], "2026-11-21T19:00:00-03:00");
    assert_eq!(booking["price"], json!({ "amount": 12_000, "currency": "ARS" }));
    assert_eq!(booking["hold_expires_at"], "2026-11-20T12:10:00.000Z");
    assert!(booking["payment_id"].is_string());
    let checkout = &booked["checkout"];
    assert_eq!(checkout["payment_id"], booking["payment_id"]);
    assert_eq!(checkout["expires_at"], booking["hold_expires_at"]);
    assert!(checkout["url"].as_str().unwrap().starts_with(world.provider.url()));
    assert_eq!(booked["checkout_problem"], Value::Null);
    let mut read = world.test.get(&location, &ana.token).await.data(200);
    assert_eq!(read["payments"][0]["payment_id"], booking["payment_id"]);
    read["payments"] = json!([]);
    assert_eq!(read, *booking);

    let events = world.publish().await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].kind, booking::HELD);
    let fact: BookingFact = events[0].data().unwrap();
    assert_eq!(fact.booking_id, id(&booked));
    assert_eq!(fact.hold_expires_at.unwrap().to_string(), "2026-11-20T12:10:00Z");

    let query = format!("venue_id={venue}&date=2026-11-21&sport=tennis&duration_minutes=60");
    let free = world.test.get(&format!("/v1/availability?{query}"), &ana.token).await.data(200);
    let starts = |court: usize| {
        let slots = free["courts"][court]["slots"].as_array().unwrap();
        slots
            .iter()
            .map(|slot| slot["starts_at"].as_str().unwrap()[11..16].to_owned())
            .collect::<Vec<_>>()
    };
    // From 8 to 22 every half hour; an hour at 18:00 leaves out 17:30, 18:00 and 18:30.
    assert_eq!((starts(0).len(), starts(1).len()), (26, 29));
    assert!(starts(0).contains(&"17:00".to_owned()) && starts(0).contains(&"19:00".to_owned()));
    for taken in ["17:30", "18:00", "18:30"] {
        assert!(!starts(0).contains(&taken.to_owned()), "{taken}");
    }
}

#[tokio::test]
async fn a_second_booking_of_a_slot_is_refused() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, courts) = world.venue(&club, 1).await;
    let place = Place { venue, court: courts[0] };
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    place.book(&world, &ana, "2026-11-21T18:00", 90).await.data(201);
    let written = world.test.database.items().len();
    for (start, minutes) in
        [("2026-11-21T18:00", 60), ("2026-11-21T19:00", 90), ("2026-11-21T17:00", 90)]
    {
        place.book(&world, &ben, start, minutes).await.refused(409, "SLOT_TAKEN");
    }
    assert_eq!(world.test.database.items().len(), written);
    place.book(&world, &ben, "2026-11-21T19:30", 60).await.data(201);
    place.book(&world, &ben, "2026-11-21T17:00", 60).await.data(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_bookings_of_one_slot_exactly_one_wins() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let tokens: Vec<_> = (0..200).map(|_| member(&world, &club)).collect();
    let all = tokens.iter().map(|token| place.book(&world, token, "2026-11-21T18:00", 60));
    let answers = join_all(all).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 199));
    for answer in lost {
        answer.refused(409, "SLOT_TAKEN");
    }
    assert_eq!((of_kind(&world, "booking"), of_kind(&world, "payment")), (1, 1));
    assert_eq!(world.publish().await.iter().filter(|event| event.kind == booking::HELD).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_do_not_collide() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, courts) = world.venue(&club, 4).await;
    let starts: Vec<_> = (8..22).map(|hour| format!("2026-11-21T{hour:02}:00")).collect();
    let all = courts.iter().flat_map(|court| starts.iter().map(move |start| (*court, start)));
    let answers = join_all(all.map(async |(court, start)| {
        let place = Place { venue, court };
        place.book(&world, &member(&world, &club), start, 60).await
    }))
    .await;
    assert_eq!(answers.len(), 56);
    for answer in answers {
        answer.data(201);
    }
}

#[tokio::test]
async fn a_booking_without_price_is_confirmed_at_once() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 0).await;
    world.publish().await;
    let ana = member(&world, &club);
    let booked = place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    assert_eq!(booked["booking"]["status"], "confirmed");
    for nothing in ["hold_expires_at", "payment_id"] {
        assert_eq!(booked["booking"][nothing], Value::Null);
    }
    assert_eq!((&booked["checkout"], &booked["checkout_problem"]), (&Value::Null, &Value::Null));
    let events = world.publish().await;
    assert_eq!(
        events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(),
        [booking::CONFIRMED]
    );
    assert_eq!(of_kind(&world, "payment"), 0);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.refused(409, "SLOT_TAKEN");
}

#[tokio::test]
async fn every_bad_wish_has_its_code_and_nothing_is_written() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, courts) = world.venue(&club, 1).await;
    let (place, ana) = (Place { venue, court: courts[0] }, member(&world, &club));
    let before = world.test.database.items().len();
    for (start, minutes, code) in [
        ("2026-11-21T18:00", 45, "DURATION_NOT_ALLOWED"),
        ("2026-11-21T18:00", 0, "DURATION_NOT_ALLOWED"),
        ("2026-11-21T18:00", 65_535, "DURATION_NOT_ALLOWED"),
        ("2026-11-20T08:30", 60, "START_IN_PAST"),
        ("2026-11-20T09:00", 60, "START_IN_PAST"),
        ("1970-01-01T09:00", 60, "START_IN_PAST"),
        ("0000-01-01T00:00", 60, "START_IN_PAST"),
        ("2027-11-21T18:00", 60, "TOO_FAR_AHEAD"),
        ("9999-12-31T23:30", 60, "TOO_FAR_AHEAD"),
        ("2026-11-21T07:30", 60, "OUTSIDE_OPENING_HOURS"),
        ("2026-11-21T22:30", 60, "OUTSIDE_OPENING_HOURS"),
        ("2026-11-21T18:10", 60, "OFF_GRID"),
        ("2026-11-21T18:00:30", 60, "OFF_GRID"),
        ("2026-11-21T18:00Z", 60, "OFFSET_MISMATCH"),
        ("2026-11-21T18:00-02:00", 60, "OFFSET_MISMATCH"),
    ] {
        place.book(&world, &ana, start, minutes).await.refused(422, code);
    }
    let wrong = |change: Value| {
        let mut body = place.wish("2026-11-21T18:00", 60);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        world.test.post("/v1/bookings", &ana, body)
    };
    for change in [
        json!({ "starts_at": "tomorrow" }),
        json!({ "starts_at": "2026-11-21" }),
        json!({ "starts_at": 1_795_262_400 }),
        json!({ "duration_minutes": "60" }),
        json!({ "duration_minutes": -60 }),
        json!({ "duration_minutes": 60.5 }),
        json!({ "venue_id": "somewhere" }),
        json!({ "court_id": place.venue }),
        json!({ "account_id": place.venue }),
        json!({ "price": 0 }),
        json!({ "court_id": null }),
    ] {
        wrong(change).await.refused(422, "BODY_INVALID");
    }
    let raw = |body: &str| {
        let call = world.test.call("POST", "/v1/bookings").token(&ana);
        call.raw("application/json", body.as_bytes().to_vec()).send()
    };
    raw("{\"venue_id\": ").await.refused(400, "BODY_NOT_JSON");
    raw("").await.refused(400, "BODY_NOT_JSON");
    raw("[]").await.refused(422, "BODY_INVALID");
    assert_eq!(world.test.database.items().len(), before);
}

#[tokio::test]
async fn places_that_are_not_there_are_not_found() {
    let world = World::start().await;
    let (club, other) = (world.club("norte").await, world.club("sur").await);
    let (ours, second) = (
        place(&world, &club, BUENOS_AIRES, &[60], 12_000).await,
        place(&world, &club, BUENOS_AIRES, &[60], 12_000).await,
    );
    let theirs = place(&world, &other, BUENOS_AIRES, &[60], 12_000).await;
    let ana = member(&world, &club);
    let before = world.test.database.items().len();
    for (venue, court, code) in [
        (theirs.venue, theirs.court, "VENUE_NOT_FOUND"),
        (ours.venue, theirs.court, "COURT_NOT_FOUND"),
        (theirs.venue, ours.court, "VENUE_NOT_FOUND"),
        (ours.venue, second.court, "COURT_NOT_FOUND"),
        (VenueId::new(), ours.court, "VENUE_NOT_FOUND"),
        (ours.venue, CourtId::new(), "COURT_NOT_FOUND"),
    ] {
        Place { venue, court }.book(&world, &ana, "2026-11-21T18:00", 60).await.refused(404, code);
    }
    let day =
        format!("/v1/availability?venue_id={}&date=2026-11-21&duration_minutes=60", theirs.venue);
    // Their venue is in this process's memory, and still is not ours.
    world.test.get(&day, &member(&world, &other)).await.data(200);
    world.test.get(&day, &ana).await.refused(404, "VENUE_NOT_FOUND");
    assert_eq!(world.test.database.items().len(), before);
}

#[tokio::test]
async fn retired_places_take_no_new_bookings_and_keep_the_old_ones() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let one = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let ana = member(&world, &club);
    let booked = one.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    let court = format!("/v1/venues/{}/courts/{}", one.venue, one.court);
    assert_eq!(world.test.delete(&court, token).await.status, 204);
    one.book(&world, &ana, "2026-11-21T20:00", 60).await.refused(409, "COURT_RETIRED");
    assert_eq!(world.test.delete(&format!("/v1/venues/{}", one.venue), token).await.status, 204);
    one.book(&world, &ana, "2026-11-21T20:00", 60).await.refused(409, "VENUE_RETIRED");
    let kept = world.test.get(&format!("/v1/bookings/{}", id(&booked)), &ana).await.data(200);
    assert_eq!(kept["status"], "held");
}

#[tokio::test]
async fn the_same_key_books_once() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let ana = member(&world, &club);
    let ask = |start: &str| {
        let call = world.test.call("POST", "/v1/bookings").token(&ana);
        call.header("idempotency-key", "k-1").json(&place.wish(start, 60)).send()
    };
    let first = ask("2026-11-21T18:00").await;
    let again = ask("2026-11-21T18:00").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.body["data"], first.body["data"]);
    first.data(201);
    ask("2026-11-21T20:00").await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(of_kind(&world, "booking"), 1);
}

#[tokio::test]
async fn bookings_are_seen_by_their_owner_and_by_staff() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    let booked = place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    place.book(&world, &ben, "2026-11-21T09:00", 60).await.data(201);
    place.book(&world, &ana, "2026-11-22T18:00", 60).await.data(201);
    let path = format!("/v1/bookings/{}", id(&booked));
    world.test.get(&path, &ana).await.data(200);
    world.test.get(&path, &desk).await.data(200);
    world.test.get(&path, &ben).await.refused(403, "BOOKING_NOT_YOURS");
    world
        .test
        .post(&format!("{path}/cancel"), &ben, Value::Null)
        .await
        .refused(403, "BOOKING_NOT_YOURS");
    let absent = format!("/v1/bookings/{}", BookingId::new());
    world.test.get(&absent, &ana).await.refused(404, "BOOKING_NOT_FOUND");

    let starts = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["starts_at"].as_str().unwrap()[..16].to_owned()).collect()
    };
    let mine = world.test.get("/v1/bookings", &ana).await.data(200);
    assert_eq!(starts(&mine), ["2026-11-22T18:00", "2026-11-21T18:00"]);
    let first = world.test.get("/v1/bookings?limit=1", &ana).await;
    let cursor = first.body["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let second = world.test.get(&format!("/v1/bookings?limit=1&cursor={cursor}"), &ana).await;
    assert_eq!(starts(&second.data(200)), ["2026-11-21T18:00"]);
    // A cursor is its owner's.
    let stolen = world.test.get(&format!("/v1/bookings?limit=1&cursor={cursor}"), &ben).await;
    stolen.refused(422, "CURSOR_INVALID");

    let day = format!("/v1/bookings?venue_id={}&date=2026-11-21", place.venue);
    let listed = world.test.get(&day, &desk).await.data(200);
    assert_eq!(starts(&listed), ["2026-11-21T09:00", "2026-11-21T18:00"]);
    world.test.get(&day, &ana).await.refused(403, "PERMISSION_MISSING");
    let lone = world.test.get("/v1/bookings?date=2026-11-21", &desk).await;
    lone.refused(422, "VALIDATION_FAILED");
    for wrong in ["date=2026-02-30&venue_id=x", "from=2026", "limit=x"] {
        world.test.get(&format!("/v1/bookings?{wrong}"), &desk).await.refused(422, "QUERY_INVALID");
    }
}

#[tokio::test]
async fn availability_says_what_is_wrong_with_a_search() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, _) = world.venue(&club, 1).await;
    let ana = member(&world, &club);
    let search = async |query: &str| {
        world.test.get(&format!("/v1/availability?venue_id={venue}&{query}"), &ana).await
    };
    search("date=2026-11-19&duration_minutes=60").await.refused(422, "DATE_IN_PAST");
    search("date=2027-11-21&duration_minutes=60").await.refused(422, "TOO_FAR_AHEAD");
    search("date=9999-12-31&duration_minutes=60").await.refused(422, "TOO_FAR_AHEAD");
    for wrong in ["date=2026-11-21&duration_minutes=0", "date=2026-11-21&duration_minutes=62"] {
        search(wrong).await.refused(422, "VALIDATION_FAILED");
    }
    for wrong in [
        "date=2026-11-21",
        "duration_minutes=60",
        "date=x&duration_minutes=60",
        "date=2026-11-21&duration_minutes=60&sport=chess",
        "date=2026-11-21&duration_minutes=60&x=1",
    ] {
        search(wrong).await.refused(422, "QUERY_INVALID");
    }
    let none = search("date=2026-11-21&duration_minutes=30").await.data(200);
    assert_eq!(none["courts"], json!([]));
    let other = search("date=2026-11-21&duration_minutes=60&sport=padel").await.data(200);
    assert_eq!(other["courts"], json!([]));
    // Today from now on: it is nine in the morning.
    let today = search("date=2026-11-20&duration_minutes=60").await.data(200);
    assert_eq!(today["courts"][0]["slots"][0]["starts_at"], "2026-11-20T09:30:00-03:00");
    assert_eq!(today["time_zone"], BUENOS_AIRES);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leaves_the_slot_held() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    // Nobody can read the club's credentials.
    world.test.cloud.fail(Service::Secrets, 50);
    let booked = place.book(&world, &member(&world, &club), "2026-11-21T18:00", 60).await.data(201);
    assert_eq!(booked["booking"]["status"], "held");
    assert_eq!(booked["checkout"], Value::Null);
    assert_eq!(booked["checkout_problem"]["code"], "PROVIDER_UNAVAILABLE");
    let retry = format!("/v1/bookings/{}/checkout", id(&booked));
    assert_eq!(booked["checkout_problem"]["retry"], retry);
}

#[tokio::test]
async fn a_club_without_provider_holds_nothing_that_nobody_could_pay() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    // The same venue and court in a club that was never connected.
    let read = facilities::venue_with_courts(&table(&world, &club), place.venue).await.unwrap();
    let other = Club { id: ClubId::new(), ..club };
    let theirs = table(&world, &other);
    facilities::create_venue(&theirs, &read.venue).await.unwrap();
    facilities::create_court(&theirs, &read.courts[0]).await.unwrap();
    let before = world.test.database.items().len();
    let ana = member(&world, &other);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.refused(409, "PAYMENTS_NOT_CONNECTED");
    assert_eq!(world.test.database.items().len(), before);
}
