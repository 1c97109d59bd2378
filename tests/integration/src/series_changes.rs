//! Series that change: a date is at its old place or at its new one, whatever happens, and never at both.

use std::collections::BTreeSet;

use booking::{InSeries, Status};
use futures::future::join;
use kernel::{
    AccountId, BookingId, Role,
    jiff::{SignedDuration, civil::Date},
};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::actions,
    bookings::{Place, member, of_kind, place, table},
    moves::{Steps, another},
    rush::slots_of,
    series::{act, ask, ask_as, outcomes, start, starts, taken},
    world::{Club, World},
};

const NEW_YORK: &str = "America/New_York";

/// What came of each date.
fn came(answer: &Value) -> Vec<&str> {
    let all = answer["occurrences"].as_array().unwrap();
    all.iter().map(|one| one["came"]["result"].as_str().unwrap_or("-")).collect()
}

async fn change(world: &World, token: &str, made: &Value, body: Value) -> Answer {
    act(world, token, made, "change", wish(body)).await
}

fn wish(mut body: Value) -> Value {
    body.as_object_mut().unwrap().entry("conflicts").or_insert(json!("skip"));
    body
}

async fn change_as(world: &World, token: &str, made: &Value, body: Value, key: &str) -> Answer {
    let path = format!("/v1/series/{}/change", made["series"]["id"].as_str().unwrap());
    let call = world.test.call("POST", &path).token(token).header("idempotency-key", key);
    call.json(&wish(body)).send().await
}

/// Every live booking explains its slots, and no slot is taken but by one: the days as an obvious book would have
/// them.
async fn check_days(world: &World, club: &Club) -> usize {
    // What a request that was killed has sent may still happen while this looks.
    let (items, bookings) = loop {
        let items = world.test.database.items();
        let ids = items.iter().filter(|item| item["kind"]["S"] == "booking");
        let ids: Vec<BookingId> =
            ids.map(|item| item["id"]["S"].as_str().unwrap().parse().unwrap()).collect();
        let bookings = booking::bookings(&table(world, club), &ids).await.unwrap();
        if world.test.database.items() == items {
            break (items, bookings);
        }
    };
    let mut expected = BTreeSet::new();
    let mut live = 0;
    for booking in bookings.iter().filter(|booking| booking.status.has_slots()) {
        live += 1;
        for part in &booking.parts {
            for slot in part.first..part.first + part.count {
                let day = format!("DAY#{}#{}", booking.venue_id, part.date);
                let one = (day, format!("COURT#{}", booking.court_id), slot);
                assert!(expected.insert(one), "a slot is in two bookings");
            }
        }
    }
    let mut found = BTreeSet::new();
    for day in items.iter().filter(|item| item["kind"]["S"] == "court_day") {
        let key = |name: &str| day[name]["S"].as_str().unwrap().to_owned();
        let place = key("PK");
        let place = place[place.find("DAY#").unwrap()..].to_owned();
        for slot in slots_of(&day["taken"]) {
            found.insert((place.clone(), key("SK"), slot));
        }
    }
    assert_eq!(found, expected);
    live
}

