//! Where a booking is paid, who may see it, and what the books show.

use kernel::jiff::SignedDuration;
use serde_json::{Value, json};

use crate::payments::{Held, Place, START, api_fault};

impl Place {
    async fn checkout(&self, booking: &str, token: &str) -> testkit::Answer {
        let path = format!("/v1/bookings/{booking}/checkout");
        self.world.test.call("POST", &path).token(token).send().await
    }
}

#[tokio::test]
async fn a_lost_link_comes_back_the_same() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let again = place.checkout(&held.booking, &place.member.token).await.data(200);
    assert!(again["url"].as_str().unwrap().ends_with(&held.preference));
    assert_eq!(again["payment_id"], held.payment);
    assert_eq!(again["expires_at"], "2026-11-20T12:10:00.000Z");
}

#[tokio::test]
async fn a_page_that_the_provider_did_not_make_at_once_is_made_when_asked_for() {
    let place = Place::open().await;
    place.world.provider.misbehave(api_fault(Some(500), 0, 2));
    let booked = place.world.book(&place.member, place.venue, place.court, START).await.data(201);
    place.world.drain().await;
    assert_eq!(booked["checkout"], Value::Null);
    let booking = booked["booking"]["id"].as_str().unwrap();
    let refused = place.checkout(booking, &place.member.token).await;
    refused.refused(503, "PROVIDER_OUTCOME_UNKNOWN");
    let checkout = place.checkout(booking, &place.member.token).await.data(200);
    let url = checkout["url"].as_str().unwrap().to_owned();
    let held = Held {
        booking: booking.to_owned(),
        payment: checkout["payment_id"].as_str().unwrap().to_owned(),
        preference: url.rsplit('/').next().unwrap().to_owned(),
    };
    let id = place.try_to_pay(&held, "approved").await;
    place.world.drain().await;
    place.check_paid_once(&held, id).await;
}

#[tokio::test]
async fn what_cannot_be_paid_any_more_has_no_page() {
    let place = Place::open().await;
    let (paid, _) = place.paid(START).await;
    let refused = place.checkout(&paid.booking, &place.member.token).await;
    refused.refused(409, "BOOKING_CONFIRMED");
    let held = place.hold("2026-11-21T20:00").await;
    place.world.test.clock.advance(SignedDuration::from_mins(10));
    let refused = place.checkout(&held.booking, &place.member.token).await;
    refused.refused(409, "CHECKOUT_EXPIRED");
    let cancel = format!("/v1/bookings/{}/cancel", held.booking);
    place.world.test.post(&cancel, &place.member.token, json!({})).await.data(200);
    place.world.drain().await;
    let refused = place.checkout(&held.booking, &place.member.token).await;
    refused.refused(409, "BOOKING_CANCELLED");
}

#[tokio::test]
async fn only_the_payer_and_staff_see_a_payment() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let other = place.world.member(&place.club, "nora").await;
    let path = format!("/v1/payments/{}", held.payment);
    let own = place.world.test.get(&path, &place.member.token).await;
    assert_eq!(own.header("etag"), Some("\"2\""));
    let own = own.data(200);
    assert_eq!((&own["status"], &own["amount"]["amount"]), (&json!("created"), &json!(12_000)));
    assert!(own["checkout_url"].as_str().unwrap().ends_with(&held.preference));
    place.world.test.get(&path, &other.token).await.refused(403, "PAYMENT_NOT_YOURS");
    place.checkout(&held.booking, &other.token).await.refused(403, "BOOKING_NOT_YOURS");
    place.world.test.get(&path, &place.owner()).await.data(200);
    let unknown = "/v1/payments/pay_00000000000000000000000000000000";
    place.world.test.get(unknown, &place.member.token).await.refused(404, "PAYMENT_NOT_FOUND");
    let wrong = place.world.test.get("/v1/payments/12345", &place.member.token).await;
    wrong.refused(404, "NOT_FOUND");
    place.world.drain().await;
}

#[tokio::test]
async fn the_books_are_read_in_pages_and_by_staff_alone() {
    let place = Place::open().await;
    for start in [START, "2026-11-21T19:00", "2026-11-21T20:00"] {
        place.paid(start).await;
        place.world.test.clock.advance(SignedDuration::from_secs(1));
    }
    let token = &place.owner();
    let (mut path, mut seen) = ("/v1/ledger/transactions?limit=1".to_owned(), Vec::new());
    loop {
        let answer = place.world.test.get(&path, token).await;
        let page = answer.body["meta"]["page"].clone();
        seen.extend(answer.data(200).as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/ledger/transactions?limit=1&cursor={cursor}");
        assert!(seen.len() < 5, "the pages never end");
    }
    assert_eq!(seen.len(), 3);
    assert!(seen[0]["time"].as_str() > seen[2]["time"].as_str(), "latest first");
    let mut references = place.references().await;
    references.dedup();
    assert_eq!(references.len(), 3);
    assert_eq!(place.accounts().await[2], ("income:court_bookings".to_owned(), -36_000));
    for path in ["/v1/ledger/accounts", "/v1/ledger/transactions"] {
        let refused = place.world.test.get(path, &place.member.token).await;
        refused.refused(403, "PERMISSION_MISSING");
    }
    let wrong = place.world.test.get("/v1/ledger/transactions?limit=0", token).await;
    wrong.refused(422, "LIMIT_OUT_OF_RANGE");
}

#[tokio::test]
async fn a_hold_schedules_its_own_end_and_other_events_are_no_business_here() {
    let place = Place::open().await;
    place.world.book(&place.member, place.venue, place.court, START).await.data(201);
    let delayed = place.world.drain().await;
    assert_eq!((delayed.len(), delayed[0].delay_seconds), (1, 601));
    let body: Value = serde_json::from_str(&delayed[0].body).unwrap();
    assert_eq!(body["hold_expires_at"], "2026-11-20T12:10:00.000Z");
    let event = json!({
        "id": "evt_00000000000000000000000000000001", "type": "booking.moved", "version": 1,
        "time": place.world.now(), "club_id": place.club.id, "correlation_id": "c", "data": {},
    });
    let mut held = event.clone();
    held["type"] = json!("booking.held");
    let mut refund = event.clone();
    refund["type"] = json!("payment.refund_requested");
    let poison = [event, held, refund].map(|event| event.to_string()).to_vec();
    assert_eq!(place.world.deliver("booking-events", poison).await, [0, 1, 2]);
}
