//! The provider is asked again where nobody has told, and the last word is shown to people.

use kernel::jiff::SignedDuration;
use local::provider::{Faults, WebhookFaults};
use serde_json::{Value, json};

use crate::payments::{Held, Place, START, api_fault};

impl Place {
    async fn run_job(&self) {
        job_unknown_payments::handle(self.world.test.app.clone()).await.unwrap();
    }

    async fn after(&self, pause: SignedDuration) {
        self.world.test.clock.advance(pause);
        self.run_job().await;
    }

    fn lose_webhooks(&self) {
        let webhook = WebhookFaults { drop: true, ..WebhookFaults::default() };
        self.world.provider.misbehave(Faults { webhook, ..Faults::default() });
    }

    /// Payments that are to be asked about, of all clubs.
    fn watched(&self) -> usize {
        let items = self.world.test.database.items();
        let watched = |item: &&Value| {
            item["GSI2PK"]["S"].as_str().is_some_and(|pk| pk.starts_with("P#POLL#"))
        };
        items.iter().filter(watched).count()
    }

    async fn problem(&self, held: &Held) -> Value {
        self.payment(held).await["problem"]["code"].clone()
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn a_payment_whose_webhook_was_lost_is_found() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    place.lose_webhooks();
    let id = place.try_to_pay(&held, "approved").await;
    place.after(10 * MINUTE).await;
    assert_eq!(place.payment(&held).await["status"], "created", "not before the hold has ended");
    place.after(2 * MINUTE).await;
    place.world.drain().await;
    place.check_paid_once(&held, id).await;
    assert_eq!(place.watched(), 0);
    place.after(DAY).await;
}

#[tokio::test]
async fn an_unpaid_checkout_is_asked_about_once() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    assert_eq!(place.watched(), 1);
    place.after(12 * MINUTE).await;
    assert_eq!(place.payment(&held).await["status"], "abandoned");
    assert_eq!((place.watched(), place.problem(&held).await), (0, Value::Null));
    // Should somebody have paid after all, it still counts.
    place.world.provider.make_payment(&held.preference, "approved").unwrap();
    place.world.provider.idle().await;
    place.world.drain().await;
    assert_eq!(place.payment(&held).await["status"], "approved");
}

#[tokio::test]
async fn a_silent_provider_is_asked_again_on_schedule_and_then_shown() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    place.lose_webhooks();
    place.try_to_pay(&held, "approved").await;
    place.world.provider.misbehave(api_fault(Some(500), 0, 1_000));
    place.after(12 * MINUTE).await;
    for pause in [5 * MINUTE, HOUR, DAY, DAY, DAY, DAY, DAY] {
        assert_eq!(place.watched(), 1);
        assert_eq!(place.problem(&held).await, Value::Null);
        place.after(pause - MINUTE).await;
        assert_eq!(place.watched(), 1, "too early");
        place.after(MINUTE).await;
    }
    assert_eq!((place.watched(), place.problem(&held).await), (0, json!("STILL_UNKNOWN")));
    assert_eq!(place.payment(&held).await["status"], "created", "nobody knows");
}

#[tokio::test]
async fn an_answer_after_an_hour_settles_it() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    place.lose_webhooks();
    let id = place.try_to_pay(&held, "approved").await;
    place.world.provider.misbehave(api_fault(Some(500), 0, 2));
    place.after(12 * MINUTE).await;
    place.after(5 * MINUTE).await;
    assert_eq!(place.payment(&held).await["status"], "created");
    place.after(HOUR).await;
    place.world.drain().await;
    place.check_paid_once(&held, id).await;
}

#[tokio::test]
async fn a_pending_payment_is_asked_about_after_an_hour_and_a_day() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let id = place.try_to_pay(&held, "in_process").await;
    place.world.drain().await;
    assert_eq!(place.payment(&held).await["status"], "pending");
    place.after(HOUR).await;
    assert_eq!(
        (place.payment(&held).await["status"].clone(), place.watched()),
        (json!("pending"), 1)
    );
    place.after(DAY).await;
    assert_eq!((place.watched(), place.problem(&held).await), (0, json!("STILL_PENDING")));
    place.world.provider.change(id, &json!({ "status": "cancelled" }));
    place.world.provider.resend(id);
    place.world.provider.idle().await;
    place.world.drain().await;
    assert_eq!(place.payment(&held).await["status"], "declined");
}

#[tokio::test]
async fn a_refund_whose_event_was_lost_is_carried_out() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    let path = format!("/v1/payments/{}/refund", held.payment);
    place.world.test.post(&path, &place.owner(), json!({})).await.data(202);
    place.world.publish().await;
    place.after(6 * MINUTE).await;
    place.world.provider.idle().await;
    place.world.drain().await;
    let payment = place.payment(&held).await;
    assert_eq!(
        (&payment["status"], &payment["refunded"]["amount"]),
        (&json!("refunded"), &json!(12_000))
    );
    assert_eq!((place.world.provider.refunds().len(), place.watched()), (1, 0));
}

#[tokio::test]
async fn a_club_whose_account_is_closed_hinders_no_other() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let other = place.world.club("sur").await;
    let (venue, courts) = place.world.venue(&other, 1).await;
    let member = place.world.member(&other, "sofia").await;
    place.world.book(&member, venue, courts[0], START).await.data(201);
    place.world.drain().await;
    place.world.provider.close_account("token-sur");
    place.after(12 * MINUTE).await;
    assert_eq!(place.payment(&held).await["status"], "abandoned");
    assert_eq!(place.watched(), 1, "the other club's payment is asked about again");
}
