//! A booking is paid: what the provider says is booked once and confirms once, whatever happens on the way.

use futures::future::join_all;
use kernel::{CourtId, Role, VenueId, jiff::SignedDuration};
use local::provider::{ApiFaults, Faults, WebhookFaults};
use serde_json::{Value, json};

use crate::world::{Club, Person, World, message};

pub(crate) const START: &str = "2026-11-21T18:00";
const WEBHOOKS: &str = "payment-webhooks.fifo";

/// A booking that waits for its payment.
pub(crate) struct Held {
    pub(crate) booking: String,
    pub(crate) payment: String,
    /// The provider's checkout page.
    pub(crate) preference: String,
}

/// A club with one court, and a member who may book it.
pub(crate) struct Place {
    pub(crate) world: World,
    pub(crate) club: Club,
    pub(crate) member: Person,
    pub(crate) venue: VenueId,
    pub(crate) court: CourtId,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

impl Place {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let member = world.member(&club, "marta").await;
        let (venue, courts) = world.venue(&club, 1).await;
        world.drain().await;
        Self { world, club, member, venue, court: courts[0] }
    }

    /// A fresh token of the owner's: tests move the clock further than a token lasts.
    pub(crate) fn owner(&self) -> String {
        self.world.test.token(self.club.owner.account, Some(self.club.id), &[Role::Owner])
    }

    /// The member holds an hour for 120.00; what follows from that is done.
    pub(crate) async fn hold(&self, starts_at: &str) -> Held {
        let answer = self.world.book(&self.member, self.venue, self.court, starts_at).await;
        let booked = answer.data(201);
        self.world.drain().await;
        let url = text(&booked["checkout"]["url"]);
        Held {
            booking: text(&booked["booking"]["id"]),
            payment: text(&booked["checkout"]["payment_id"]),
            preference: url.rsplit('/').next().unwrap().to_owned(),
        }
    }

    /// Somebody tries to pay, with this outcome at the provider, whose webhooks arrive.
    pub(crate) async fn try_to_pay(&self, held: &Held, status: &str) -> u64 {
        let id = self.world.provider.make_payment(&held.preference, status).unwrap();
        self.world.provider.idle().await;
        id
    }

    /// Held, paid, and everything that follows done.
    pub(crate) async fn paid(&self, starts_at: &str) -> (Held, u64) {
        let held = self.hold(starts_at).await;
        let id = self.try_to_pay(&held, "approved").await;
        self.world.drain().await;
        assert_eq!(self.booking(&held).await["status"], "confirmed");
        (held, id)
    }

    /// All that follows is done; the provider tells of its refunds, too.
    pub(crate) async fn settle_all(&self) {
        self.world.drain().await;
        self.world.provider.idle().await;
        self.world.drain().await;
    }

    pub(crate) async fn booking(&self, held: &Held) -> Value {
        let path = format!("/v1/bookings/{}", held.booking);
        self.world.test.get(&path, &self.owner()).await.data(200)
    }

    pub(crate) async fn payment(&self, held: &Held) -> Value {
        let path = format!("/v1/payments/{}", held.payment);
        self.world.test.get(&path, &self.owner()).await.data(200)
    }

    /// Balances by account; they sum to zero.
    pub(crate) async fn accounts(&self) -> Vec<(String, i64)> {
        let answer = self.world.test.get("/v1/ledger/accounts", &self.owner()).await;
        let accounts: Vec<_> = answer
            .data(200)
            .as_array()
            .unwrap()
            .iter()
            .map(|account| (text(&account["account"]), account["balance"].as_i64().unwrap()))
            .collect();
        assert_eq!(accounts.iter().map(|(_, balance)| balance).sum::<i64>(), 0, "{accounts:?}");
        accounts
    }

    /// References of all transactions, each of which sums to zero; sorted.
    pub(crate) async fn references(&self) -> Vec<String> {
        let path = "/v1/ledger/transactions?limit=100";
        let transactions = self.world.test.get(path, &self.owner()).await.data(200);
        let mut references = Vec::new();
        for transaction in transactions.as_array().unwrap() {
            let postings = transaction["postings"].as_array().unwrap();
            let sum: i64 = postings.iter().map(|p| p["amount"].as_i64().unwrap()).sum();
            assert_eq!(sum, 0, "{transaction}");
            references.push(text(&transaction["reference"]));
        }
        references.sort();
        references
    }