#[tokio::test]
async fn all_dates_go_to_another_time_and_those_that_cannot_stay() {
    let (world, club, place) = start().await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let made =
        ask(&world, &ana, &place, json!({ "exdates": ["2026-12-15T18:00"] })).await.data(201);
    place.book(&world, &ben, "2026-12-01T19:30", 60).await.data(201);
    world.publish().await;
    let later = json!({ "scope": "all", "starts_at": "2026-11-24T19:00" });
    let mut dry = later.clone();
    dry["dry_run"] = json!(true);
    let items = world.test.database.items().len();
    let foreseen = change(&world, &ana, &made, dry).await.data(200);
    assert_eq!(came(&foreseen), ["moved", "conflict", "moved", "not_booked"]);
    assert_eq!(starts(&foreseen)[0], "2026-11-24T19:00:00-03:00");
    assert_eq!(world.test.database.items().len(), items);
    let mut strict = later.clone();
    strict["conflicts"] = json!("refuse");
    let error = change(&world, &ana, &made, strict).await.refused(409, "SERIES_CONFLICT");
    let reason = &error["details"]["occurrences"][0]["reason"];
    assert_eq!(reason["code"], "SLOT_TAKEN");
    assert_eq!(reason["details"]["reasons"][0]["can_override"], false);
    assert!(world.publish().await.is_empty(), "nothing was changed");

    let changed = change(&world, &ana, &made, later.clone()).await.data(200);
    assert_eq!(came(&changed), ["moved", "conflict", "moved", "not_booked"]);
    assert_eq!(outcomes(&changed), ["booked", "moved", "booked", "skipped"]);
    assert_eq!(changed["series"]["starts_at"], "2026-11-24T19:00:00");
    let ids = |answer: &Value| -> Vec<Value> {
        answer["occurrences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["booking_id"].clone())
            .collect()
    };
    assert_eq!(ids(&changed), ids(&made), "a moved date keeps its booking");
    let first = &changed["occurrences"][0];
    assert_eq!(first["recurrence_id"], "2026-11-24T18:00:00");
    assert_eq!(first["came"]["other"]["starts_at"], "2026-11-24T18:00:00-03:00");
    assert_eq!(first["came"]["price_before"]["amount"], 0);
    assert_eq!(
        changed["occurrences"][1]["came"]["other"]["starts_at"],
        "2026-12-01T19:00:00-03:00"
    );
    assert_eq!(starts(&changed)[3], "2026-12-15T19:00:00-03:00");
    assert_eq!(check_days(&world, &club).await, 4);
    let told = world.publish().await;
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == booking::MOVED).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == "series.changed").count(), 1);
    // The old times are free, and what was left out is added at the new one.
    place.book(&world, &ben, "2026-11-24T18:00", 60).await.data(201);
    let added = act(&world, &ana, &made, "rebook", json!({})).await.data(200);
    assert_eq!((outcomes(&added)[3], starts(&added)[3]), ("booked", "2026-12-15T19:00:00-03:00"));
    // The same again changes nothing; the date that stayed is an exception now.
    let again = change(&world, &ana, &made, later).await.data(200);
    assert_eq!(came(&again), ["unchanged", "exception", "unchanged", "unchanged"]);
    check_days(&world, &club).await;
    world.publish().await;
}

#[tokio::test]
async fn the_rest_of_a_series_goes_on_as_another_one() {
    let (world, club, place) = start().await;
    let other = another(&world, &club, &place, 0).await;
    let ana = member(&world, &club);
    let made = ask(&world, &ana, &place, json!({ "rrule": "FREQ=WEEKLY;BYDAY=TU;COUNT=6" })).await;
    let made = made.data(201);
    let gone = json!({ "scope": "this", "recurrence_id": "2026-12-22T18:00:00" });
    act(&world, &ana, &made, "cancel", gone).await.data(200);
    // From the third on: a day later, on the other court, for longer.
    let rest = json!({
        "scope": "this_and_following", "recurrence_id": "2026-12-08T18:00:00",
        "starts_at": "2026-12-09T20:00", "court_id": other.court, "duration_minutes": 90,
    });
    let changed = change(&world, &ana, &made, rest).await.data(200);
    assert_eq!(came(&changed), ["moved", "moved", "given_up", "moved"]);
    assert_eq!(starts(&changed)[1], "2026-12-16T20:00:00-03:00");
    let (head, tail) = (&made["series"]["id"], &changed["series"]);
    assert_eq!(tail["rrule"], "FREQ=WEEKLY;BYDAY=WE;COUNT=4;WKST=TU");
    assert_eq!((&tail["continues"], &tail["exdates"]), (head, &json!(["2026-12-23T20:00:00"])));
    let path = format!("/v1/series/{}", head.as_str().unwrap());
    let before = world.test.get(&path, &ana).await.data(200);
    assert_eq!(before["rrule"], "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261201T180000");
    assert_eq!((&before["continued_by"], &before["status"]), (&tail["id"], &json!("active")));
    let dates = world.test.get(&format!("{path}/occurrences"), &ana).await.data(200);
    let dates: Vec<_> = dates.as_array().unwrap().iter().map(|it| it["outcome"].clone()).collect();
    assert_eq!(dates, ["booked", "booked", "continued", "continued", "cancelled", "continued"]);
    let path = format!("/v1/series/{}/occurrences", tail["id"].as_str().unwrap());
    assert_eq!(world.test.get(&path, &ana).await.data(200).as_array().unwrap().len(), 3);
    // The bookings say so, too, and keep the names of their dates.
    let id: BookingId = changed["occurrences"][0]["booking_id"].as_str().unwrap().parse().unwrap();
    let moved = booking::booking(&table(&world, &club), id).await.unwrap();
    let series_id = tail["id"].as_str().unwrap().parse().unwrap();
    let recurrence_id = "2026-12-08T18:00:00".parse().unwrap();
    assert_eq!(moved.series, Some(InSeries { series_id, recurrence_id }));
    assert_eq!((moved.sequence, moved.court_id), (1, other.court));
    assert_eq!(check_days(&world, &club).await, 5);
    // What is left of the first one is given up by itself.
    act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!(check_days(&world, &club).await, 3);
    world.publish().await;
}

