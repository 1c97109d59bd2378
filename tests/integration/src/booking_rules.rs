//! The club's rules, from what staff write to what members are told.

use booking::{RuleBook, Rules};
use futures::future::join;
use jiff::SignedDuration;
use kernel::{AccountId, BookingId, jiff};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    bookings::{Place, id, member, of_kind, place, table},
    world::{Club, Person, World},
};

const BUENOS_AIRES: &str = "America/Argentina/Buenos_Aires";

fn path(place: &Place) -> String {
    format!("/v1/venues/{}/booking-rules", place.venue)
}

/// A court free of charge at a venue with these rules.
async fn ruled(world: &World, club: &Club, rules: Value) -> Place {
    let place = place(world, club, BUENOS_AIRES, &[60], 0).await;
    world.test.put(&path(&place), &club.owner.token, rules).await.data(200);
    place
}

async fn another_court(world: &World, club: &Club, place: &Place) -> Place {
    let court = json!({
        "name": "Dos", "sport": "padel", "surface": "hard", "indoor": false,
        "durations_minutes": [60], "price_per_hour": { "amount": 0, "currency": "ARS" },
    });
    let path = format!("/v1/venues/{}/courts", place.venue);
    let court = world.test.post(&path, &club.owner.token, court).await.data(201);
    Place { venue: place.venue, court: court["id"].as_str().unwrap().parse().unwrap() }
}

fn one_per_week(of: &str) -> Value {
    let most = json!({ "kind": "bookings", "count": 1 });
    json!({ "quotas": [{ "name": "weekly", "most": most, "per": "week", "of": of }] })
}

/// A wish with more fields.
fn with(place: &Place, start: &str, mut more: Value) -> Value {
    let mut wish = place.wish(start, 60);
    wish.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    wish
}

fn codes(refusal: &Value) -> Vec<&str> {
    let reasons = refusal["details"]["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

async fn log(world: &World, club: &Club, action: &str) -> Vec<Value> {
    let log = world.test.get("/v1/audit-log?limit=100", &club.owner.token).await.data(200);
    log.as_array().unwrap().iter().filter(|it| it["action"] == action).cloned().collect()
}

#[tokio::test]
async fn rules_are_written_on_their_version_and_the_log_says_so() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (token, place) = (&club.owner.token, place(&world, &club, BUENOS_AIRES, &[60], 0).await);
    let read = world.test.get(&path(&place), token).await;
    assert_eq!(read.header("etag"), Some("\"0\""));
    let defaults = read.data(200);
    assert_eq!((&defaults["quotas"], &defaults["may_overlap"]), (&json!([]), &json!(true)));
    let write = async |version: &str, rules: Value| {
        let call = world.test.call("PUT", &path(&place)).token(token).json(&rules);
        call.header("if-match", version).send().await
    };
    let written = write("\"0\"", one_per_week("member")).await;
    assert_eq!(written.header("etag"), Some("\"1\""));
    assert_eq!(written.data(200)["quotas"][0]["per"], "week");
    write("\"0\"", json!({})).await.refused(412, "STALE_VERSION");
    let same = write("\"1\"", one_per_week("member")).await;
    assert_eq!(same.header("etag"), Some("\"1\""));
    let unknown = json!({ "ages": [{ "min_years": 3, "scope": { "hours": "night" } }] });
    let refused = write("\"1\"", unknown).await.refused(422, "VALIDATION_FAILED");
    assert_eq!(refused["details"]["violations"][0]["path"], "ages[0].scope.hours");
    write("\"1\"", json!({ "quota": [] })).await.refused(422, "BODY_INVALID");
    let read = world.test.get(&path(&place), token).await;
    assert_eq!(read.header("etag"), Some("\"1\""));

    let log = log(&world, &club, "booking_rules.changed").await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["actor"], json!(club.owner.account));
    assert_eq!(log[0]["target"], json!(place.venue));
    assert_eq!(log[0]["before"], json!({ "quotas": [] }));
    assert_eq!(log[0]["after"]["quotas"][0]["name"], "weekly");

    let venue = format!("/v1/venues/{}", place.venue);
    assert_eq!(world.test.delete(&venue, token).await.status, 204);
    write("\"1\"", json!({})).await.refused(409, "VENUE_RETIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_write_rules_at_once_one_is_told_to_read_again() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 0).await;
    let write = async |minutes: u32| {
        let rules = json!({ "notice": [{ "minutes": minutes }] });
        let call = world.test.call("PUT", &path(&place)).token(&club.owner.token).json(&rules);
        call.header("if-match", "\"0\"").send().await
    };
    let (first, second) = join(write(5), write(10)).await;
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let book = booking::rule_book(&table(&world, &club), place.venue).await.unwrap();
    assert_eq!(book.version, 1);
    // Whoever read before the other wrote is refused by the write itself, too.
    let late = RuleBook { rules: Rules::default(), version: 1 };
    let late = booking::put_rule_book(&table(&world, &club), place.venue, &late).unwrap();
    let refused = table(&world, &club).write(vec![late]).await.unwrap_err();
    assert_eq!(refused.code(), "STALE_VERSION");
}

#[tokio::test]
async fn every_reason_is_told_at_once_and_asking_writes_nothing() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let rules = json!({
        "windows": [{ "opens": { "kind": "days_ahead", "days": 1 } }],
        "concurrent": [{ "most": 0 }],
        "ages": [{ "min_years": 18 }],
        "levels": [{ "sport": "padel", "min_hundredths": 300 }],
    });
    let place = ruled(&world, &club, rules).await;
    let ana = member(&world, &club);
    let expected = [
        "DURATION_NOT_ALLOWED",
        "WINDOW_NOT_OPEN",
        "OFF_GRID",
        "TOO_MANY_BOOKINGS",
        "LEVEL_UNKNOWN",
        "AGE_UNKNOWN",
    ];
    let wish = place.wish("2026-11-25T18:10", 90);
    let written = world.test.database.items();
    let refused = world.test.post("/v1/bookings", &ana, wish.clone()).await;
    let refused = refused.refused(422, "DURATION_NOT_ALLOWED");
    assert_eq!(codes(&refused), expected);
    let window = &refused["details"]["reasons"][1];
    assert_eq!(window["retry_at"], "2026-11-24T03:00:00.000Z");
    assert_eq!((&window["rule"], &window["can_override"]), (&json!("window"), &json!(true)));
    let checked = world.test.post("/v1/bookings/check", &ana, wish).await.data(200);
    assert_eq!(checked["reasons"], refused["details"]["reasons"]);
    assert_eq!(checked["allowed"], false);
    assert_eq!(world.test.database.items().len(), written.len());
}

