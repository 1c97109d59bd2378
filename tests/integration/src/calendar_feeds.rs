//! Calendar feeds: their addresses, their contents, who still sees them.

use futures::future::join_all;
use kernel::{BookingId, jiff::SignedDuration};
use serde_json::{Value, json};
use table::{Update, Write};
use testkit::Answer;

use crate::{
    bookings::{id, member, place, table},
    world::{Club, Person, World},
};

const NEW_YORK: &str = "America/New_York";

async fn ask(world: &World, token: &str, wanted: &Value) -> Answer {
    world.test.post("/v1/calendar/feeds", token, wanted.clone()).await
}

/// A feed of one's own bookings: its id, and the path of its address.
async fn own_feed(world: &World, token: &str) -> (String, String) {
    made(&ask(world, token, &json!({ "scope": "my_bookings" })).await.data(201))
}

fn made(feed: &Value) -> (String, String) {
    let url = feed["url"].as_str().unwrap();
    let path = url.split_once("/v1/").map(|(_, rest)| format!("/v1/{rest}")).unwrap();
    (feed["id"].as_str().unwrap().to_owned(), path)
}

async fn read(world: &World, path: &str) -> Answer {
    world.test.call("GET", path).send().await
}

/// The calendar, unfolded.
async fn calendar(world: &World, path: &str) -> String {
    let answer = read(world, path).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.as_str().unwrap().replace("\r\n ", "")
}

/// The one event of a booking.
fn event(calendar: &str, booking: BookingId) -> String {
    let mut events = calendar.split("BEGIN:VEVENT").skip(1);
    let found = events.find(|event| event.contains(&format!("UID:{booking}@")));
    found.expect("an event of the booking").to_owned()
}

async fn with_member() -> (World, Club, Person) {
    let (world, club) = World::with_club().await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

#[tokio::test]
async fn a_feed_s_address_is_shown_once_and_reads_one_s_bookings() {
    let (world, club, ana) = with_member().await;
    let place = place(&world, &club, NEW_YORK, &[60], 0).await;
    let mine = place.book(&world, &ana.token, "2027-03-13T18:00", 60).await.data(201);
    let others = place.book(&world, &member(&world, &club), "2027-03-13T20:00", 60).await.data(201);
    let created = ask(&world, &ana.token, &json!({ "scope": "my_bookings" })).await.data(201);
    let (feed, path) = made(&created);
    let secret = path.rsplit('/').next().unwrap();
    assert!(secret.len() > 80);
    // Neither the list nor the table has the address.
    let listed = world.test.get("/v1/calendar/feeds", &ana.token).await.data(200);
    assert_eq!((&listed[0]["id"], &listed[0]["scope"]), (&json!(feed), &json!("my_bookings")));
    assert_eq!(listed[0]["last_used_on"], Value::Null);
    let kept = serde_json::to_string(&world.test.database.items()).unwrap();
    assert!(!listed.to_string().contains(secret) && !kept.contains(secret));

    let answer = read(&world, &path).await;
    assert_eq!(answer.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("private, max-age=300"));
    let text = calendar(&world, &path).await;
    let own = event(&text, id(&mine));
    assert!(own.contains("DTSTART;TZID=America/New_York:20270313T180000\r\n"), "{own}");
    assert!(own.contains("DTEND;TZID=America/New_York:20270313T190000\r\n"));
    assert!(own.contains("SEQUENCE:0\r\nSTATUS:CONFIRMED\r\n"));
    assert!(!text.contains(&id(&others).to_string()) && !text.contains("acc_"));
    assert!(text.contains("BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n"));
    let listed = world.test.get("/v1/calendar/feeds", &ana.token).await.data(200);
    assert_eq!(listed[0]["last_used_on"], "2026-11-20");
}

#[tokio::test]
async fn an_unchanged_calendar_is_not_sent_again() {
    let (world, club, ana) = with_member().await;
    let place = place(&world, &club, NEW_YORK, &[60], 0).await;
    let booked = place.book(&world, &ana.token, "2027-03-13T18:00", 60).await.data(201);
    let (_, path) = own_feed(&world, &ana.token).await;
    let etag = read(&world, &path).await.header("etag").unwrap().to_owned();
    let again = async || world.test.call("GET", &path).header("if-none-match", &etag).send().await;
    world.test.clock.advance(SignedDuration::from_hours(3));
    let same = again().await;
    assert_eq!((same.status.as_u16(), same.body.clone()), (304, Value::Null));
    assert_eq!(same.header("etag"), Some(&*etag));
    let token = world.log_in(&ana.email, &club.slug).await;
    let cancel = format!("/v1/bookings/{}/cancel", id(&booked));
    world.test.post(&cancel, &token, Value::Null).await.data(200);
    let changed = again().await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(&*etag));
    world.drain().await;
}

