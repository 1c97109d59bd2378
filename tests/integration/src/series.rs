//! Series: every date gets the outcome of a single booking, once, whatever happens on the way.

use std::collections::BTreeSet;

use booking::Status;
use futures::future::{join, join_all};
use kernel::{
    AccountId, PageLimit, PageRequest, Role,
    jiff::{SignedDuration, civil::Date},
};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    bookings::{Place, member, of_kind, place, table},
    rush::slots_of,
    world::{Club, World},
};

const BUENOS_AIRES: &str = "America/Argentina/Buenos_Aires";
const NEW_YORK: &str = "America/New_York";

/// A club with a court in Buenos Aires that costs nothing, and is booked by the hour.
pub(crate) async fn start() -> (World, Club, Place) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 0).await;
    (world, club, place)
}

/// Asks for a series of hours.
pub(crate) async fn ask(world: &World, token: &str, place: &Place, changes: Value) -> Answer {
    ask_as(world, token, place, changes, None).await
}

pub(crate) async fn ask_as(
    world: &World,
    token: &str,
    place: &Place,
    changes: Value,
    key: Option<&str>,
) -> Answer {
    let mut body = place.wish("2026-11-24T18:00", 60);
    let fields = body.as_object_mut().unwrap();
    fields.extend(
        json!({ "rrule": "FREQ=WEEKLY;COUNT=4", "on_conflict": "book_around" })
            .as_object()
            .unwrap()
            .clone(),
    );
    fields.extend(changes.as_object().unwrap().clone());
    let call = world.test.call("POST", "/v1/series").token(token).json(&body);
    let call = if let Some(key) = key { call.header("idempotency-key", key) } else { call };
    call.send().await
}

pub(crate) async fn act(
    world: &World,
    token: &str,
    made: &Value,
    verb: &str,
    body: Value,
) -> Answer {
    let id = made["series"]["id"].as_str().unwrap();
    world.test.post(&format!("/v1/series/{id}/{verb}"), token, body).await
}

pub(crate) fn outcomes(answer: &Value) -> Vec<&str> {
    let all = answer["occurrences"].as_array().unwrap();
    all.iter().map(|one| one["outcome"].as_str().unwrap()).collect()
}

pub(crate) fn starts(answer: &Value) -> Vec<&str> {
    let all = answer["occurrences"].as_array().unwrap();
    all.iter().map(|one| one["starts_at"].as_str().unwrap()).collect()
}

/// How many live bookings start on a day.
async fn booked_on(world: &World, club: &Club, place: &Place, date: Date) -> usize {
    let page = PageRequest { limit: PageLimit::new(100).unwrap(), after: None };
    let table = table(world, club);
    let all = booking::bookings_of_day(&table, place.venue, date, page).await.unwrap().items;
    all.iter().filter(|one| one.status.has_slots()).count()
}

/// How many slots are taken in all.
pub(crate) fn taken(world: &World) -> usize {
    let items = world.test.database.items().into_iter();
    let days = items.filter(|item| item["kind"]["S"] == "court_day");
    days.map(|day| slots_of(&day["taken"]).len()).sum()
}