#[tokio::test]
async fn a_check_says_what_a_booking_would_cost_and_who_has_the_court() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let check = async |start: &str| {
        world.test.post("/v1/bookings/check", &ben, place.wish(start, 60)).await.data(200)
    };
    let checked = check("2026-11-21T18:00").await;
    assert_eq!((&checked["allowed"], &checked["reasons"]), (&json!(true), &json!([])));
    assert_eq!(checked["price"], json!({ "amount": 12_000, "currency": "ARS" }));
    assert_eq!((of_kind(&world, "booking"), of_kind(&world, "payment")), (0, 0));
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    let checked = check("2026-11-21T18:00").await;
    assert_eq!(checked["reasons"][0]["code"], "SLOT_TAKEN");
    assert_eq!(checked["reasons"][0]["can_waitlist"], true);
    let past = check("2026-11-20T08:00").await;
    assert_eq!(past["reasons"][0]["code"], "START_IN_PAST");
    assert_eq!((&past["price"], &past["allowed"]), (&Value::Null, &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_bookings_at_once_with_one_left_in_the_quota_one_wins() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let first = ruled(&world, &club, one_per_week("member")).await;
    let second = another_court(&world, &club, &first).await;
    for _ in 0..8 {
        let ana = member(&world, &club);
        let hour = of_kind(&world, "booking") + 1;
        let start = format!("2026-11-23T{hour:02}:00");
        let both =
            join(first.book(&world, &ana, &start, 60), second.book(&world, &ana, &start, 60));
        let both: (Answer, Answer) = both.await;
        let (won, lost) = if both.0.status == 201 { both } else { (both.1, both.0) };
        won.data(201);
        let refused = lost.refused(409, "QUOTA_REACHED");
        assert_eq!(refused["details"]["quota"], "weekly");
    }
    assert_eq!(of_kind(&world, "booking"), 8);
}

/// Ana, and her daughter, for whom staff book.
async fn family(world: &World, club: &Club) -> (Person, AccountId) {
    let ana = world.member(club, "ana").await;
    let child = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    let nina = world.test.post("/v1/users/me/children", &ana.token, child).await.data(201);
    world.drain().await;
    (ana, nina["id"].as_str().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_shares_its_quota_however_they_race() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let first = ruled(&world, &club, one_per_week("family")).await;
    let second = another_court(&world, &club, &first).await;
    let (ana, nina) = family(&world, &club).await;
    for week in 0..4 {
        let day =
            jiff::civil::date(2026, 11, 23).checked_add(jiff::Span::new().weeks(week)).unwrap();
        let start = format!("{day}T18:00");
        let hers = with(&second, &start, json!({ "account_id": nina }));
        let both: (Answer, Answer) = join(
            first.book(&world, &ana.token, &start, 60),
            world.test.post("/v1/bookings", &club.owner.token, hers),
        )
        .await;
        let (won, lost) = if both.0.status == 201 { both } else { (both.1, both.0) };
        won.data(201);
        lost.refused(409, "QUOTA_REACHED");
        let again = with(&second, &format!("{day}T20:00"), json!({ "account_id": nina }));
        let again = world.test.post("/v1/bookings", &club.owner.token, again).await;
        again.refused(409, "QUOTA_REACHED");
    }
    assert_eq!(of_kind(&world, "booking"), 4);
    // Others have families of their own.
    let ben = member(&world, &club);
    first.book(&world, &ben, "2026-11-24T18:00", 60).await.data(201);
}

#[tokio::test]
async fn staff_override_by_name_and_the_log_says_which_rules_for_whom() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let rules = json!({ "concurrent": [{ "most": 0 }], "notice": [{ "minutes": 40_000 }] });
    let place = ruled(&world, &club, rules).await;
    let ask = async |token: &str, more: Value| {
        world.test.post("/v1/bookings", token, with(&place, "2026-11-23T18:00", more)).await
    };
    let both = json!(["notice", "concurrent", "age"]);
    ask(&ana.token, json!({ "override": both })).await.refused(403, "PERMISSION_MISSING");
    let porter = world.test.token(AccountId::new(), Some(club.id), &[kernel::Role::FrontDesk]);
    let for_ana = json!({ "account_id": ana.account, "override": both });
    ask(&porter, for_ana.clone()).await.refused(403, "PERMISSION_MISSING");
    let owner = &club.owner.token;
    ask(owner, json!({ "override": ["weather"] })).await.refused(422, "BODY_INVALID");
    let one = json!({ "account_id": ana.account, "override": ["notice"] });
    let refused = ask(owner, one).await.refused(409, "TOO_MANY_BOOKINGS");
    assert_eq!(codes(&refused), ["TOO_MANY_BOOKINGS"]);
    let checked = with(&place, "2026-11-23T18:00", for_ana.clone());
    let checked = world.test.post("/v1/bookings/check", owner, checked).await.data(200);
    assert_eq!(checked["allowed"], true);
    assert!(log(&world, &club, "booking.overridden").await.is_empty());

    let booked = ask(owner, for_ana.clone()).await.data(201);
    assert_eq!(booked["booking"]["account_id"], json!(ana.account));
    let booking: BookingId = id(&booked);
    let kept = booking::booking(&table(&world, &club), booking).await.unwrap();
    assert_eq!(json!(kept.overridden), json!(["notice", "concurrent"]));
    assert_eq!(kept.made_by, Some(club.owner.account));
    let told = log(&world, &club, "booking.overridden").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["actor"], json!(club.owner.account));
    assert_eq!(told[0]["target"], json!(booking));
    assert_eq!(told[0]["after"]["account_id"], json!(ana.account));
    assert_eq!(told[0]["after"]["overridden"], json!(["notice", "concurrent"]));
    // Nobody overrides that somebody else has the court, and what was refused is not told.
    let refused = ask(owner, for_ana).await.refused(409, "SLOT_TAKEN");
    assert_eq!(codes(&refused), ["SLOT_TAKEN"]);
    assert_eq!(log(&world, &club, "booking.overridden").await.len(), 1);
    // Where nothing was in the way, nothing was overridden.
    world.test.put(&path(&place), owner, json!({})).await.data(200);
    let free = with(&place, "2026-11-23T20:00", json!({ "override": ["quota"] }));
    world.test.post("/v1/bookings", owner, free).await.data(201);
    assert_eq!(log(&world, &club, "booking.overridden").await.len(), 1);
}