#[tokio::test]
async fn either_part_of_a_series_that_goes_on_as_another_goes_on_once_more() {
    let (world, club, place) = start().await;
    let ana = member(&world, &club);
    let first =
        ask(&world, &ana, &place, json!({ "rrule": "FREQ=WEEKLY;COUNT=6" })).await.data(201);
    let rest = |from: &Value, to: &str| json!({ "scope": "this_and_following", "recurrence_id": from, "starts_at": to });
    let third_date = &first["occurrences"][2]["recurrence_id"];
    let second = change(&world, &ana, &first, rest(third_date, "2026-12-08T20:00")).await.data(200);
    assert_eq!(came(&second), ["moved"; 4]);
    let fifth_date = &second["occurrences"][2]["recurrence_id"];
    let third = change(&world, &ana, &second, rest(fifth_date, "2026-12-22T16:00")).await.data(200);
    assert_eq!(
        (came(&third), &third["series"]["continues"]),
        (vec!["moved"; 2], &second["series"]["id"])
    );
    let second_date = &first["occurrences"][1]["recurrence_id"];
    let other = change(&world, &ana, &first, rest(second_date, "2026-12-01T09:00")).await.data(200);
    assert_eq!(other["series"]["continues"], first["series"]["id"]);
    assert_eq!(check_days(&world, &club).await, 6);
    let parts = [(&first, 1), (&other, 1), (&second, 2), (&third, 2)];
    for (part, dates) in parts {
        let path = format!("/v1/series/{}/occurrences", part["series"]["id"].as_str().unwrap());
        let all = world.test.get(&path, &ana).await.data(200);
        let live = all.as_array().unwrap().iter().filter(|one| one["outcome"] == "booked").count();
        assert_eq!(live, dates, "{all}");
    }
    let mut left = 6;
    for (part, dates) in parts {
        act(&world, &ana, part, "cancel", json!({ "scope": "all" })).await.data(200);
        left -= dates;
        assert_eq!(check_days(&world, &club).await, left);
    }
    world.publish().await;
}

#[tokio::test]
async fn one_date_becomes_an_exception() {
    let (world, club, place) = start().await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let made = ask(&world, &ana, &place, json!({})).await.data(201);
    place.book(&world, &ben, "2026-12-01T20:00", 60).await.data(201);
    world.publish().await;
    let this = |start: &str| json!({ "scope": "this", "recurrence_id": "2026-12-01T18:00:00", "starts_at": start });
    change(&world, &ana, &made, this("2026-12-01T20:00")).await.refused(409, "SERIES_CONFLICT");
    let changed = change_as(&world, &ana, &made, this("2026-12-02T07:00"), "one").await.data(200);
    assert_eq!((came(&changed), outcomes(&changed)), (vec!["moved"], vec!["moved"]));
    assert_eq!(changed["series"]["rrule"], made["series"]["rrule"]);
    world.test.clock.advance(SignedDuration::from_hours(25));
    let told = world.publish().await;
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, [booking::MOVED], "it is told as a single booking");
    let id: BookingId = changed["occurrences"][0]["booking_id"].as_str().unwrap().parse().unwrap();
    let moved = booking::booking(&table(&world, &club), id).await.unwrap();
    let rule = moved.series.unwrap().recurrence_id.to_string();
    assert_eq!((moved.sequence, rule.as_str()), (1, "2026-12-01T18:00:00"));
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    // All the others move; it stays, unless it is meant, too.
    let all = json!({ "scope": "all", "starts_at": "2026-11-24T21:00" });
    let moved = change(&world, &desk, &made, all).await.data(200);
    assert_eq!(came(&moved), ["moved", "exception", "moved", "moved"]);
    assert_eq!(actions(&world, &club).await.last().unwrap(), "series.changed");
    let all = json!({ "scope": "all", "starts_at": "2026-11-24T21:00", "exceptions": "include" });
    let moved = change(&world, &desk, &made, all).await.data(200);
    assert_eq!(came(&moved), ["unchanged", "moved", "unchanged", "unchanged"]);
    check_days(&world, &club).await;
    world.publish().await;
}