#[tokio::test]
async fn a_year_of_weekly_bookings_is_one_call_and_its_repetition_changes_nothing() {
    let (world, club, place) = start().await;
    let account = AccountId::new();
    let token = || world.test.token(account, Some(club.id), &[Role::Member]);
    let (ana, ben) = (token(), member(&world, &club));
    let year = json!({ "rrule": "RRULE:FREQ=WEEKLY;COUNT=52" });
    let made = ask_as(&world, &ana, &place, year.clone(), Some("a year")).await;
    let location = made.header("location").unwrap().to_owned();
    let made = made.data(201);
    assert_eq!((&made["booked"], &made["refused"]), (&json!(52), &json!(0)));
    assert_eq!(made["series"]["status"], "active");
    assert_eq!(made["total_price"], json!({ "amount": 0, "currency": "ARS" }));
    assert_eq!(starts(&made)[51], "2027-11-16T18:00:00-03:00");
    assert_eq!((of_kind(&world, "booking"), taken(&world)), (52, 52 * 12));
    assert_eq!(world.test.get(&location, &ana).await.data(200), made["series"]);
    place.book(&world, &ben, "2027-11-16T18:00", 60).await.refused(409, "SLOT_TAKEN");
    let told = world.publish().await;
    assert_eq!(told.iter().filter(|event| event.kind == booking::CONFIRMED).count(), 52);

    // The pages of its dates, and the list of series.
    let first = world.test.get(&format!("{location}/occurrences?limit=50"), &ana).await;
    let cursor = first.body["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(first.data(200)[0]["booking_status"], "confirmed");
    let path = format!("{location}/occurrences?limit=50&cursor={cursor}");
    assert_eq!(world.test.get(&path, &ana).await.data(200).as_array().unwrap().len(), 2);
    let list = world.test.get("/v1/series", &ana).await.data(200);
    assert_eq!(list, json!([made["series"]]));
    assert_eq!(world.test.get("/v1/series", &ben).await.data(200), json!([]));

    // Again, when nobody remembers the first answer any more.
    world.test.clock.advance(SignedDuration::from_hours(25));
    let ana = token();
    let again = ask_as(&world, &ana, &place, year, Some("a year")).await.data(201);
    assert_eq!(again, made);
    assert_eq!((of_kind(&world, "booking"), taken(&world)), (52, 52 * 12));
    world.test.clock.advance(SignedDuration::from_hours(25));
    let other = ask_as(&world, &token(), &place, json!({}), Some("a year")).await;
    other.refused(409, "SERIES_EXISTS");
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let (world, club, place) = start().await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    place.book(&world, &ben, "2026-12-01T18:30", 60).await.data(201);
    let written = world.test.database.items().len();
    let wish = json!({ "exdates": ["2026-12-15T18:00"] });
    let mut dry = wish.clone();
    dry["dry_run"] = json!(true);
    let foreseen = ask(&world, &ana, &place, dry).await.data(200);
    assert_eq!(world.test.database.items().len(), written);
    assert_eq!(outcomes(&foreseen), ["booked", "conflict", "booked", "skipped"]);
    assert_eq!((&foreseen["series"], &foreseen["dry_run"]), (&Value::Null, &json!(true)));
    let mut made = ask(&world, &ana, &place, wish).await.data(201);
    for one in made["occurrences"].as_array_mut().unwrap() {
        one["booking_id"] = Value::Null;
    }
    assert_eq!(made["occurrences"], foreseen["occurrences"]);
}

#[tokio::test]
async fn dates_that_were_refused_or_left_out_are_added_later() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, courts) = world.venue(&club, 1).await;
    let place = Place { venue, court: courts[0] };
    let free = json!({ "price_per_hour": { "amount": 0, "currency": "ARS" } });
    let path = format!("/v1/venues/{venue}/courts/{}", place.court);
    world.test.patch(&path, &club.owner.token, free).await.data(200);
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let theirs = place.book(&world, &ben, "2026-12-01T18:00", 60).await.data(201);
    let wish = json!({ "exdates": ["2026-12-08T18:00"] });
    let made = ask(&world, &ana, &place, wish).await.data(201);
    assert_eq!(outcomes(&made), ["booked", "conflict", "skipped", "booked"]);
    assert_eq!(made["occurrences"][1]["reason"]["code"], "SLOT_TAKEN");
    assert_eq!(made["occurrences"][2]["reason"], Value::Null);
    let closed = json!({ "starts_at": "2026-11-24T22:30", "rrule": "FREQ=DAILY;COUNT=1" });
    let error = ask(&world, &ana, &place, closed).await.refused(409, "SERIES_CONFLICT");
    assert_eq!(error["details"]["occurrences"][0]["outcome"], "closed");
    assert_eq!(of_kind(&world, "series"), 1);

    // Still taken, and left out only until somebody asks for it.
    let tried = act(&world, &ana, &made, "rebook", json!({})).await.data(200);
    assert_eq!(outcomes(&tried), ["booked", "conflict", "booked", "booked"]);
    let id = theirs["booking"]["id"].as_str().unwrap();
    world.test.post(&format!("/v1/bookings/{id}/cancel"), &ben, json!({})).await.data(200);
    let named = json!({ "recurrence_ids": ["2026-12-01T18:00:00"] });
    let whole = act(&world, &ana, &made, "rebook", named.clone()).await.data(200);
    assert_eq!(outcomes(&whole), ["booked"; 4]);
    let again = act(&world, &ana, &made, "rebook", named.clone()).await.data(200);
    assert_eq!(starts(&again), starts(&whole));
    assert_eq!(of_kind(&world, "booking"), 5);

    let unknown = json!({ "recurrence_ids": ["2026-12-02T18:00"] });
    act(&world, &ana, &made, "rebook", unknown).await.refused(404, "OCCURRENCE_NOT_FOUND");
    act(&world, &ben, &made, "rebook", named.clone()).await.refused(403, "SERIES_NOT_YOURS");
    act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    act(&world, &ana, &made, "rebook", named).await.refused(409, "SERIES_OVER");
}

