//! What nobody pays in time is owed: once, by whom it was asked, until it is paid or forgiven.

use futures::future::join;
use kernel::jiff::SignedDuration;
use local::provider::Faults;
use serde_json::{Value, json};

use crate::{
    booking_policies::actions,
    payments::{Place, api_fault},
    splits::UNTIL_OWED,
    world::Person,
};

const WEBHOOKS: &str = "payment-webhooks.fifo";

impl Place {
    async fn run(&self) {
        job_unknown_payments::handle(self.world.test.app.clone()).await.unwrap();
    }

    pub(crate) async fn fall_due(&self) {
        self.world.test.clock.advance(UNTIL_OWED);
        self.run().await;
    }

    pub(crate) async fn debts(&self, person: &Person) -> Vec<Value> {
        let token = self.token_of(person);
        let debts = self.world.test.get("/v1/users/me/debts", &token).await.data(200);
        debts.as_array().unwrap().clone()
    }

    async fn may_book(&self, person: &Person, start: &str) -> Result<(), Value> {
        let body = json!({
            "venue_id": self.venue, "court_id": self.court, "starts_at": start,
            "duration_minutes": 60,
        });
        let answer = self
            .world
            .test
            .post("/v1/bookings/check", &self.token_of(person), body)
            .await
            .data(200);
        match answer["reasons"].as_array().unwrap().first() {
            None => Ok(()),
            Some(reason) => Err(reason["code"].clone()),
        }
    }
}

/// A club where ben owes a share of 60.00, and the booking.
async fn with_debt() -> (Place, Person, String) {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    let booking = place.shared(&[&ben]).await;
    place.fall_due().await;
    place.world.drain().await;
    (place, ben, booking)
}

#[tokio::test]
async fn an_unpaid_share_is_owed_two_hours_after_the_end_and_blocks_until_it_is_paid() {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    let booking = place.shared(&[&ben]).await;
    place.world.test.clock.advance(UNTIL_OWED - SignedDuration::from_mins(3));
    place.run().await;
    assert_eq!(place.debts(&ben).await, [Value::Null; 0], "not before");
    assert_eq!(place.may_book(&ben, "2026-11-23T18:00").await, Ok(()));
    place.world.test.clock.advance(SignedDuration::from_mins(3));
    for _ in 0..3 {
        place.run().await;
    }
    let debts = place.debts(&ben).await;
    assert_eq!(debts.len(), 1);
    assert_eq!(debts[0]["amount"], json!({ "amount": 6_000, "currency": "ARS" }));
    assert_eq!((&debts[0]["booking_id"], &debts[0]["purpose"]), (&json!(booking), &json!("share")));
    assert_eq!(place.debts(&place.member).await, [Value::Null; 0], "the owner has paid");
    assert_eq!(place.may_book(&ben, "2026-11-23T18:00").await, Err(json!("DEBTS_OPEN")));
    let events = place.world.publish().await;
    assert_eq!(events.iter().filter(|event| event.kind == "payment.owed").count(), 1);
    place.pay(&ben, &booking).await;
    assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
    assert_eq!(place.may_book(&ben, "2026-11-23T18:00").await, Ok(()));
    assert_eq!((place.income().await, place.references().await.len()), (12_000, 2));
}

#[tokio::test]
async fn who_owes_is_told_once_how_much_and_where_to_pay() {
    let (place, ben, booking) = with_debt().await;
    let told = || {
        let mails = place.world.test.cloud.mails().into_iter();
        let owed = mails.filter(|mail| mail.text.contains("Debes ARS 60,00"));
        owed.map(|mail| (mail.to, mail.text)).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(told().len(), 1);
        place.run().await;
        place.world.drain().await;
    }
    let (to, text) = told().remove(0);
    assert!(to == ben.email && text.contains(&format!("&booking={booking}\n")), "{text}");
    // What was paid before its news arrived is no news.
    let booking = place.shared_at("2026-11-23T18:00", &[&ben]).await;
    place.world.test.clock.advance(SignedDuration::from_hours(48));
    place.run().await;
    assert_eq!(place.debts(&ben).await.len(), 2);
    for debt in place.debts(&ben).await {
        let (id, payment) = (debt["booking_id"].as_str().unwrap(), &debt["payment_id"]);
        let path = format!("/v1/bookings/{id}/payments/{}/settle", payment.as_str().unwrap());
        place.world.test.post(&path, &place.desk(), json!({ "method": "cash" })).await.data(200);
    }
    place.world.drain().await;
    assert_eq!((told().len(), place.standing_of(&booking).await[1].2.as_str()), (1, "paid"));
}

#[tokio::test]
async fn a_debt_whose_payment_nobody_tells_of_is_found() {
    let (place, ben, booking) = with_debt().await;
    let page = place.page(&ben, &booking).await;
    let webhook = local::provider::WebhookFaults { drop: true, ..Default::default() };
    place.world.provider.misbehave(Faults { webhook, ..Faults::default() });
    place.world.provider.make_payment(&page, "approved").unwrap();
    place.world.provider.idle().await;
    place.run().await;
    assert_eq!(place.debts(&ben).await.len(), 1);
    place.world.test.clock.advance(SignedDuration::from_hours(1));
    place.run().await;
    assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
}

