//! Bookings that are confirmed unpaid, money that is taken at the desk, and moves to what costs more.

use futures::future::join_all;
use kernel::{Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::{actions, policy},
    payments::{Place, START},
    world::Person,
};

impl Place {
    async fn allow_later(&self, terms: Value) {
        policy(&self.world, &self.club, self.venue, json!({ "payment": terms })).await;
    }

    /// The member books, to be paid later.
    async fn later(&self, players: &[&Person], how: &Value) -> Answer {
        let wish = self.wish_of(players, how);
        self.world.test.post("/v1/bookings", &self.token_of(&self.member), wish).await
    }

    async fn settle(&self, token: &str, booking: &str, payment: &str, method: &str) -> Answer {
        let path = format!("/v1/bookings/{booking}/payments/{payment}/settle");
        self.world.test.post(&path, token, json!({ "method": method })).await
    }

    /// One more court, at this price an hour.
    async fn another(&self, price: i64) -> String {
        let court = json!({
            "name": format!("At {price}"), "sport": "tennis", "surface": "clay", "indoor": false,
            "durations_minutes": [60], "price_per_hour": { "amount": price, "currency": "ARS" },
        });
        let path = format!("/v1/venues/{}/courts", self.venue);
        let court = self.world.test.post(&path, &self.owner(), court).await.data(201);
        court["id"].as_str().unwrap().to_owned()
    }

    async fn shift(&self, booking: &str, to: Value) -> Answer {
        let path = format!("/v1/bookings/{booking}/move");
        self.world.test.post(&path, &self.token_of(&self.member), to).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_booking_to_be_paid_later_is_confirmed_and_paid_at_the_desk() {
    let place = Place::open().await;
    let later = json!({ "later": true });
    place.later(&[], &later).await.refused(403, "PAY_LATER_NOT_ALLOWED");
    place.allow_later(json!({ "later": true, "roles": ["coach"] })).await;
    place.later(&[], &later).await.refused(403, "PAY_LATER_NOT_ALLOWED");
    place.allow_later(json!({ "later": true, "lock_in_hours": 6 })).await;
    let booked = place.later(&[], &later).await.data(201);
    assert_eq!(
        (&booked["booking"]["status"], &booked["checkout"]),
        (&json!("confirmed"), &Value::Null)
    );
    let booking = text(&booked["booking"]["id"]);
    let part = place.parts(&place.owner(), &booking).await.remove(0);
    assert_eq!(
        (&part["purpose"], &part["due_at"]),
        (&json!("later"), &json!("2026-11-21T15:00:00.000Z"))
    );
    let payment = text(&part["payment_id"]);
    let token = place.token_of(&place.member);
    place.settle(&token, &booking, &payment, "cash").await.refused(403, "PERMISSION_MISSING");
    place.settle(&place.desk(), &booking, &payment, "beads").await.refused(422, "BODY_INVALID");
    let paid = place.settle(&place.desk(), &booking, &payment, "card_terminal").await.data(200);
    assert_eq!(
        (&paid["state"], &paid["paid_at_desk_by"], &paid["provider_payment_id"]),
        (&json!("paid"), &json!("card_terminal"), &Value::Null)
    );
    let again = place.settle(&place.desk(), &booking, &payment, "cash").await;
    again.refused(409, "PAYMENT_ALREADY_MADE");
    assert_eq!(actions(&place.world, &place.club).await.last().unwrap(), "payment.settled");
    let expected = [
        ("assets:desk:card_terminal".to_owned(), 12_000),
        ("income:court_bookings".to_owned(), -12_000),
    ];
    assert_eq!(place.accounts().await, expected);
    assert_eq!(place.references().await, [format!("desk:payment:{payment}")]);
    place.verb(&token, &booking, "cancel").await.data(200);
    place.quiet().await;
    let expected = [
        ("assets:desk:card_terminal".to_owned(), 12_000),
        ("income:court_bookings".to_owned(), 0),
        ("liabilities:desk_refunds".to_owned(), -12_000),
    ];
    assert_eq!(place.accounts().await, expected, "the desk hands it back");
    assert_eq!(place.world.provider.refunds().len(), 0);
}

#[tokio::test]
async fn what_was_to_be_paid_later_and_was_not_is_owed_and_the_desk_lifts_it() {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    place.allow_later(json!({ "later": true })).await;
    let how = json!({ "later": true, "split": "equal" });
    let booked = place.later(&[&ben], &how).await.data(201);
    let booking = text(&booked["booking"]["id"]);
    place.pay(&ben, &booking).await;
    place.fall_due().await;
    let debts = place.debts(&place.member).await;
    assert_eq!((debts.len(), &debts[0]["amount"]["amount"]), (1, &json!(6_000)));
    assert_eq!(place.debts(&ben).await.len(), 0);
    let payment = text(&debts[0]["payment_id"]);
    place.settle(&place.desk(), &booking, &payment, "cash").await.data(200);
    assert_eq!(place.debts(&place.member).await.len(), 0);
    assert_eq!(place.income().await, 12_000);
}

#[tokio::test]
async fn what_a_booking_is_held_for_is_not_paid_at_the_desk() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    let refused = place.settle(&place.desk(), &held.booking, &held.payment, "cash").await;
    refused.refused(409, "BOOKING_HELD");
    let (held, _) = place.paid("2026-11-22T18:00").await;
    let refused = place.settle(&place.desk(), &held.booking, &held.payment, "cash").await;
    refused.refused(409, "PAYMENT_ALREADY_MADE");
}

#[tokio::test]
async fn a_dearer_place_is_taken_at_once_and_its_difference_is_due() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    let (dear, dearer) = (place.another(15_000).await, place.another(18_000).await);
    let moved = place.shift(&held.booking, json!({ "court_id": dear })).await.data(200);
    assert_eq!(
        (&moved["status"], &moved["price"]["amount"]),
        (&json!("confirmed"), &json!(15_000))
    );
    let states = async || {
        let parts = place.standing_of(&held.booking).await.into_iter();
        parts.map(|(_, amount, state)| (amount, state)).collect::<Vec<_>>()
    };
    let paid = |amount| (amount, "paid".to_owned());
    let open = |amount| (amount, "open".to_owned());
    assert_eq!(states().await, [paid(12_000), open(3_000)]);
    place.pay(&place.member, &held.booking).await;
    assert_eq!(states().await, [paid(12_000), paid(3_000)]);
    place.shift(&held.booking, json!({ "court_id": dearer })).await.data(200);
    // What nobody has paid of it falls away before anything goes back.
    place.shift(&held.booking, json!({ "court_id": dear })).await.data(200);
    assert_eq!(states().await, [paid(12_000), paid(3_000)]);
    assert_eq!((place.income().await, place.references().await.len()), (15_000, 2));
    let to = json!({ "court_id": dearer, "starts_at": "2026-11-21T20:00" });
    place.shift(&held.booking, to).await.data(200);
    place.world.test.clock.advance(SignedDuration::from_hours(2));
    place.fall_due().await;
    let debts = place.debts(&place.member).await;
    assert_eq!((debts.len(), &debts[0]["purpose"]), (1, &json!("difference")));
    place.pay(&place.member, &held.booking).await;
    assert_eq!((place.debts(&place.member).await.len(), place.income().await), (0, 18_000));
    place.verb(&place.owner(), &held.booking, "cancel?waive=true").await.data(200);
    place.quiet().await;
    assert_eq!((place.income().await, place.world.provider.refunds().len()), (0, 3));
}

