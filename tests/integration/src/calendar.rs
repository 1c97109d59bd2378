//! Free time of many days, suggestions and staff's week.

use std::collections::BTreeMap;

use booking::{ExtraWishes, Party, Wish, first_instant, local_text};
use frontdesk::{Asked, LookUp};
use kernel::{
    AccountId, CourtId, Role,
    jiff::{SignedDuration, ToSpan, civil::Date, tz::TimeZone},
};
use serde_json::{Value, json};
use table::{Update, Value as Attribute, Write};

use crate::{
    bookings::{Place, id, member, place, table},
    world::{Club, World},
};

const NEW_YORK: &str = "America/New_York";

/// Closes slots of a court, numbered from the day's first instant.
async fn close(world: &World, club: &Club, place: &Place, date: &str, slots: std::ops::Range<u16>) {
    let table = table(world, club);
    let key = table.key(format!("DAY#{}#{date}", place.venue), format!("COURT#{}", place.court));
    let update = Update::new().set("kind", "court_day").add("closed", Attribute::numbers(slots));
    table.write(vec![Write::update(key, update.add("version", 1_u64))]).await.unwrap();
}

/// A second court at the place, of two hours.
async fn second_court(world: &World, club: &Club, place: &Place) -> Place {
    let court = json!({
        "name": "Dos", "sport": "padel", "surface": "hard", "indoor": false,
        "durations_minutes": [60, 120], "price_per_hour": { "amount": 0, "currency": "ARS" },
    });
    let path = format!("/v1/venues/{}/courts", place.venue);
    let court = world.test.post(&path, &club.owner.token, court).await.data(201);
    Place { venue: place.venue, court: court["id"].as_str().unwrap().parse().unwrap() }
}

/// The starts of a court and day that the front desk would agree to, of all multiples of five minutes.
async fn bookable(
    world: &World,
    club: &Club,
    place: &Place,
    zone: &TimeZone,
    date: Date,
) -> Vec<String> {
    let (now, account_id) = (world.now(), AccountId::new());
    let asked = |start: &str| Asked {
        venue_id: place.venue,
        court_id: place.court,
        wish: Wish { start: start.parse().unwrap(), duration_minutes: 120 },
        account_id,
        asked_by: account_id,
        extras: ExtraWishes::default(),
        party: Party::default(),
        series: None,
    };
    let (mut at, end) = (
        first_instant(zone, date).unwrap(),
        first_instant(zone, date.tomorrow().unwrap()).unwrap(),
    );
    // What is read for the last start of a day is all that any of its starts touches.
    let last = asked(&local_text(zone, end - SignedDuration::from_mins(5)));
    let found = LookUp::of(&table(world, club), &last).await.unwrap();
    let mut starts = Vec::new();
    while at < end {
        let text = local_text(zone, at);
        if let Ok(agreed) = found.judge(&asked(&text), now) {
            let parts = &agreed.plan.parts;
            if !found.days.are_had(parts, now) && !found.days.are_closed(parts) {
                starts.push(text);
            }
        }
        at += SignedDuration::from_mins(5);
    }
    starts
}

#[tokio::test]
async fn a_month_s_answer_is_what_the_front_desk_agrees_to_start_by_start() {
    let (world, club) = World::with_club().await;
    let one = place(&world, &club, NEW_YORK, &[60, 120], 0).await;
    let two = second_court(&world, &club, &one).await;
    let ana = member(&world, &club);
    // Around the day of 23 hours, over midnight, and one that is given up again.
    for (place, start, minutes) in [
        (&one, "2027-03-13T23:30", 120),
        (&one, "2027-03-14T03:30", 60),
        (&two, "2027-03-14T01:00", 120),
        (&two, "2027-03-31T23:00", 60),
    ] {
        place.book(&world, &member(&world, &club), start, minutes).await.data(201);
    }
    let given_up = one.book(&world, &ana, "2027-03-20T10:00", 120).await.data(201);
    let path = format!("/v1/bookings/{}/cancel", id(&given_up));
    world.test.post(&path, &ana, Value::Null).await.data(200);
    close(&world, &club, &one, "2027-03-16", 120..180).await;
    close(&world, &club, &two, "2027-04-01", 0..12).await;

    let query = format!("venue_id={}&from=2027-03-01&days=31&duration_minutes=120", one.venue);
    let path = format!("/v1/calendar/availability?{query}");
    let found = world.test.get(&path, &ana).await.data(200);
    let days = found["venues"][0]["days"].as_array().unwrap();
    assert_eq!(days.len(), 31);
    let zone = TimeZone::get(NEW_YORK).unwrap();
    let mut total = 0;
    for day in days {
        let date: Date = day["date"].as_str().unwrap().parse().unwrap();
        let mut expected = BTreeMap::new();
        for place in [&one, &two] {
            let starts = bookable(&world, &club, place, &zone, date).await;
            total += starts.len();
            if !starts.is_empty() {
                expected.insert(place.court.to_string(), starts);
            }
        }
        let courts = day["courts"].as_array().unwrap();
        let answered: BTreeMap<_, Vec<String>> = courts
            .iter()
            .map(|court| {
                let starts = serde_json::from_value(court["starts"].clone()).unwrap();
                (court["court_id"].as_str().unwrap().to_owned(), starts)
            })
            .collect();
        assert_eq!(answered, expected, "{date}");
    }
    assert!((2_800..2_976).contains(&total), "{total}");
}