#[tokio::test]
async fn staff_forgive_a_debt_and_what_is_paid_for_it_then_goes_back() {
    let (place, ben, booking) = with_debt().await;
    let page = place.page(&ben, &booking).await;
    let debt = place.debts(&ben).await.remove(0);
    let path = format!("/v1/debts/{}/forgive", debt["payment_id"].as_str().unwrap());
    let token = place.token_of(&ben);
    place.world.test.post(&path, &token, Value::Null).await.refused(403, "PERMISSION_MISSING");
    let of_ben = format!("/v1/users/{}/debts", ben.account);
    let other = place.token_of(&place.member);
    place.world.test.get(&of_ben, &other).await.refused(403, "PERMISSION_MISSING");
    assert_eq!(place.world.test.get(&of_ben, &place.owner()).await.data(200), json!([debt]));
    let unknown = format!("/v1/users/{}/debts", kernel::AccountId::new());
    place.world.test.get(&unknown, &place.owner()).await.refused(404, "MEMBER_NOT_FOUND");
    let forgiven = place.world.test.post(&path, &place.owner(), Value::Null).await.data(200);
    assert_eq!((&forgiven["state"], &forgiven["owed_since"]), (&json!("forgiven"), &Value::Null));
    place.world.test.post(&path, &place.owner(), Value::Null).await.refused(409, "NOT_OWED");
    assert_eq!(actions(&place.world, &place.club).await.last().unwrap(), "debt.forgiven");
    assert_eq!(place.may_book(&ben, "2026-11-23T18:00").await, Ok(()));
    place.checkout_of(&ben, &booking).await.refused(409, "BILL_CLOSED");
    place.world.provider.make_payment(&page, "approved").unwrap();
    place.world.provider.idle().await;
    place.quiet().await;
    assert_eq!((place.income().await, place.world.provider.refunds().len()), (6_000, 1));
    assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_debt_of_a_booking_that_staff_cancel_afterwards_is_lifted() {
    let (place, ben, booking) = with_debt().await;
    place.verb(&place.owner(), &booking, "cancel?waive=true").await.data(200);
    place.run().await;
    place.quiet().await;
    assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
    assert_eq!(place.income().await, 0);
}

#[tokio::test]
async fn a_job_that_is_killed_anywhere_makes_one_debt() {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    let (mut killed, mut owed_then) = (0, 0);
    for calls in 0..14 {
        let made = usize::try_from(calls).unwrap();
        let start = place.world.now().strftime("%Y-%m-%dT22:00").to_string();
        place.shared_at(&start, &[&ben]).await;
        place.world.drain().await;
        place.world.test.clock.advance(SignedDuration::from_hours(24));
        let run = job_unknown_payments::handle(place.world.test.app.clone());
        let done = Box::pin(place.world.killed_after(calls, run)).await;
        killed += usize::from(done.is_none());
        owed_then += place.debts(&ben).await.len() - made;
        place.run().await;
        place.run().await;
        assert_eq!(place.debts(&ben).await.len(), made + 1, "killed after {calls} calls");
        let events = place.world.publish().await;
        assert_eq!(events.iter().filter(|event| event.kind == "payment.owed").count(), 1);
    }
    assert!(killed > 3 && owed_then > 0, "{killed} were killed, {owed_then} had done it by then");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_share_that_is_paid_at_the_moment_it_is_owed_is_no_debt() {
    for _ in 0..8 {
        let place = Place::open().await;
        let ben = place.world.member(&place.club, "ben").await;
        let booking = place.shared(&[&ben]).await;
        let page = place.page(&ben, &booking).await;
        place.world.provider.make_payment(&page, "approved").unwrap();
        place.world.provider.idle().await;
        place.world.test.clock.advance(UNTIL_OWED);
        let webhooks = place.webhooks();
        let ((), failed) = join(place.run(), place.world.deliver(WEBHOOKS, webhooks)).await;
        assert_eq!(failed, [0_usize; 0]);
        assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
        assert_eq!((place.income().await, place.references().await.len()), (12_000, 2));
        assert_eq!(place.standing_of(&booking).await[1].2, "paid");
    }
}

#[tokio::test]
async fn nobody_owes_what_a_silent_provider_may_have_taken() {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    let booking = place.shared(&[&ben]).await;
    let page = place.page(&ben, &booking).await;
    let webhook = local::provider::WebhookFaults { drop: true, ..Default::default() };
    place.world.provider.misbehave(Faults { webhook, ..Faults::default() });
    place.world.provider.make_payment(&page, "approved").unwrap();
    place.world.provider.idle().await;
    place.world.provider.misbehave(api_fault(Some(500), 0, 50));
    place.fall_due().await;
    assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
    place.world.provider.misbehave(Faults::default());
    place.world.test.clock.advance(SignedDuration::from_mins(6));
    place.run().await;
    assert_eq!(place.debts(&ben).await, [Value::Null; 0]);
    assert_eq!(place.standing_of(&booking).await[1].2, "paid");
}
