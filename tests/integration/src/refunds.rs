//! Money goes back: once, never more than was paid, and the books show it.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::payments::{Held, Place, START, api_fault};

const EVENTS: &str = "booking-events";

impl Place {
    async fn refund(&self, held: &Held, body: Value) -> testkit::Answer {
        let path = format!("/v1/payments/{}/refund", held.payment);
        self.world.test.post(&path, &self.owner(), body).await
    }

    /// Status and refunded amount.
    async fn standing(&self, held: &Held) -> (String, i64) {
        let payment = self.payment(held).await;
        let status = payment["status"].as_str().unwrap().to_owned();
        (status, payment["refunded"]["amount"].as_i64().unwrap())
    }

    /// The messages that ask for refunds.
    async fn requests(&self) -> Vec<String> {
        let events = self.world.publish().await.into_iter();
        let asked = events.filter(|event| event.kind == "payment.refund_requested");
        asked.map(|event| serde_json::to_string(&event).unwrap()).collect()
    }
}

#[tokio::test]
async fn staff_give_back_a_part_and_then_the_rest() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    let asked = place.refund(&held, json!({ "amount": 4_000 })).await;
    assert_eq!(asked.header("location"), Some(&*format!("/v1/payments/{}", held.payment)));
    let asked = asked.data(202);
    assert_eq!(
        (&asked["status"], &asked["refundable"]["amount"]),
        (&json!("refund_requested"), &json!(8_000))
    );
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("partially_refunded".to_owned(), 4_000));
    let refused =
        place.refund(&held, json!({ "amount": 8_001 })).await.refused(422, "REFUND_TOO_LARGE");
    assert_eq!(refused["details"]["refundable"], json!({ "amount": 8_000, "currency": "ARS" }));
    place.refund(&held, json!({})).await.data(202);
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("refunded".to_owned(), 12_000));
    place.refund(&held, json!({})).await.refused(409, "NOTHING_TO_REFUND");
    let amounts: Vec<_> =
        place.world.provider.refunds().iter().map(|refund| refund["amount"].clone()).collect();
    assert_eq!(amounts, [json!(40), json!(80)]);
    assert_eq!(place.references().await.len(), 3);
    let expected = [
        // The provider keeps its fee.
        ("assets:provider:mercadopago".to_owned(), -600),
        ("expenses:provider_fees".to_owned(), 600),
        ("income:court_bookings".to_owned(), 0),
    ];
    assert_eq!(place.accounts().await, expected);
    assert_eq!(place.world.provider.payment(id).unwrap()["status"], "refunded");
    assert_eq!(place.booking(&held).await["status"], "confirmed", "a refund cancels nothing");
    assert_eq!(place.mails().len(), 3, "confirmed, and each refund");
}

#[tokio::test]
async fn wrong_refunds_are_refused() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    place.refund(&held, json!({})).await.refused(409, "PAYMENT_NOT_PAID");
    place.try_to_pay(&held, "approved").await;
    place.world.drain().await;
    let before = place.items();
    for (body, code) in [
        (json!({ "amount": 0 }), "VALIDATION_FAILED"),
        (json!({ "amount": -5 }), "VALIDATION_FAILED"),
        (json!({ "amount": "5" }), "BODY_INVALID"),
        (json!({ "amount": 1.5 }), "BODY_INVALID"),
        (json!({ "sum": 5 }), "BODY_INVALID"),
        (json!({ "amount": 12_001 }), "REFUND_TOO_LARGE"),
    ] {
        place.refund(&held, body).await.refused(422, code);
    }
    let path = format!("/v1/payments/{}/refund", held.payment);
    let member = place.world.test.post(&path, &place.member.token, json!({})).await;
    member.refused(403, "PERMISSION_MISSING");
    assert_eq!(place.items(), before);
}

#[tokio::test]
async fn a_cancelled_paid_booking_is_refunded() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    let path = format!("/v1/bookings/{}/cancel", held.booking);
    place.world.test.post(&path, &place.member.token, json!({})).await.data(200);
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("refunded".to_owned(), 12_000));
    assert_eq!(place.payment(&held).await["refunds"][0]["reason"], "booking_cancelled");
    assert_eq!(place.references().await.len(), 2);
    place.hold(START).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_refunds_of_everything_one_is_made() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    let answers = join_all((0..10).map(|_| place.refund(&held, json!({})))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 1);
    assert!(answers.iter().all(|answer| [202, 409].contains(&answer.status.as_u16())));
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("refunded".to_owned(), 12_000));
    assert_eq!(place.world.provider.refunds().len(), 1);
}