#[tokio::test]
async fn staff_book_for_a_member_by_the_member_s_own_rules() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (ana, ben) = (world.member(&club, "ana").await, world.member(&club, "ben").await);
    let rules = json!({ "concurrent": [{ "for": { "roles": ["member"] }, "most": 1 }] });
    let place = ruled(&world, &club, rules).await;
    let owner = &club.owner.token;
    let book = async |token: &str, hour: u8, account: AccountId| {
        let start = format!("2026-11-23T{hour:02}:00");
        let wish = with(&place, &start, json!({ "account_id": account }));
        world.test.post("/v1/bookings", token, wish).await
    };
    book(owner, 8, ana.account).await.data(201);
    book(owner, 9, ana.account).await.refused(409, "TOO_MANY_BOOKINGS");
    place.book(&world, &ana.token, "2026-11-23T09:00", 60).await.refused(409, "TOO_MANY_BOOKINGS");
    book(owner, 9, ben.account).await.data(201);
    // The rule is not for the owner.
    book(owner, 10, club.owner.account).await.data(201);
    book(owner, 11, club.owner.account).await.data(201);
    book(owner, 12, AccountId::new()).await.refused(404, "USER_NOT_FOUND");
    book(&ben.token, 12, ana.account).await.refused(403, "PERMISSION_MISSING");
    let guest = json!({ "roles": ["guest"] });
    world.test.put(&format!("/v1/members/{}/roles", ana.account), owner, guest).await.data(200);
    book(owner, 12, ana.account).await.data(201);
    world
        .test
        .post(&format!("/v1/members/{}/suspend", ben.account), owner, Value::Null)
        .await
        .data(200);
    let refused = book(owner, 13, ben.account).await.refused(409, "TOO_MANY_BOOKINGS");
    assert_eq!(codes(&refused), ["TOO_MANY_BOOKINGS", "MEMBER_SUSPENDED"]);
}