#[tokio::test]
async fn several_venues_are_searched_at_once_each_on_its_own_calendar() {
    let (world, club) = World::with_club().await;
    let york = place(&world, &club, NEW_YORK, &[60], 0).await;
    let auckland = place(&world, &club, "Pacific/Auckland", &[60], 0).await;
    let ana = member(&world, &club);
    let both = format!("{},{},{}", york.venue, auckland.venue, york.venue);
    let get = async |query: &str| {
        let path = format!("/v1/calendar/availability?duration_minutes=60&{query}");
        world.test.get(&path, &ana).await
    };
    let found = get(&format!("venue_id={both}&days=1&sport=padel")).await.data(200);
    let venues = found["venues"].as_array().unwrap();
    assert_eq!(venues.len(), 2);
    // Noon in UTC on the 20th.
    assert_eq!(venues[0]["days"][0]["date"], "2026-11-20");
    assert_eq!(venues[0]["days"][0]["courts"][0]["starts"][0], "2026-11-20T07:30:00-05:00");
    assert_eq!(venues[1]["days"][0]["date"], "2026-11-21");
    assert_eq!(venues[1]["days"][0]["courts"][0]["starts"][0], "2026-11-21T01:30:00+13:00");
    let court = format!("venue_id={both}&days=1&court_id={}", auckland.court);
    let found = get(&court).await.data(200);
    assert_eq!(found["venues"][0]["courts"], json!([]));
    assert_eq!(found["venues"][1]["courts"][0]["court_id"], json!(auckland.court));
    let other = get(&format!("venue_id={both}&days=1&sport=tennis")).await.data(200);
    assert_eq!(other["venues"][0]["days"][0]["courts"], json!([]));
    // The last day that can be booked is not the last that is asked for.
    let end = get(&format!("venue_id={}&from=2027-11-19&days=5", york.venue)).await.data(200);
    assert_eq!(end["venues"][0]["days"].as_array().unwrap().len(), 2);
    let default = get(&format!("venue_id={}", york.venue)).await.data(200);
    assert_eq!(default["venues"][0]["days"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn searches_that_make_no_sense_are_refused() {
    let (world, club) = World::with_club().await;
    let place = place(&world, &club, NEW_YORK, &[60], 0).await;
    let ana = member(&world, &club);
    let venue = place.venue;
    let check = async |query: &str, status: u16, code: &str| {
        world.test.get(&format!("/v1/calendar/{query}"), &ana).await.refused(status, code);
    };
    let month = format!("availability?venue_id={venue}&duration_minutes=60");
    check(&format!("{month}&days=32"), 422, "VALIDATION_FAILED").await;
    check(&format!("{month}&days=0"), 422, "VALIDATION_FAILED").await;
    check(&format!("{month}&from=2026-11-19"), 422, "DATE_IN_PAST").await;
    check(&format!("{month}&from=2027-11-21"), 422, "TOO_FAR_AHEAD").await;
    check(&format!("{month}&court_id={}", CourtId::new()), 404, "COURT_NOT_FOUND").await;
    check(&format!("availability?venue_id={venue},x&duration_minutes=60"), 422, "QUERY_INVALID")
        .await;
    check(&format!("availability?venue_id={venue}&duration_minutes=62"), 422, "VALIDATION_FAILED")
        .await;
    let many = |count: usize| {
        let ids: Vec<_> = (0..count).map(|_| kernel::VenueId::new().to_string()).collect();
        format!("availability?duration_minutes=60&venue_id={}", ids.join(","))
    };
    check(&many(11), 422, "QUERY_INVALID").await;
    check(&format!("{}&days=31", many(5)), 422, "SEARCH_TOO_WIDE").await;
    check(&format!("{}&days=31", many(4)), 404, "VENUE_NOT_FOUND").await;
    let near = format!("suggestions?venue_id={venue}&duration_minutes=60");
    let at = |start: &str| format!("{near}&court_id={}&starts_at={start}", place.court);
    check(&at("2027-03-14T02:30"), 422, "LOCAL_TIME_DOES_NOT_EXIST").await;
    check(&at("2026-11-19T02:30"), 422, "DATE_IN_PAST").await;
    let nowhere = format!("{near}&court_id={}&starts_at=2026-11-21T18:00", CourtId::new());
    check(&nowhere, 404, "COURT_NOT_FOUND").await;
    let next = format!("next-free?venue_id={venue}&duration_minutes=60");
    check(&format!("{next}&from=2026-11-19"), 422, "DATE_IN_PAST").await;
    check(&format!("{next}&court_id={}", CourtId::new()), 404, "COURT_NOT_FOUND").await;
}

#[tokio::test]
async fn the_next_free_time_is_found_behind_days_that_are_full() {
    let (world, club) = World::with_club().await;
    let one = place(&world, &club, NEW_YORK, &[60], 0).await;
    let ana = member(&world, &club);
    let next = async |more: &str| {
        let query = format!("venue_id={}&duration_minutes=60{more}", one.venue);
        world.test.get(&format!("/v1/calendar/next-free?{query}"), &ana).await.data(200)
    };
    let found = next("").await;
    assert_eq!(found["next"]["starts_at"], "2026-11-20T07:30:00-05:00");
    assert_eq!(found["next"]["courts"][0]["court_id"], json!(one.court));
    // Ten days are closed, more than are asked for at once.
    let first: Date = "2026-11-20".parse().unwrap();
    for date in first.series(1.day()).take(10) {
        close(&world, &club, &one, &date.to_string(), 0..288).await;
    }
    let found = next("").await;
    assert_eq!(found["next"]["starts_at"], "2026-11-30T00:00:00-05:00");
    assert_eq!(found["searched_through"], "2026-11-30");
    assert_eq!(next("&sport=tennis").await["next"], Value::Null);
    for date in first.series(1.day()).take(31) {
        close(&world, &club, &one, &date.to_string(), 0..288).await;
    }
    let found = next("").await;
    assert_eq!((&found["next"], &found["searched_through"]), (&Value::Null, &json!("2026-12-20")));
    assert_eq!(next("&from=2026-12-21").await["next"]["starts_at"], "2026-12-21T00:00:00-05:00");
    // The calendar ends before 31 days are looked at.
    assert_eq!(next("&from=2027-11-20&sport=tennis").await["searched_through"], "2027-11-20");
}

#[tokio::test]
async fn whoever_is_refused_hears_what_is_near() {
    let (world, club) = World::with_club().await;
    let one = place(&world, &club, NEW_YORK, &[60], 0).await;
    let two = second_court(&world, &club, &one).await;
    let ana = member(&world, &club);
    one.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    let ben = member(&world, &club);
    one.book(&world, &ben, "2026-11-21T18:00", 60).await.refused(409, "SLOT_TAKEN");
    let query = format!(
        "venue_id={}&court_id={}&starts_at=2026-11-21T18:00&duration_minutes=60",
        one.venue, one.court
    );
    let path = format!("/v1/calendar/suggestions?{query}");
    let found = world.test.get(&path, &ana).await.data(200);
    let times = found["times"].as_array().unwrap();
    let starts: Vec<_> =
        times.iter().map(|time| time["starts_at"].as_str().unwrap()[11..16].to_owned()).collect();
    assert_eq!(starts, ["17:00", "19:00", "16:30", "19:30", "16:00"]);
    let courts = found["courts"].as_array().unwrap();
    assert_eq!(courts.len(), 1);
    assert_eq!(courts[0]["court_id"], json!(two.court));
    assert_eq!(courts[0]["starts_at"], "2026-11-21T18:00:00-05:00");
    // What is suggested can be booked as it is.
    let eva = member(&world, &club);
    one.book(&world, &ben, times[0]["starts_at"].as_str().unwrap(), 60).await.data(201);
    two.book(&world, &eva, courts[0]["starts_at"].as_str().unwrap(), 60).await.data(201);
    let found = world.test.get(&path, &ana).await.data(200);
    assert_eq!(found["courts"], json!([]));
    assert_eq!(found["times"][0]["starts_at"], "2026-11-21T19:00:00-05:00");
}

#[tokio::test]
async fn staff_see_a_week_in_one_call() {
    let (world, club) = World::with_club().await;
    let one = place(&world, &club, NEW_YORK, &[60, 120], 0).await;
    let two = second_court(&world, &club, &one).await;
    let ana = world.test.token(AccountId::new(), Some(club.id), &[Role::Member]);
    let night = one.book(&world, &ana, "2026-11-22T23:30", 60).await.data(201);
    let noon = one.book(&world, &ana, "2026-11-25T12:00", 120).await.data(201);
    let other = two.book(&world, &ana, "2026-11-29T23:30", 60).await.data(201);
    two.book(&world, &ana, "2026-11-30T00:30", 60).await.data(201);
    let ben = member(&world, &club);
    let given_up = two.book(&world, &ben, "2026-11-25T12:00", 60).await.data(201);
    let path = format!("/v1/bookings/{}/cancel", id(&given_up));
    world.test.post(&path, &ben, Value::Null).await.data(200);
    close(&world, &club, &two, "2026-11-24", 12..24).await;

    let path = format!("/v1/calendar/week?venue_id={}&week=2026-11-23", one.venue);
    world.test.get(&path, &ana).await.refused(403, "PERMISSION_MISSING");
    let week = world.test.get(&path, &club.owner.token).await.data(200);
    let days: Vec<_> = week["days"].as_array().unwrap().iter().map(|day| &day["date"]).collect();
    assert_eq!((days.len(), days[0], days[6]), (7, &json!("2026-11-23"), &json!("2026-11-29")));
    assert_eq!(week["days"][0]["opening_hours"][0], json!({ "opens": "00:00", "closes": "24:00" }));
    let court = |place: &Place| {
        let courts = week["courts"].as_array().unwrap();
        courts.iter().find(|court| court["court_id"] == json!(place.court)).unwrap()
    };
    let ids = |place: &Place, day: usize| {
        let bookings = court(place)["days"][day]["bookings"].as_array().unwrap();
        bookings.iter().map(|booking| booking["id"].clone()).collect::<Vec<_>>()
    };
    // It began on Sunday and is there on Monday.
    assert_eq!(ids(&one, 0), [night["booking"]["id"].clone()]);
    assert_eq!(ids(&one, 2), [noon["booking"]["id"].clone()]);
    assert!(ids(&two, 2).is_empty());
    assert_eq!(ids(&two, 6), [other["booking"]["id"].clone()]);
    let entry = &court(&one)["days"][2]["bookings"][0];
    assert_eq!(entry["account_id"], noon["booking"]["account_id"]);
    assert_eq!(
        (&entry["status"], &entry["party_size"], &entry["series_id"]),
        (&json!("confirmed"), &json!(1), &Value::Null)
    );
    assert_eq!(entry["starts_at"], "2026-11-25T12:00:00-05:00");
    let closed = json!({
        "starts_at": "2026-11-24T01:00:00-05:00", "ends_at": "2026-11-24T02:00:00-05:00",
    });
    assert_eq!(court(&two)["days"][1]["closed"], json!([closed]));
    assert_eq!(court(&one)["days"][1]["closed"], json!([]));
    for odd in ["9999-12-31", "2016-11-19", "2027-11-21"] {
        let path = format!("/v1/calendar/week?venue_id={}&week={odd}", one.venue);
        let owner = &club.owner.token;
        world.test.get(&path, owner).await.refused(422, "WEEK_OUT_OF_RANGE");
    }
}

#[tokio::test]
async fn who_manages_one_venue_sees_the_week_of_that_one() {
    let (world, club) = World::with_club().await;
    let here = place(&world, &club, NEW_YORK, &[60], 0).await;
    let there = place(&world, &club, NEW_YORK, &[60], 0).await;
    let mut claims = world.test.claims(AccountId::new(), Some(club.id), &[Role::Member]);
    claims.venues.insert(here.venue, Role::Manager.permissions().iter().copied().collect());
    let token = world.test.keys.sign(&claims);
    let week = async |place: &Place| {
        let path = format!("/v1/calendar/week?venue_id={}&week=2026-11-23", place.venue);
        world.test.get(&path, &token).await
    };
    week(&here).await.data(200);
    week(&there).await.refused(403, "PERMISSION_MISSING");
}
