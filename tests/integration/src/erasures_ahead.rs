//! What somebody who is erased had ahead: cancelled, refunded and freed, once.

use futures::future::{join, join_all};
use kernel::Event;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::policy,
    bookings::table,
    payments::{Held, Place},
};

const PAID: &str = "2026-11-23T10:00";
const HELD: &str = "2026-11-23T12:00";

/// What Marta has ahead: one booking that is paid, one that is held, a place in a waiting list, and a feed.
struct Ahead {
    place: Place,
    paid: Held,
    held: Held,
    entry: String,
}

impl Ahead {
    async fn start() -> Self {
        let place = Place::open().await;
        // Players lose all of it when they cancel; the club gives all of it back.
        let nothing_back = json!({
            "cancellation": {
                "blocked_minutes": 43_200, "penalty_minutes": 43_200,
                "tiers": [{ "hours_before": 720, "percent": 10 }],
            },
            "strikes": { "limit": 1, "per_days": 30, "suspend_days": 3 },
        });
        policy(&place.world, &place.club, place.venue, nothing_back).await;
        let (paid, _) = place.paid(PAID).await;
        let held = place.hold(HELD).await;
        let test = &place.world.test;
        let wish = json!({
            "venue_id": place.venue, "date": "2026-11-23", "courts": "any", "from": "12:00",
            "until": "13:00", "duration_minutes": 60,
        });
        let entry = test.post("/v1/waitlist", &place.member.token, wish).await.data(201);
        let feed = json!({ "scope": "my_bookings" });
        test.post("/v1/calendar/feeds", &place.member.token, feed).await.data(201);
        place.world.drain().await;
        Self { entry: entry["id"].as_str().unwrap().to_owned(), place, paid, held }
    }

    async fn erase(&self) -> Answer {
        let path = format!("/v1/users/{}/erase", self.place.member.account);
        self.place.world.test.post(&path, &self.place.owner(), Value::Null).await
    }

    /// All of it is gone, once; `events` are those that the erasure told.
    async fn check_gone(&self, certificate: &Value, events: &[Event]) {
        assert_eq!(certificate["status"], "completed");
        let removed = &certificate["removed"];
        assert_eq!(
            [&removed["bookings_ahead"], &removed["waitlist_entries"], &removed["calendar_feeds"]],
            [&json!(2), &json!(1), &json!(1)]
        );
        let paid = self.place.booking(&self.paid).await;
        assert_eq!(paid["status"], "cancelled");
        assert_eq!(
            paid["cancellation"],
            json!({
                "rule": "waived", "refund_percent": 100, "strike": false, "refund_to": "card",
                "refund": { "amount": 12_000, "currency": "ARS" }, "still_due": null,
            })
        );
        let held = self.place.booking(&self.held).await;
        assert_eq!(
            (&held["status"], &held["cancellation"]["refund"]),
            (&json!("cancelled"), &Value::Null)
        );
        assert_eq!(self.place.payment(&self.paid).await["refundable"]["amount"], 0);
        let count = |kind: &str| events.iter().filter(|event| event.kind == kind).count();
        assert_eq!((count(booking::CANCELLED), count("payment.refund_requested")), (2, 1));
        let own = table(&self.place.world, &self.place.club);
        let diary = booking::diary(&own, self.place.member.account).await.unwrap();
        assert!(diary.entries.is_empty() && diary.strikes.is_empty());
        let entry = waitlist::entry(&own, self.entry.parse().unwrap()).await.unwrap();
        assert_eq!(entry.status, waitlist::Status::Left);
        let items = self.place.world.test.database.items();
        let feeds = items.iter().filter(|item| item["PK"]["S"].as_str().unwrap().contains("#FEED"));
        assert_eq!(feeds.count(), 0);
    }

    /// The courts can be booked again.
    async fn check_free(&self) {
        let eva = self.place.world.member(&self.place.club, "eva").await;
        for start in [PAID, HELD] {
            let (venue, court) = (self.place.venue, self.place.court);
            self.place.world.book(&eva, venue, court, start).await.data(201);
        }
    }
}

#[tokio::test]
async fn what_is_ahead_is_cancelled_refunded_and_freed() {
    let ahead = Ahead::start().await;
    let certificate = ahead.erase().await.data(200);
    let events = ahead.place.world.publish().await;
    ahead.check_gone(&certificate, &events).await;
    let freed = events.iter().filter(|event| event.kind == booking::CANCELLED);
    let freed = freed.map(|event| event.data::<booking::BookingFact>().unwrap().freed);
    assert!(freed.into_iter().all(|freed| freed.is_some()), "whoever waits gets it");
    assert_eq!(ahead.erase().await.data(200), certificate);
    ahead.check_free().await;
    let verdict = ahead.place.world.test.get("/v1/audit-log/verify", &ahead.place.owner()).await;
    assert_eq!(verdict.data(200)["intact"], true);
}

#[tokio::test]
async fn what_is_over_stays_as_it_was() {
    let ahead = Ahead::start().await;
    let begun = "2026-11-23T13:30:00Z".parse::<kernel::jiff::Timestamp>().unwrap();
    let clock = &ahead.place.world.test.clock;
    clock.advance(begun.duration_since(clock.now()));
    let certificate = ahead.erase().await.data(200);
    // The hold has ended, and nobody had met it yet.
    assert_eq!(certificate["removed"]["bookings_ahead"], 1);
    assert_eq!(ahead.place.booking(&ahead.paid).await["status"], "confirmed");
}

#[tokio::test]
async fn an_erasure_that_is_killed_anywhere_goes_on_and_does_nothing_twice() {
    let (mut killed, mut calls) = (0, 0);
    loop {
        let ahead = Ahead::start().await;
        let mut dead = false;
        // Killed twice at the same place, then left in peace.
        for _ in 0..2 {
            dead |= Box::pin(ahead.place.world.killed_after(calls, ahead.erase())).await.is_none();
        }
        let certificate = ahead.erase().await.data(200);
        let events = ahead.place.world.publish().await;
        ahead.check_gone(&certificate, &events).await;
        if !dead {
            break;
        }
        (killed, calls) = (killed + 1, calls + 3);
    }
    assert!(killed > 6, "{killed}");
}

#[tokio::test]
async fn erasures_at_once_cancel_once() {
    let ahead = Ahead::start().await;
    for answer in join_all((0..4).map(|_| ahead.erase())).await {
        assert!([200, 409].contains(&answer.status.as_u16()), "{}", answer.body);
    }
    let certificate = ahead.erase().await.data(200);
    let events = ahead.place.world.publish().await;
    ahead.check_gone(&certificate, &events).await;
}

#[tokio::test]
async fn who_books_while_they_are_erased_has_nothing_in_the_end() {
    for _ in 0..3 {
        let ahead = Ahead::start().await;
        let place = &ahead.place;
        let late = place.world.book(&place.member, place.venue, place.court, "2026-11-24T10:00");
        let (late, erased) = join(late, ahead.erase()).await;
        erased.data(200);
        if late.status == 201 {
            let path =
                format!("/v1/bookings/{}", late.body["data"]["booking"]["id"].as_str().unwrap());
            let seen = place.world.test.get(&path, &place.owner()).await.data(200);
            assert_eq!(seen["status"], "cancelled");
        }
    }
}