    /// One posting, one confirmation, one e-mail about it.
    pub(crate) async fn check_paid_once(&self, held: &Held, provider_payment: u64) {
        assert_eq!(self.booking(held).await["status"], "confirmed");
        assert_eq!(self.payment(held).await["status"], "approved");
        let reference = format!("mercadopago:payment:{provider_payment}");
        assert_eq!(self.references().await, [reference]);
        let expected = [
            ("assets:provider:mercadopago".to_owned(), 11_400),
            ("expenses:provider_fees".to_owned(), 600),
            ("income:court_bookings".to_owned(), -12_000),
        ];
        assert_eq!(self.accounts().await, expected);
        assert_eq!(self.mails().len(), 1, "{:?}", self.mails());
    }

    /// Subjects of what the member was told, without the welcome.
    pub(crate) fn mails(&self) -> Vec<String> {
        let mails = self.world.test.cloud.mails().into_iter();
        mails.filter(|mail| mail.to == self.member.email).skip(1).map(|mail| mail.subject).collect()
    }

    /// Every item of the club, to see that nothing has changed.
    pub(crate) fn items(&self) -> Vec<String> {
        let mut items: Vec<_> =
            self.world.test.database.items().iter().map(ToString::to_string).collect();
        items.sort();
        items
    }

    /// The bodies of the webhooks in the queue.
    pub(crate) fn webhooks(&self) -> Vec<String> {
        let sent = self.world.test.cloud.take_sent(WEBHOOKS);
        sent.into_iter().map(|sent| sent.body).collect()
    }
}

pub(crate) fn api_fault(status: Option<u16>, delay_ms: u64, times: u32) -> Faults {
    let api = ApiFaults { status, delay_ms, times: Some(times) };
    Faults { api, ..Faults::default() }
}