#[tokio::test]
async fn dates_may_have_what_others_of_them_give_up() {
    let (world, club, place) = start().await;
    let ana = member(&world, &club);
    let made = ask(&world, &ana, &place, json!({ "rrule": "FREQ=DAILY;COUNT=40" })).await.data(201);
    // A day later each, and then two days earlier, all but the last and the first into the slots of others.
    let later = json!({ "scope": "all", "starts_at": "2026-11-25T18:00" });
    let changed = change(&world, &ana, &made, later).await.data(200);
    assert_eq!(came(&changed), ["moved"; 40]);
    assert_eq!(starts(&changed)[39], "2027-01-03T18:00:00-03:00");
    let earlier = json!({ "scope": "all", "starts_at": "2026-11-23T18:30" });
    assert_eq!(came(&change(&world, &ana, &made, earlier).await.data(200)), ["moved"; 40]);
    assert_eq!((check_days(&world, &club).await, taken(&world)), (40, 40 * 12));
    // The last one is in somebody's way: it stays, and so does whoever would have had its place.
    let ben = member(&world, &club);
    place.book(&world, &ben, "2027-01-02T18:30", 60).await.data(201);
    let later = json!({ "scope": "all", "starts_at": "2026-11-24T18:30" });
    let changed = change(&world, &ana, &made, later).await.refused(409, "SERIES_CONFLICT");
    assert_eq!(changed["details"]["occurrences"].as_array().unwrap().len(), 40);
    assert_eq!(check_days(&world, &club).await, 41);
    world.publish().await;
}

#[tokio::test]
async fn what_is_over_is_never_touched() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, "America/Argentina/Buenos_Aires", &[60], 0).await;
    let account = AccountId::new();
    let token = || world.test.token(account, Some(club.id), &[Role::Member]);
    let daily = json!({ "starts_at": "2026-11-20T10:00", "rrule": "FREQ=DAILY;COUNT=6" });
    let made = ask(&world, &token(), &place, daily).await.data(201);
    let gone = json!({ "scope": "this", "recurrence_id": "2026-11-23T10:00:00" });
    act(&world, &token(), &made, "cancel", gone).await.data(200);
    // One is there already, and at another nobody came.
    let set = async |at: usize, status: Status| {
        let id = made["occurrences"][at]["booking_id"].as_str().unwrap();
        let table = table(&world, &club);
        let key = table.key(format_args!("BOOKING#{id}"), "BOOKING");
        let update = table::Update::new().set("status", status.as_str());
        table.write(vec![table::Write::update(key, update)]).await.unwrap();
    };
    set(2, Status::CheckedIn).await;
    set(4, Status::NoShow).await;
    world.test.clock.advance(SignedDuration::from_hours(26));
    let later = json!({ "scope": "all", "starts_at": "2026-11-20T12:00" });
    let changed = change(&world, &token(), &made, later).await.data(200);
    assert_eq!(came(&changed), ["past", "past", "checked_in", "given_up", "missed", "moved"]);
    assert_eq!(starts(&changed)[0], "2026-11-20T10:00:00-03:00");
    assert_eq!(starts(&changed)[5], "2026-11-25T12:00:00-03:00");
    world.publish().await;
}