#[tokio::test]
async fn all_or_nothing_leaves_nothing_behind() {
    let (world, club, place) = start().await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    place.book(&world, &ben, "2026-12-15T18:00", 60).await.data(201);
    let written = world.test.database.items().len();
    let strict = json!({ "on_conflict": "all_or_nothing" });
    let error = ask(&world, &ana, &place, strict.clone()).await.refused(409, "SERIES_CONFLICT");
    let lost = &error["details"]["occurrences"];
    assert_eq!(lost.as_array().unwrap().len(), 1);
    assert_eq!(lost[0]["recurrence_id"], "2026-12-15T18:00:00");
    assert_eq!(lost[0]["reason"]["code"], "SLOT_TAKEN");
    assert_eq!(world.test.database.items().len(), written);
    let later = json!({ "on_conflict": "all_or_nothing", "starts_at": "2026-11-24T20:00" });
    assert_eq!(outcomes(&ask(&world, &ana, &place, later).await.data(201)), ["booked"; 4]);
}

#[tokio::test]
async fn a_date_that_is_lost_in_the_middle_gives_all_the_others_back() {
    let (world, club, place) = start().await;
    let account = AccountId::new();
    let token = || world.test.token(account, Some(club.id), &[Role::Member]);
    let ana = token();
    let many = json!({ "rrule": "FREQ=DAILY;COUNT=60", "on_conflict": "all_or_nothing" });
    let first = ask_as(&world, &ana, &place, many.clone(), Some("sixty"));
    let is_written = || of_kind(&world, "occurrence") > 0;
    let answer = world.killed_when(is_written, first).await;
    assert!(answer.is_none(), "the first group is not all of it");
    let half = taken(&world);
    assert!(half > 0 && half < 60 * 12);
    // The fiftieth day goes to somebody else before the request comes again.
    let ben = member(&world, &club);
    place.book(&world, &ben, "2027-01-12T18:00", 60).await.data(201);
    world.test.clock.advance(SignedDuration::from_secs(16));
    let again = ask_as(&world, &ana, &place, many.clone(), Some("sixty")).await;
    let error = again.refused(409, "SERIES_CONFLICT");
    assert_eq!(error["details"]["occurrences"][0]["recurrence_id"], "2027-01-12T18:00:00");
    assert_eq!(taken(&world), 12, "only the other's hour is left");
    let diary = booking::diary(&table(&world, &club), account).await.unwrap();
    assert!(diary.entries.is_empty(), "{diary:?}");
    let list = world.test.get("/v1/series", &ana).await.data(200);
    assert_eq!(list[0]["status"], "given_up");
    // Once more, when nobody remembers the answer: nothing is booked.
    world.test.clock.advance(SignedDuration::from_hours(25));
    ask_as(&world, &token(), &place, many, Some("sixty")).await.refused(409, "SERIES_CONFLICT");
    assert_eq!(taken(&world), 12);
    world.publish().await;
}