#[tokio::test]
async fn a_cancelled_booking_stays_for_thirty_days_as_cancelled() {
    let (world, club, ana) = with_member().await;
    let place = place(&world, &club, NEW_YORK, &[60], 0).await;
    let booked = place.book(&world, &ana.token, "2027-03-13T18:00", 60).await.data(201);
    let (_, path) = own_feed(&world, &ana.token).await;
    let cancel = format!("/v1/bookings/{}/cancel", id(&booked));
    world.test.post(&cancel, &ana.token, Value::Null).await.data(200);
    let gone = event(&calendar(&world, &path).await, id(&booked));
    assert!(gone.contains("SEQUENCE:1\r\nSTATUS:CANCELLED\r\n"), "{gone}");
    world.test.clock.advance(SignedDuration::from_hours(30 * 24) - SignedDuration::from_secs(1));
    event(&calendar(&world, &path).await, id(&booked));
    world.test.clock.advance(SignedDuration::from_secs(1));
    assert!(!calendar(&world, &path).await.contains("VEVENT"));
    world.drain().await;
}

#[tokio::test]
async fn a_moved_occurrence_keeps_its_place_in_the_series() {
    let (world, club, ana) = with_member().await;
    let place = place(&world, &club, NEW_YORK, &[60], 0).await;
    let booked = place.book(&world, &ana.token, "2027-03-13T18:00", 60).await.data(201);
    let series = kernel::SeriesId::new();
    let table = table(&world, &club);
    let of =
        table::Value::of(&json!({ "series_id": series, "recurrence_id": "2027-03-12T17:00:00" }));
    let update = Update::new().set("series", of.unwrap()).set("sequence", 2_u64);
    let key = table.key(format!("BOOKING#{}", id(&booked)), "BOOKING");
    table.write(vec![Write::update(key, update)]).await.unwrap();
    let (_, path) = own_feed(&world, &ana.token).await;
    let text = calendar(&world, &path).await;
    let expected = format!(
        "UID:{series}@clubpulse\r\nRECURRENCE-ID;TZID=America/New_York:20270312T170000\r\n"
    );
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("SEQUENCE:2\r\n"));
    assert!(text.contains("DTSTART;TZID=America/New_York:20270313T180000\r\n"));
}

#[tokio::test]
async fn a_removed_feed_is_not_there_and_nobody_removes_another_s() {
    let (world, club, ana) = with_member().await;
    let (feed, path) = own_feed(&world, &ana.token).await;
    let one = format!("/v1/calendar/feeds/{feed}");
    let other = member(&world, &club);
    world.test.delete(&one, &other).await.refused(404, "FEED_NOT_FOUND");
    world.test.delete(&one, &club.owner.token).await.refused(404, "FEED_NOT_FOUND");
    assert_eq!(read(&world, &path).await.status, 200);
    assert_eq!(world.test.delete(&one, &ana.token).await.status, 204);
    read(&world, &path).await.refused(404, "FEED_NOT_FOUND");
    world.test.delete(&one, &ana.token).await.refused(404, "FEED_NOT_FOUND");
    let listed = world.test.get("/v1/calendar/feeds", &ana.token).await.data(200);
    assert_eq!(listed, json!([]));
}

#[tokio::test]
async fn an_address_that_is_not_one_shows_nothing() {
    let (world, club, ana) = with_member().await;
    let (_, path) = own_feed(&world, &ana.token).await;
    let sur = world.club("sur").await;
    world.drain().await;
    let last = path.trim_end_matches(".ics");
    let (kept, end) = last.split_at(last.len() - 4);
    let bent = format!("{kept}{}.ics", if end == "AAAA" { "BBBB" } else { "AAAA" });
    // The same feed and secret under another club: its id and club are part of the address.
    let other = own_feed(&world, &sur.owner.token).await.1;
    let (start, file) = path.rsplit_once('/').unwrap();
    let (_, other_file) = other.rsplit_once('/').unwrap();
    let mixed = format!("{start}/{}{}", &file[..20], &other_file[20..]);
    for wrong in [&bent, last, &format!("{path}x"), "/v1/ical/.ics", &mixed] {
        read(&world, wrong).await.refused(404, "FEED_NOT_FOUND");
    }
    assert_eq!(read(&world, &path).await.status, 200);
    let listed = world.test.get("/v1/calendar/feeds", &club.owner.token).await.data(200);
    assert_eq!(listed, json!([]));
}