#[tokio::test]
async fn clocks_that_jump_move_a_changed_date_and_it_says_so() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, NEW_YORK, &[30, 60], 0).await;
    let ana = member(&world, &club);
    let nights = json!({ "starts_at": "2027-03-13T12:00", "rrule": "FREQ=DAILY;COUNT=3" });
    let made = ask(&world, &ana, &place, nights).await.data(201);
    let to = |scope: &str, named: &str, start: &str| json!({ "scope": scope, "recurrence_id": named, "starts_at": start });
    let gap = to("all", "2027-03-13T12:00:00", "2027-03-13T02:30");
    let changed = change(&world, &ana, &made, gap).await.data(200);
    assert_eq!(starts(&changed)[1], "2027-03-14T03:30:00-04:00");
    assert_eq!(changed["occurrences"][1]["adjusted"], "gap");
    assert_eq!(changed["occurrences"][2]["adjusted"], Value::Null);
    let nights = json!({ "starts_at": "2027-11-06T12:00", "rrule": "FREQ=DAILY;COUNT=3" });
    let made = ask(&world, &ana, &place, nights).await.data(201);
    let fold = to("this_and_following", "2027-11-07T12:00:00", "2027-11-07T01:30");
    let changed = change(&world, &ana, &made, fold).await.data(200);
    assert_eq!(starts(&changed)[0], "2027-11-07T01:30:00-04:00");
    assert_eq!(changed["occurrences"][0]["adjusted"], "first_of_two");
    // The second of the two is said by its offset, of one date.
    let second = to("this", "2027-11-07T12:00:00", "2027-11-07T01:30-05:00");
    let changed = change(&world, &ana, &changed, second.clone()).await.data(200);
    assert_eq!(starts(&changed)[0], "2027-11-07T01:30:00-05:00");
    let mut all = second;
    all["scope"] = json!("all");
    change(&world, &ana, &changed, all).await.refused(422, "VALIDATION_FAILED");
    check_days(&world, &club).await;
    world.publish().await;
}