#[tokio::test]
async fn a_window_opens_at_its_instant_in_the_week_of_a_clock_change() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, "America/New_York", &[60], 0).await;
    let days = json!({ "kind": "days_ahead", "days": 7, "at": "08:00" });
    let rules = json!({ "windows": [{ "opens": days }] });
    world.test.put(&path(&place), &club.owner.token, rules).await.data(200);
    // The clocks of New York go forward in the night to 14 March 2027, when it is 08:00 at 12:00Z; at 13:00Z a week
    // before.
    for (start, opens_at) in [
        ("2027-03-20T18:00", "2027-03-13T13:00:00.000Z"),
        ("2027-03-21T18:00", "2027-03-14T12:00:00.000Z"),
    ] {
        let instant: jiff::Timestamp = opens_at.parse().unwrap();
        let wait = instant.duration_since(world.now()) - SignedDuration::from_millis(1);
        world.test.clock.advance(wait);
        let ana = member(&world, &club);
        let refused = place.book(&world, &ana, start, 60).await.refused(409, "WINDOW_NOT_OPEN");
        assert_eq!(refused["details"]["reasons"][0]["retry_at"], opens_at);
        world.test.clock.advance(SignedDuration::from_millis(1));
        place.book(&world, &ana, start, 60).await.data(201);
    }
}

#[tokio::test]
async fn rules_know_how_well_and_how_old_a_member_is() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let rules = json!({
        "ages": [{ "min_years": 18 }],
        "levels": [{ "sport": "padel", "min_hundredths": 300 }],
    });
    let place = ruled(&world, &club, rules).await;
    let wish = place.wish("2026-11-23T18:00", 60);
    let check = async || {
        let checked = world.test.post("/v1/bookings/check", &ana.token, wish.clone()).await;
        let reasons = checked.data(200)["reasons"].as_array().unwrap().clone();
        let code = |reason: &Value| reason["code"].as_str().unwrap().to_owned();
        reasons.iter().map(code).collect::<Vec<_>>()
    };
    assert_eq!(check().await, ["LEVEL_UNKNOWN", "AGE_UNKNOWN"]);
    let level = json!({ "level": 2.5 });
    world.test.put("/v1/users/me/sports/padel", &ana.token, level).await.data(200);
    // She turns 18 on the day of the booking.
    let birth = json!({ "birth_date": "2008-11-23" });
    world.test.patch("/v1/users/me", &ana.token, birth).await.data(200);
    assert_eq!(check().await, ["LEVEL_TOO_LOW"]);
    let padel = format!("/v1/users/{}/sports/padel", ana.account);
    world.test.put(&padel, &club.owner.token, json!({ "level": 3.0 })).await.data(200);
    assert!(check().await.is_empty());
    place.book(&world, &ana.token, "2026-11-22T18:00", 60).await.refused(403, "TOO_YOUNG");
    place.book(&world, &ana.token, "2026-11-23T18:00", 60).await.data(201);
}