#[tokio::test]
async fn a_request_that_is_killed_anywhere_goes_on() {
    let (mut killed, mut halfway, mut calls) = (0, 0, 1);
    loop {
        let (world, club, place) = start().await;
        let account = AccountId::new();
        let token = || world.test.token(account, Some(club.id), &[Role::Member]);
        let (ana, wish) = (token(), json!({ "rrule": "FREQ=DAILY;COUNT=90" }));
        let first = ask_as(&world, &ana, &place, wish.clone(), Some("ninety"));
        let dead = world.killed_after(calls, first).await.is_none();
        let items = world.still();
        let count = |kind: &str| items.iter().filter(|item| item["kind"]["S"] == kind).count();
        let found = count("booking");
        assert_eq!(found, count("occurrence"), "a date and its booking are one");
        halfway += usize::from((1..90).contains(&found));
        world.test.clock.advance(SignedDuration::from_secs(16));
        let made = ask_as(&world, &token(), &place, wish, Some("ninety")).await.data(201);
        assert_eq!(outcomes(&made), ["booked"; 90], "{calls}");
        assert_eq!(made["series"]["status"], "active");
        assert_eq!((of_kind(&world, "booking"), taken(&world)), (90, 90 * 12));
        let diary = booking::diary(&table(&world, &club), account).await.unwrap();
        assert_eq!(diary.entries.len(), 90);
        let told = world.publish().await;
        assert_eq!(told.iter().filter(|event| event.kind == booking::CONFIRMED).count(), 90);
        if !dead {
            break;
        }
        (killed, calls) = (killed + 1, calls + 2);
    }
    assert!(killed > 6 && halfway > 1, "{killed} were killed, {halfway} of them halfway");
}

#[tokio::test(flavor = "multi_thread")]
async fn single_bookings_and_a_series_share_no_slot() {
    let (world, club, place) = start().await;
    let ana = member(&world, &club);
    let first: Date = "2026-11-24".parse().unwrap();
    let days: Vec<_> = first.series(kernel::jiff::Span::new().days(1)).take(60).collect();
    let others: Vec<_> = (0..20).map(|_| member(&world, &club)).collect();
    // From the last day on, so that they meet the series in the middle.
    let singles = join_all(others.iter().zip(days.iter().rev()).map(async |(token, day)| {
        place.book(&world, token, &format!("{day}T18:30"), 60).await.status
    }));
    let wish = json!({ "rrule": "FREQ=DAILY;COUNT=60" });
    let (made, singles) = join(ask(&world, &ana, &place, wish), singles).await;
    let made = made.data(201);
    let lost: BTreeSet<_> = outcomes(&made)
        .iter()
        .zip(&days)
        .filter(|(outcome, _)| **outcome == "conflict")
        .map(|(_, day)| *day)
        .collect();
    let won = singles.iter().zip(days.iter().rev()).filter(|(status, _)| **status == 201);
    assert_eq!(lost, won.map(|(_, day)| *day).collect());
    for day in &days {
        assert_eq!(booked_on(&world, &club, &place, *day).await, 1, "{day}");
    }
    assert_eq!(taken(&world), 60 * 12);
    world.publish().await;
}

#[tokio::test]
async fn this_one_the_following_and_all_are_given_up_and_the_past_stays() {
    let (world, club, place) = start().await;
    let account = AccountId::new();
    let token = || world.test.token(account, Some(club.id), &[Role::Member]);
    let (ana, ben) = (token(), member(&world, &club));
    let wish = json!({ "starts_at": "2026-11-20T10:00", "rrule": "FREQ=DAILY;COUNT=40" });
    let made = ask(&world, &ana, &place, wish).await.data(201);
    let this = json!({ "scope": "this", "recurrence_id": "2026-11-22T10:00:00" });
    act(&world, &ben, &made, "cancel", this.clone()).await.refused(403, "SERIES_NOT_YOURS");
    for wrong in [
        json!({ "scope": "this" }),
        json!({ "scope": "this_and_following", "recurrence_id": "2026-11-22T11:00" }),
    ] {
        act(&world, &ana, &made, "cancel", wrong).await.refused(404, "OCCURRENCE_NOT_FOUND");
    }
    let one = act(&world, &ana, &made, "cancel", this.clone()).await.data(200);
    assert_eq!((outcomes(&one)[2], &one["booked"]), ("cancelled", &json!(39)));
    assert_eq!(one["occurrences"][2]["came"]["result"], "cancelled");
    let again = act(&world, &ana, &made, "cancel", this).await.data(200);
    assert_eq!((outcomes(&again), &again["booked"]), (outcomes(&one), &json!(39)));
    assert_eq!(again["occurrences"][2]["came"]["result"], "given_up");
    place.book(&world, &ben, "2026-11-22T10:00", 60).await.data(201);
    // Thirty-four at once: more than one group.
    let rest = json!({ "scope": "this_and_following", "recurrence_id": "2026-11-26T10:00:00" });
    let few = act(&world, &ana, &made, "cancel", rest).await.data(200);
    assert_eq!((&few["booked"], &few["series"]["status"]), (&json!(5), &json!("active")));
    assert_eq!(taken(&world), 6 * 12);
    // A day and a quarter later two of them are over or have begun.
    world.test.clock.advance(SignedDuration::from_hours(26));
    let (ana, desk) =
        (token(), world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]));
    let all = act(&world, &desk, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!((&all["booked"], &all["series"]["status"]), (&json!(2), &json!("cancelled")));
    assert_eq!(outcomes(&all)[..3], ["booked", "booked", "cancelled"]);
    let again = act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!(outcomes(&again), outcomes(&all));
    let diary = booking::diary(&table(&world, &club), account).await.unwrap();
    assert_eq!(diary.entries.len(), 2);
    let cancelled = world.publish().await;
    assert_eq!(cancelled.iter().filter(|event| event.kind == booking::CANCELLED).count(), 38);
}