#[tokio::test]
async fn who_may_not_and_what_cannot_be_said_changes_nothing() {
    let (world, club, place) = start().await;
    let dear = another(&world, &club, &place, 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let monthly = json!({ "rrule": "FREQ=MONTHLY;BYDAY=4TU;COUNT=3" });
    let made = ask(&world, &ana, &place, monthly).await.data(201);
    let items = world.test.database.items().len();
    let all = json!({ "scope": "all", "starts_at": "2026-11-24T19:00" });
    change(&world, &ben, &made, all.clone()).await.refused(403, "SERIES_NOT_YOURS");
    for (body, status, code) in [
        (json!({ "scope": "all" }), 422, "NOTHING_CHANGES"),
        (json!({ "scope": "all", "starts_at": "2026-11-25T18:00" }), 422, "SERIES_CANNOT_SHIFT"),
        (json!({ "scope": "this", "duration_minutes": 90 }), 404, "OCCURRENCE_NOT_FOUND"),
        (json!({ "scope": "all", "court_id": kernel::CourtId::new() }), 404, "COURT_NOT_FOUND"),
        (json!({ "scope": "all", "court_id": dear.court }), 409, "SERIES_CONFLICT"),
        (json!({ "scope": "all", "duration_minutes": 45 }), 409, "SERIES_CONFLICT"),
        (
            json!({ "scope": "all", "court_id": dear.court, "waive_difference": true }),
            403,
            "PERMISSION_MISSING",
        ),
        (
            json!({ "scope": "all", "participants": [{ "kind": "member", "account_id": AccountId::new() }] }),
            422,
            "PARTICIPANT_UNKNOWN",
        ),
        (
            json!({ "scope": "all", "conflicts": "maybe", "duration_minutes": 60 }),
            422,
            "BODY_INVALID",
        ),
    ] {
        change(&world, &ana, &made, body).await.refused(status, code);
    }
    assert_eq!(world.test.database.items().len(), items);
    // Others play: no time changes, and guests are counted.
    let guests = json!({ "scope": "all", "participants": [{ "kind": "guest" }] });
    let changed = change(&world, &ana, &made, guests).await.data(200);
    assert_eq!(came(&changed), ["changed"; 3]);
    assert_eq!(changed["series"]["participants"], json!([{ "kind": "guest" }]));
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    let waived = json!({ "scope": "all", "court_id": dear.court, "waive_difference": true });
    let moved = change(&world, &desk, &made, waived).await.data(200);
    assert_eq!((came(&moved), &moved["total_price"]["amount"]), (vec!["moved"; 3], &json!(0)));
    act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    change(&world, &ana, &made, all).await.refused(409, "SERIES_OVER");
    world.publish().await;
}

#[tokio::test]
async fn closed_days_stay_closed_to_dates_that_move() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, courts) = world.venue(&club, 1).await;
    let place = Place { venue, court: courts[0] };
    let free = json!({ "price_per_hour": { "amount": 0, "currency": "ARS" } });
    let path = format!("/v1/venues/{venue}/courts/{}", place.court);
    world.test.patch(&path, &club.owner.token, free).await.data(200);
    let ana = member(&world, &club);
    let made = ask(&world, &ana, &place, json!({})).await.data(201);
    let night = json!({ "scope": "all", "starts_at": "2026-11-24T22:30" });
    let error = change(&world, &ana, &made, night).await.refused(409, "SERIES_CONFLICT");
    let dates = error["details"]["occurrences"].as_array().unwrap();
    assert!(dates.iter().all(|one| one["result"] == "closed"), "{dates:?}");
    assert_eq!(dates[0]["reason"]["details"]["reasons"][0]["can_override"], true);
    world.publish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_killed_anywhere_goes_on_and_moves_nothing_twice() {
    let (mut dead, mut calls) = (0, 1);
    loop {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, "America/Argentina/Buenos_Aires", &[60], 0).await;
        let account = AccountId::new();
        let token = || world.test.token(account, Some(club.id), &[Role::Member]);
        let made = ask(&world, &token(), &place, json!({ "rrule": "FREQ=DAILY;COUNT=42" })).await;
        let made = made.data(201);
        world.publish().await;
        let rest = json!({
            "scope": "this_and_following", "recurrence_id": "2026-11-26T18:00:00",
            "starts_at": "2026-11-27T18:30",
        });
        let ana = token();
        let first = change_as(&world, &ana, &made, rest.clone(), "rest");
        let was_running = world.killed_after(calls, first).await.is_none();
        check_days(&world, &club).await;
        world.test.clock.advance(SignedDuration::from_secs(16));
        let changed = change_as(&world, &ana, &made, rest, "rest").await.data(200);
        assert_eq!(came(&changed), ["moved"; 40], "{calls}");
        let dates = changed["occurrences"].as_array().unwrap();
        let other = |one: &Value| one["came"]["other"]["starts_at"].as_str().unwrap().to_owned();
        assert!(other(&dates[0]).starts_with("2026-11-26T18:00"), "it says where it was");
        assert_eq!((check_days(&world, &club).await, of_kind(&world, "series")), (42, 2));
        let told = world.publish().await;
        let count = |kind: &str| told.iter().filter(|event| event.kind == kind).count();
        assert_eq!((count(booking::MOVED), count("series.changed")), (40, 1), "{calls}");
        if !was_running {
            break;
        }
        (dead, calls) = (dead + 1, calls + 7);
    }
    assert!(dead > 3, "{dead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_each_date_is_changed_by_one() {
    for round in 0..4 {
        let (world, club, place) = start().await;
        let ana = member(&world, &club);
        let made = ask(&world, &ana, &place, json!({ "rrule": "FREQ=DAILY;COUNT=40" })).await;
        let made = made.data(201);
        let to = |start: &str| json!({ "scope": "all", "starts_at": start });
        let (one, two) = join(
            change(&world, &ana, &made, to("2026-11-24T20:00")),
            change(&world, &ana, &made, to("2026-11-24T21:30")),
        )
        .await;
        let codes = [&one, &two].map(|answer| answer.body["error"]["code"].as_str());
        let won = [&one, &two].iter().filter(|answer| answer.status == 200).count();
        assert!(won >= 1, "{round}: {codes:?}");
        for code in codes.into_iter().flatten() {
            let known = ["SERIES_CHANGED", "SERIES_CHANGING", "SERIES_OVERTAKEN", "SERIES_BUSY"];
            assert!(known.contains(&code), "{code}");
        }
        assert_eq!(check_days(&world, &club).await, 40);
        let path =
            format!("/v1/series/{}/occurrences?limit=100", made["series"]["id"].as_str().unwrap());
        let dates = world.test.get(&path, &ana).await.data(200);
        let times: BTreeSet<_> = dates
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["starts_at"].as_str().unwrap()[11..].to_owned())
            .collect();
        assert_eq!(times.len(), 1, "one change won them all: {times:?}");
        world.publish().await;
    }
}