#[tokio::test]
async fn a_paid_hold_is_confirmed_and_booked() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    place.check_paid_once(&held, id).await;
    let payment = place.payment(&held).await;
    assert_eq!(payment["provider_payment_id"], id.to_string());
    assert_eq!(payment["refundable"]["amount"], 12_000);
    assert_eq!((&payment["checkout_url"], &payment["problem"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn webhooks_twice_late_and_out_of_order_confirm_once() {
    let place = Place::open().await;
    let webhook = WebhookFaults { duplicate: 3, delay_ms: 20, reorder: true, drop: false };
    place.world.provider.misbehave(Faults { webhook, ..Faults::default() });
    let held = place.hold(START).await;
    let declined = place.world.provider.make_payment(&held.preference, "rejected").unwrap();
    let id = place.try_to_pay(&held, "approved").await;
    let bodies = place.webhooks();
    assert_eq!(bodies.len(), 8);
    assert!(bodies[0].contains(&id.to_string()), "the later one overtook {declined}");
    for _ in 0..2 {
        assert_eq!(place.world.deliver(WEBHOOKS, bodies.clone()).await, [0_usize; 0]);
        place.world.drain().await;
    }
    place.check_paid_once(&held, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_deliveries_at_once_post_once() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let id = place.try_to_pay(&held, "approved").await;
    let body: Value = serde_json::from_str(&place.webhooks()[0]).unwrap();
    let deliveries = (0..50).map(|_| {
        let (app, message) = (place.world.test.app.clone(), message(&body));
        tokio::spawn(consume_payments::handle(app, message))
    });
    for delivery in join_all(deliveries).await {
        delivery.unwrap().unwrap();
    }
    let events = place.world.publish().await;
    let count = |kind: &str| events.iter().filter(|event| event.kind == kind).count();
    assert_eq!((count("booking.confirmed"), count("payment.approved")), (1, 1));
    let bodies = events
        .iter()
        .filter(|event| event.kind == "booking.confirmed")
        .map(|event| serde_json::to_string(event).unwrap());
    place.world.deliver("notifications", bodies.collect()).await;
    place.check_paid_once(&held, id).await;
}

#[tokio::test]
async fn a_provider_that_fails_or_is_silent_is_asked_again() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let id = place.try_to_pay(&held, "approved").await;
    let bodies = place.webhooks();
    let before = place.items();
    place.world.provider.misbehave(api_fault(Some(500), 0, 1));
    assert_eq!(place.world.deliver(WEBHOOKS, bodies.clone()).await, [0]);
    place.world.provider.misbehave(api_fault(None, 4_500, 1));
    assert_eq!(place.world.deliver(WEBHOOKS, bodies.clone()).await, [0]);
    assert_eq!(place.items(), before, "a message that failed has written nothing");
    assert_eq!(place.world.deliver(WEBHOOKS, bodies).await, [0_usize; 0]);
    place.world.drain().await;
    place.check_paid_once(&held, id).await;
}

#[tokio::test]
async fn a_poisoned_message_fails_alone() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let id = place.try_to_pay(&held, "approved").await;
    let good = place.webhooks().remove(0);
    let other = |name: &str, value: Value| {
        let mut body: Value = serde_json::from_str(&good).unwrap();
        body[name] = value;
        body.to_string()
    };
    let bodies = vec![
        "not json".to_owned(),
        other("data_id", json!("1")),
        other("data_id", json!("../1")),
        good.clone(),
        other("club_id", json!("clb_00000000000000000000000000000000")),
    ];
    assert_eq!(place.world.deliver(WEBHOOKS, bodies).await, [0, 1, 2, 4]);
    place.world.drain().await;
    place.check_paid_once(&held, id).await;
}

#[tokio::test]
async fn what_is_not_what_was_asked_for_is_booked_nowhere_and_shown() {
    for (change, problem) in [
        (json!({ "transaction_amount": 1.2 }), "AMOUNT_MISMATCH"),
        (json!({ "transaction_amount": 120.001 }), "CURRENCY_MISMATCH"),
        (json!({ "currency_id": "USD" }), "CURRENCY_MISMATCH"),
        (json!({ "currency_id": "VES" }), "CURRENCY_MISMATCH"),
        (json!({ "collector_id": 5 }), "SELLER_MISMATCH"),
    ] {
        let place = Place::open().await;
        let held = place.hold(START).await;
        let id = place.try_to_pay(&held, "approved").await;
        place.world.provider.change(id, &change);
        place.world.drain().await;
        let payment = place.payment(&held).await;
        assert_eq!(
            (&payment["status"], &payment["problem"]["code"]),
            (&json!("mismatch"), &json!(problem))
        );
        assert_eq!(place.references().await, [""; 0]);
        assert_eq!(place.booking(&held).await["status"], "held");
        // A right payment may still come, and counts.
        let right = place.try_to_pay(&held, "approved").await;
        place.world.drain().await;
        place.check_paid_once(&held, right).await;
    }
}

#[tokio::test]
async fn a_payment_for_none_of_ours_ends_in_the_dead_letter_queue() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    for reference in [json!(null), json!("order 5"), json!("pay_00000000000000000000000000000000")]
    {
        let id = place.try_to_pay(&held, "approved").await;
        place.world.provider.change(id, &json!({ "external_reference": reference }));
        let bodies = place.webhooks();
        assert_eq!(place.world.deliver(WEBHOOKS, bodies).await, [0], "{reference}");
    }
    assert_eq!(place.payment(&held).await["status"], "created");
    assert_eq!(place.references().await, [""; 0]);
}

#[tokio::test]
async fn a_declined_try_is_told_and_may_be_followed_by_another() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    place.try_to_pay(&held, "rejected").await;
    place.world.drain().await;
    assert_eq!(place.payment(&held).await["status"], "declined");
    assert_eq!(place.booking(&held).await["status"], "held");
    assert_eq!(place.mails().len(), 1);
    let id = place.try_to_pay(&held, "approved").await;
    place.world.drain().await;
    assert_eq!(place.references().await, [format!("mercadopago:payment:{id}")]);
    assert_eq!(place.booking(&held).await["status"], "confirmed");
}