#[tokio::test]
async fn a_refund_asked_for_twice_is_made_and_booked_once() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    place.refund(&held, json!({ "amount": 5_000 })).await.data(202);
    let requests = place.requests().await;
    assert_eq!(requests.len(), 1);
    let twice = vec![requests[0].clone(), requests[0].clone(), "poison".to_owned()];
    assert_eq!(place.world.deliver(EVENTS, twice).await, [2]);
    place.settle_all().await;
    assert_eq!(place.world.deliver(EVENTS, requests).await, [0_usize; 0]);
    assert_eq!(place.standing(&held).await, ("partially_refunded".to_owned(), 5_000));
    assert_eq!(place.world.provider.refunds().len(), 1);
    assert_eq!(place.references().await.len(), 2);
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_not_made_twice() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    place.refund(&held, json!({ "amount": 5_000 })).await.data(202);
    let requests = place.requests().await;
    // Nothing happens: the provider fails when it is asked what it knows.
    place.world.provider.misbehave(api_fault(Some(503), 0, 1));
    assert_eq!(place.world.deliver(EVENTS, requests.clone()).await, [0]);
    assert_eq!(place.world.provider.refunds().len(), 0);
    // It happens, and the answer comes too late: every answer of the next two calls does.
    place.world.provider.misbehave(api_fault(None, 2_500, 2));
    let slow = place.world.deliver(EVENTS, requests.clone());
    let lost = tokio::time::timeout(std::time::Duration::from_millis(3_500), slow);
    assert!(lost.await.is_err(), "the process is killed while it waits for the answer");
    assert_eq!(place.world.provider.refunds().len(), 1);
    place.world.provider.misbehave(local::provider::Faults::default());
    assert_eq!(place.world.deliver(EVENTS, requests).await, [0_usize; 0]);
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("partially_refunded".to_owned(), 5_000));
    assert_eq!(place.world.provider.refunds().len(), 1);
    assert_eq!(place.world.provider.payment(id).unwrap()["transaction_amount_refunded"], 50);
    assert_eq!(place.references().await.len(), 2);
}

#[tokio::test]
async fn a_refund_that_the_provider_refuses_is_shown_and_can_be_repeated() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    // While the payer disputes it, the provider gives nothing back.
    place.world.provider.set_status(id, "in_mediation");
    place.refund(&held, json!({})).await.data(202);
    let requests = place.requests().await;
    assert_eq!(place.world.deliver(EVENTS, requests).await, [0_usize; 0]);
    let payment = place.payment(&held).await;
    assert_eq!(
        (&payment["status"], &payment["problem"]["code"]),
        (&json!("approved"), &json!("REFUND_REFUSED"))
    );
    assert_eq!(payment["refunds"][0]["status"], "failed");
    assert_eq!(payment["refundable"]["amount"], 12_000);
    place.world.provider.set_status(id, "approved");
    place.refund(&held, json!({})).await.data(202);
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("refunded".to_owned(), 12_000));
}

#[tokio::test]
async fn money_given_back_at_the_provider_is_booked_too() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    for amount in [3_000, 9_000] {
        place.world.provider.give_back(id, amount);
        place.settle_all().await;
        place.world.provider.resend(id);
        place.settle_all().await;
    }
    assert_eq!(place.standing(&held).await, ("refunded".to_owned(), 12_000));
    let refunds = place.payment(&held).await["refunds"].clone();
    assert!(refunds.as_array().unwrap().iter().all(|refund| refund["reason"] == "at_provider"));
    assert_eq!(place.references().await.len(), 3);
}

#[tokio::test]
async fn a_refund_list_that_is_left_out_is_asked_for() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    place.world.provider.change(id, &json!({ "refunds": [] }));
    place.world.provider.give_back(id, 3_000);
    place.settle_all().await;
    assert_eq!(place.standing(&held).await, ("partially_refunded".to_owned(), 3_000));
}

#[tokio::test]
async fn a_chargeback_is_booked_once() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    place.world.provider.set_status(id, "charged_back");
    for _ in 0..2 {
        place.world.provider.resend(id);
        place.settle_all().await;
    }
    let payment = place.payment(&held).await;
    assert_eq!(payment["problem"]["code"], "CHARGED_BACK");
    let mut expected =
        [format!("mercadopago:chargeback:{id}"), format!("mercadopago:payment:{id}")];
    expected.sort();
    assert_eq!(place.references().await, expected);
    place.refund(&held, json!({})).await.refused(409, "PAYMENT_CHARGED_BACK");
}