#[tokio::test]
async fn a_year_of_weeks_is_changed_by_few_calls() {
    let (world, club, place) = start().await;
    let ana = member(&world, &club);
    let meter = world.test.app.table().meter().clone();
    let spent = async |request: std::pin::Pin<Box<dyn Future<Output = Answer> + '_>>, status| {
        let before = meter.usage();
        let answer = request.await.data(status);
        (answer, meter.usage().since(before).round_trips)
    };
    let year = json!({ "starts_at": "2026-11-21T18:00", "rrule": "FREQ=WEEKLY;COUNT=53" });
    let (made, booked) =
        spent(Box::pin(ask_as(&world, &ana, &place, year, Some("a year"))), 201).await;
    assert_eq!(made["booked"], 53);
    let strict = json!({ "scope": "all", "starts_at": "2026-11-21T19:00", "conflicts": "refuse" });
    change(&world, &ana, &made, strict).await.refused(422, "SERIES_TOO_LONG");
    let later = json!({ "scope": "all", "starts_at": "2026-11-21T19:00" });
    let (changed, moved) =
        spent(Box::pin(change_as(&world, &ana, &made, later, "later")), 200).await;
    assert_eq!(came(&changed), ["moved"; 53]);
    let gone = Box::pin(act(&world, &ana, &made, "cancel", json!({ "scope": "all" })));
    let (_, cancelled) = spent(gone, 200).await;
    println!("calls of the table: booked {booked}, changed {moved}, cancelled {cancelled}");
    assert!(booked <= 20 && moved <= 40 && cancelled <= 40, "{booked} {moved} {cancelled}");
    assert_eq!(check_days(&world, &club).await, 0);
    world.publish().await;
}

/// Something that somebody does with a series; another that it becomes is added to them.
async fn take(world: &World, token: &str, place: &Place, all: &mut Vec<Value>, steps: &mut Steps) {
    const SCOPES: [&str; 3] = ["this", "this_and_following", "all"];
    let first: Date = "2026-11-24".parse().unwrap();
    let day = |days: u64| {
        let days = i64::try_from(days).unwrap() - 2;
        first.checked_add(kernel::jiff::Span::new().days(days)).unwrap()
    };
    let half_hours = 20 + steps.below(24);
    let time = format!("{:02}:{:02}", half_hours / 2, half_hours % 2 * 30);
    let (at, kind) = (2 + steps.below(12), steps.below(8));
    let made = json!({ "series": all[usize::try_from(steps.below(all.len() as u64)).unwrap()] });
    let named = format!("{}T18:00:00", day(at));
    let answer = match kind {
        0 | 1 => {
            place.book(world, token, &format!("{}T{time}", day(at)), 60).await;
            return;
        }
        2 => act(world, token, &made, "rebook", json!({})).await,
        3 => {
            let scope = SCOPES[usize::try_from(steps.below(2)).unwrap()];
            let body = json!({ "scope": scope, "recurrence_id": named });
            act(world, token, &made, "cancel", body).await
        }
        _ => {
            let strict = steps.below(2) == 1;
            let body = json!({
                "scope": SCOPES[usize::try_from(steps.below(3)).unwrap()], "recurrence_id": named,
                "starts_at": format!("{}T{time}", day(at - 2 + steps.below(5))),
                "conflicts": if strict { "refuse" } else { "skip" },
                "exceptions": if strict { "include" } else { "keep" },
            });
            change(world, token, &made, body).await
        }
    };
    assert!([200, 404, 409].contains(&answer.status.as_u16()), "{}", answer.body);
    let series = &answer.body["data"]["series"];
    if answer.status == 200 && all.iter().all(|one| one["id"] != series["id"]) {
        all.push(series.clone());
    }
}

#[tokio::test]
async fn whatever_changes_no_booking_is_lost_or_doubled() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let mut steps = Steps(20_261_121);
    let mut split = 0;
    for _ in 0..8 {
        let place = place(&world, &club, "America/Argentina/Buenos_Aires", &[60], 0).await;
        let token = member(&world, &club);
        let made = ask(&world, &token, &place, json!({ "rrule": "FREQ=DAILY;COUNT=12" })).await;
        let mut all = vec![made.data(201)["series"].clone()];
        for _ in 0..10 {
            take(&world, &token, &place, &mut all, &mut steps).await;
            check_days(&world, &club).await;
        }
        split += all.len() - 1;
    }
    assert!(split > 3, "{split}");
    world.publish().await;
}