#[tokio::test]
async fn a_booking_that_was_cancelled_alone_stays_so() {
    let (world, club, place) = start().await;
    let ana = member(&world, &club);
    let made = ask(&world, &ana, &place, json!({})).await.data(201);
    let id = made["occurrences"][1]["booking_id"].as_str().unwrap();
    world.test.post(&format!("/v1/bookings/{id}/cancel"), &ana, json!({})).await.data(200);
    let path = format!("/v1/series/{}/occurrences", made["series"]["id"].as_str().unwrap());
    let dates = world.test.get(&path, &ana).await.data(200);
    assert_eq!(dates[1]["booking_status"], json!(Status::Cancelled));
    let all = act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!(outcomes(&all), ["cancelled"; 4]);
    assert_eq!(taken(&world), 0);
    world.publish().await;
}

#[tokio::test]
async fn clocks_that_jump_move_a_date_and_it_says_so() {
    let world = World::start().await;
    let club = world.club("norte").await;
    for (zone, first, expected, adjusted) in [
        (NEW_YORK, "2027-03-13T02:30", "2027-03-14T03:30:00-04:00", "gap"),
        (NEW_YORK, "2027-11-06T01:30", "2027-11-07T01:30:00-04:00", "first_of_two"),
        // Days of 23.5 and of 24.5 hours, and one that starts at one.
        ("Australia/Lord_Howe", "2027-10-02T02:00", "2027-10-03T02:30:00+11:00", "gap"),
        ("Australia/Lord_Howe", "2027-04-03T01:30", "2027-04-04T01:30:00+11:00", "first_of_two"),
        ("America/Santiago", "2027-09-04T00:00", "2027-09-05T01:00:00-03:00", "gap"),
    ] {
        let place = place(&world, &club, zone, &[30, 60], 0).await;
        let ana = member(&world, &club);
        let wish =
            json!({ "starts_at": first, "rrule": "FREQ=DAILY;COUNT=3", "duration_minutes": 30 });
        let made = ask(&world, &ana, &place, wish).await.data(201);
        assert_eq!(outcomes(&made), ["booked"; 3], "{zone}");
        let middle = &made["occurrences"][1];
        assert_eq!(
            (&middle["starts_at"], &middle["adjusted"]),
            (&json!(expected), &json!(adjusted))
        );
        assert_eq!(middle["recurrence_id"].as_str().unwrap()[11..], first[11..].to_owned() + ":00");
        let others = [0_usize, 2].map(|at| &made["occurrences"][at]["adjusted"]);
        assert_eq!(others, [&Value::Null; 2]);
    }
    // The other 01:30 of that night is somebody else's.
    let place = place(&world, &club, NEW_YORK, &[30], 0).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let wish = json!({ "starts_at": "2027-11-06T01:30", "rrule": "FREQ=DAILY;COUNT=3", "duration_minutes": 30 });
    ask(&world, &ana, &place, wish).await.data(201);
    place.book(&world, &ben, "2027-11-07T01:30-04:00", 30).await.refused(409, "SLOT_TAKEN");
    place.book(&world, &ben, "2027-11-07T01:30-05:00", 30).await.data(201);
}