#[tokio::test]
async fn a_cheaper_place_asks_those_for_less_who_have_not_paid_and_gives_the_others_back() {
    let place = Place::open().await;
    let (ben, carla) = (
        place.world.member(&place.club, "ben").await,
        place.world.member(&place.club, "carla").await,
    );
    let booking = place.shared(&[&ben, &carla]).await;
    place.pay(&ben, &booking).await;
    let page = place.page(&carla, &booking).await;
    let cheap = place.another(6_000).await;
    place.shift(&booking, json!({ "court_id": cheap })).await.data(200);
    place.quiet().await;
    let amounts: Vec<_> =
        place.standing_of(&booking).await.into_iter().map(|it| (it.1, it.2)).collect();
    let expected = [(4_000, "paid"), (4_000, "paid"), (2_000, "open")];
    assert_eq!(amounts, expected.map(|(amount, state)| (amount, state.to_owned())));
    assert_eq!(place.income().await, 4_000);
    // The old page asks for too much; what is paid there goes back.
    place.world.provider.make_payment(&page, "approved").unwrap();
    place.world.provider.idle().await;
    place.quiet().await;
    assert_eq!(place.income().await, 4_000);
    place.pay(&carla, &booking).await;
    assert_eq!(place.income().await, 6_000);
}

#[tokio::test]
async fn staff_move_to_a_dearer_place_with_the_difference_or_without() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    let dear = place.another(15_000).await;
    let path = format!("/v1/bookings/{}/move", held.booking);
    let desk =
        place.world.test.token(kernel::AccountId::new(), Some(place.club.id), &[Role::Owner]);
    let to = json!({ "court_id": dear, "waive_difference": true });
    let moved = place.world.test.post(&path, &desk, to).await.data(200);
    assert_eq!(moved["price"]["amount"], 12_000);
    assert_eq!(place.standing_of(&held.booking).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_the_same_money_at_the_desk_one_does() {
    let place = Place::open().await;
    place.allow_later(json!({ "later": true })).await;
    let booked = place.later(&[], &json!({ "later": true })).await.data(201);
    let booking = text(&booked["booking"]["id"]);
    let payment = text(&place.parts(&place.owner(), &booking).await[0]["payment_id"]);
    let desk = place.desk();
    let all = (0..6).map(|_| place.settle(&desk, &booking, &payment, "cash"));
    let (won, lost): (Vec<_>, Vec<_>) =
        join_all(all).await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 5));
    for answer in lost {
        answer.refused(409, "PAYMENT_ALREADY_MADE");
    }
    assert_eq!(place.references().await, [format!("desk:payment:{payment}")]);
}