#[tokio::test]
async fn staff_s_feeds_show_a_court_or_a_venue_and_are_told() {
    let (world, club, ana) = with_member().await;
    let one = place(&world, &club, NEW_YORK, &[60], 0).await;
    let two = place(&world, &club, NEW_YORK, &[60], 0).await;
    let court = json!({ "scope": "court", "venue_id": one.venue, "court_id": one.court });
    let venue = json!({ "scope": "venue", "venue_id": one.venue });
    for wanted in [&court, &venue] {
        ask(&world, &ana.token, wanted).await.refused(403, "PERMISSION_MISSING");
    }
    let elsewhere = json!({ "scope": "court", "venue_id": two.venue, "court_id": one.court });
    ask(&world, &club.owner.token, &elsewhere).await.refused(404, "COURT_NOT_FOUND");
    let here = one.book(&world, &ana.token, "2026-11-21T18:00", 60).await.data(201);
    let there = two.book(&world, &ana.token, "2026-11-21T19:00", 60).await.data(201);
    let far = one.book(&world, &ana.token, "2027-03-13T18:00", 60).await.data(201);
    for wanted in [&court, &venue] {
        let (_, path) = made(&ask(&world, &club.owner.token, wanted).await.data(201));
        let text = calendar(&world, &path).await;
        event(&text, id(&here));
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1, "{text}");
        assert!(!text.contains(&id(&there).to_string()) && !text.contains(&id(&far).to_string()));
    }
    let log = world.test.get("/v1/audit-log?limit=100", &club.owner.token).await.data(200);
    assert_eq!(log.to_string().matches("calendar_feed.created").count(), 2);
}

#[tokio::test]
async fn whoever_may_not_see_it_any_more_loses_their_feed() {
    let (world, club, ana) = with_member().await;
    let place = place(&world, &club, NEW_YORK, &[60], 0).await;
    let own = own_feed(&world, &ana.token).await.1;
    let roles = async |roles: &[&str]| {
        let path = format!("/v1/members/{}/roles", ana.account);
        let body = json!({ "roles": roles });
        world.test.call("PUT", &path).token(&club.owner.token).json(&body).send().await.data(200);
    };
    roles(&["member", "manager"]).await;
    let manager = world.log_in(&ana.email, &club.slug).await;
    let venue = json!({ "scope": "venue", "venue_id": place.venue });
    let staff = made(&ask(&world, &manager, &venue).await.data(201)).1;
    assert_eq!(read(&world, &staff).await.status, 200);
    roles(&["member"]).await;
    read(&world, &staff).await.refused(404, "FEED_NOT_FOUND");
    assert_eq!(read(&world, &own).await.status, 200);
    let suspend = format!("/v1/members/{}/suspend", ana.account);
    world.test.post(&suspend, &club.owner.token, Value::Null).await.data(200);
    read(&world, &own).await.refused(404, "FEED_NOT_FOUND");
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_feeds_at_once_no_more_than_twenty_are_made() {
    let (world, club) = World::with_club().await;
    let ana = member(&world, &club);
    let wanted = json!({ "scope": "my_bookings" });
    let mut left = 20;
    // Those that meet on the counter are told so and ask again.
    for _ in 0..20 {
        let answers = join_all((0..5).map(|_| ask(&world, &ana, &wanted))).await;
        left -= answers.iter().filter(|answer| answer.status == 201).count();
        if left == 0 {
            break;
        }
    }
    assert_eq!(left, 0);
    ask(&world, &ana, &wanted).await.refused(409, "FEED_LIMIT_REACHED");
    let listed = world.test.get("/v1/calendar/feeds?limit=100", &ana).await.data(200);
    assert_eq!(listed.as_array().unwrap().len(), 20);
    let path = format!("/v1/calendar/feeds/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(world.test.delete(&path, &ana).await.status, 204);
    ask(&world, &ana, &wanted).await.data(201);
}

#[tokio::test]
async fn an_api_key_has_no_feeds() {
    let (world, club) = World::with_club().await;
    let key = json!({ "name": "Website", "permissions": ["booking:self"] });
    let key = world.test.post("/v1/api-keys", &club.owner.token, key).await.data(201);
    let key = key["key"].as_str().unwrap();
    let wanted = json!({ "scope": "my_bookings" });
    ask(&world, key, &wanted).await.refused(403, "FEED_NEEDS_MEMBER");
}

#[tokio::test]
async fn an_address_is_asked_a_hundred_times_a_minute_at_most() {
    let world = World::start().await;
    let unknown = "/v1/ical/unknown.ics";
    for _ in 0..100 {
        let answer = world.test.call("GET", unknown).from_address("192.0.2.7").send().await;
        answer.refused(404, "FEED_NOT_FOUND");
    }
    let answer = world.test.call("GET", unknown).from_address("192.0.2.7").send().await;
    answer.refused(429, "RATE_LIMITED");
}