#[tokio::test]
async fn a_booking_paid_twice_gives_the_second_payment_back() {
    let place = Place::open().await;
    let (held, first) = place.paid(START).await;
    let second = place.try_to_pay(&held, "approved").await;
    place.world.drain().await;
    place.world.provider.idle().await;
    place.world.drain().await;
    let payment = place.payment(&held).await;
    assert_eq!(
        (&payment["status"], &payment["problem"]["code"]),
        (&json!("approved"), &json!("PAID_TWICE"))
    );
    assert_eq!(payment["refunded"]["amount"], 0);
    let references = place.references().await;
    assert_eq!(references.len(), 3);
    assert!(references.contains(&format!("mercadopago:payment:{first}")));
    assert!(references.contains(&format!("mercadopago:payment:{second}")));
    let refunds = place.world.provider.refunds();
    assert_eq!(refunds.len(), 1);
    assert_eq!((&refunds[0]["payment_id"], &refunds[0]["amount"]), (&json!(second), &json!(120)));
    let income = place.accounts().await.pop().unwrap();
    assert_eq!(income, ("income:court_bookings".to_owned(), -12_000));
}

#[tokio::test]
async fn a_late_payment_takes_the_free_slot_again() {
    let place = Place::open().await;
    let (held, id) = late(&place).await;
    place.world.provider.resend(id);
    place.world.provider.idle().await;
    place.world.drain().await;
    assert_eq!(place.booking(&held).await["status"], "confirmed");
    assert_eq!(place.payment(&held).await["status"], "approved");
    let again = place.world.book(&place.member, place.venue, place.court, START).await;
    again.refused(409, "SLOT_TAKEN");
}

#[tokio::test]
async fn a_late_payment_of_a_slot_that_is_gone_goes_back() {
    let place = Place::open().await;
    let (held, id) = late(&place).await;
    let other = place.world.member(&place.club, "nora").await;
    place.world.book(&other, place.venue, place.court, START).await.data(201);
    place.world.drain().await;
    place.world.provider.resend(id);
    place.world.provider.idle().await;
    place.world.drain().await;
    check_given_back(&place, &held, id, "expired", "paid_too_late").await;
}

#[tokio::test]
async fn a_late_payment_of_a_cancelled_booking_goes_back() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let id = place.try_to_pay(&held, "approved").await;
    let webhooks = place.webhooks();
    let path = format!("/v1/bookings/{}/cancel", held.booking);
    place.world.test.post(&path, &place.member.token, json!({})).await.data(200);
    place.world.deliver(WEBHOOKS, webhooks).await;
    place.world.drain().await;
    check_given_back(&place, &held, id, "cancelled", "booking_cancelled").await;
}

/// A payment whose webhook is lost until its booking has expired.
async fn late(place: &Place) -> (Held, u64) {
    let held = place.hold(START).await;
    let webhook = WebhookFaults { drop: true, ..WebhookFaults::default() };
    place.world.provider.misbehave(Faults { webhook, ..Faults::default() });
    let id = place.try_to_pay(&held, "approved").await;
    place.world.provider.misbehave(Faults::default());
    place.world.test.clock.advance(SignedDuration::from_mins(11));
    let body = json!({
        "club_id": place.club.id, "booking_id": held.booking, "hold_expires_at": place.world.now(),
    });
    let failed = place.world.deliver("hold-expiry", vec![body.to_string()]).await;
    assert_eq!(failed, [0_usize; 0]);
    place.world.drain().await;
    assert_eq!(place.booking(&held).await["status"], "expired");
    (held, id)
}

async fn check_given_back(place: &Place, held: &Held, id: u64, booking: &str, reason: &str) {
    // The refund's own webhook.
    place.world.provider.idle().await;
    place.world.drain().await;
    assert_eq!(place.booking(held).await["status"], booking);
    let payment = place.payment(held).await;
    assert_eq!(
        (&payment["status"], &payment["refunded"]["amount"]),
        (&json!("refunded"), &json!(12_000))
    );
    assert_eq!(payment["refunds"][0]["reason"], reason);
    let refunds = place.world.provider.refunds();
    assert_eq!((refunds.len(), &refunds[0]["payment_id"]), (1, &json!(id)));
    assert_eq!(place.references().await.len(), 2);
    let income = place.accounts().await.pop().unwrap();
    assert_eq!(income, ("income:court_bookings".to_owned(), 0));
}