#[tokio::test]
async fn dates_that_share_a_day_are_booked_and_those_that_overlap_are_not() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, NEW_YORK, &[60, 1_440], 0).await;
    let ana = member(&world, &club);
    let nights = json!({ "starts_at": "2026-12-01T23:30", "rrule": "FREQ=DAILY;COUNT=9" });
    let made = ask(&world, &ana, &place, nights).await.data(201);
    assert_eq!((outcomes(&made), taken(&world)), (vec!["booked"; 9], 9 * 12));
    // A day and night each, over a night that has an hour less.
    let days = json!({
        "starts_at": "2027-03-12T12:00", "rrule": "FREQ=DAILY;COUNT=4", "duration_minutes": 1_440,
    });
    let mut dry = days.clone();
    dry["dry_run"] = json!(true);
    let expected = ["booked", "booked", "conflict", "booked"];
    assert_eq!(outcomes(&ask(&world, &ana, &place, dry).await.data(200)), expected);
    assert_eq!(outcomes(&ask(&world, &ana, &place, days).await.data(201)), expected);
}

#[tokio::test]
async fn what_costs_something_is_booked_by_the_desk() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    let written = world.test.database.items().len();
    for dry_run in [true, false] {
        let wish = json!({ "dry_run": dry_run });
        ask(&world, &ana.token, &place, wish).await.refused(403, "SERIES_NEEDS_DESK");
    }
    let theirs = json!({ "account_id": AccountId::new() });
    ask(&world, &ana.token, &place, theirs.clone()).await.refused(404, "USER_NOT_FOUND");
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    ask(&world, &desk, &place, theirs).await.refused(404, "MEMBER_NOT_FOUND");
    assert_eq!(world.test.database.items().len(), written);
    let hers = json!({ "account_id": ana.account, "participants": [{ "kind": "guest" }] });
    let made = ask(&world, &desk, &place, hers).await.data(201);
    assert_eq!(made["series"]["payment_terms"], "at_the_desk");
    assert_eq!(made["total_price"], json!({ "amount": 48_000, "currency": "ARS" }));
    assert_eq!(made["series"]["account_id"], json!(ana.account));
    assert_eq!(of_kind(&world, "payment"), 0);
    let bookings = world.test.get("/v1/bookings", &ana.token).await.data(200);
    assert_eq!(bookings.as_array().unwrap().len(), 4);
    assert!(bookings.as_array().unwrap().iter().all(|one| one["status"] == "confirmed"));
    let path = format!("/v1/series?account_id={}", ana.account);
    assert_eq!(world.test.get(&path, &desk).await.data(200).as_array().unwrap().len(), 1);
    let other = member(&world, &club);
    world.test.get(&path, &other).await.refused(403, "PERMISSION_MISSING");
    // She gives one up herself; to add it again is the desk's, because it costs something.
    act(
        &world,
        &ana.token,
        &made,
        "cancel",
        json!({ "scope": "this", "recurrence_id": "2026-11-24T18:00:00" }),
    )
    .await
    .data(200);
    world.drain().await;
}

#[tokio::test]
async fn rules_that_are_refused_write_nothing() {
    let (world, club, place) = start().await;
    let ana = member(&world, &club);
    let written = world.test.database.items().len();
    for (changes, code) in [
        (json!({ "rrule": "FREQ=WEEKLY" }), "RRULE_UNBOUNDED"),
        (json!({ "rrule": "every week" }), "RRULE_INVALID"),
        (json!({ "rrule": "FREQ=HOURLY;COUNT=3" }), "RRULE_UNSUPPORTED"),
        (json!({ "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3" }), "RRULE_UNSUPPORTED"),
        (json!({ "rrule": "FREQ=DAILY;COUNT=500" }), "RRULE_TOO_LONG"),
        (json!({ "exdates": ["2026-11-25T18:00"] }), "EXDATE_UNKNOWN"),
        (json!({ "starts_at": "2026-11-24T18:00Z" }), "VALIDATION_FAILED"),
        (json!({ "rrule": "X".repeat(501) }), "VALIDATION_FAILED"),
        (json!({ "on_conflict": "whatever" }), "BODY_INVALID"),
    ] {
        ask(&world, &ana, &place, changes).await.refused(422, code);
    }
    let nowhere = Place { venue: place.venue, court: kernel::CourtId::new() };
    ask(&world, &ana, &nowhere, json!({})).await.refused(404, "COURT_NOT_FOUND");
    assert_eq!(world.test.database.items().len(), written);
}
