//! What was paid goes into a wallet, by the policy or by the staff's choice: at once, and never more than was paid.

use kernel::jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::{actions, policy},
    payments::{Held, Place, START},
    wallets::ars,
};

impl Place {
    /// What is given up a day before goes into the wallet, half of it until six hours before to the card.
    pub(crate) async fn wallet_policy(&self) {
        let terms = json!({
            "cancellation": {
                "to": "wallet",
                "tiers": [
                    { "hours_before": 24, "percent": 90 },
                    { "hours_before": 6, "percent": 50, "to": "card" },
                ],
            },
        });
        policy(&self.world, &self.club, self.venue, terms).await;
    }

    async fn give_up(&self, booking: &str, query: &str) -> Value {
        let path = format!("/v1/bookings/{booking}/cancel{query}");
        let token = self.world.log_in(&self.member.email, &self.club.slug).await;
        self.world.test.post(&path, &token, Value::Null).await.data(200)
    }

    pub(crate) async fn refund_to(&self, payment: &str, amount: Option<i64>, to: &str) -> Answer {
        let body = match amount {
            Some(amount) => json!({ "amount": amount, "to": to }),
            None => json!({ "to": to }),
        };
        let path = format!("/v1/payments/{payment}/refund");
        self.world.test.post(&path, &self.owner(), body).await
    }

    fn letters(&self) -> Vec<String> {
        let mails = self.world.test.cloud.mails().into_iter();
        mails.filter(|mail| mail.to == self.member.email).skip(1).map(|mail| mail.text).collect()
    }
}

#[tokio::test]
async fn what_is_given_up_goes_where_the_tier_says() {
    let place = Place::open().await;
    place.wallet_policy().await;
    let (early, _) = place.paid(START).await;
    let (late, _) = place.paid("2026-11-22T18:00").await;
    let seen = place.give_up(&early.booking, "?dry_run=true").await;
    let expected = json!({
        "rule": "tier", "refund_percent": 90, "strike": false,
        "refund": ars(10_800), "refund_to": "wallet", "still_due": null,
    });
    assert_eq!(seen["cancellation"], expected);
    assert_eq!(place.balance().await, 0, "a dry run changes nothing");
    assert_eq!(place.give_up(&early.booking, "").await["cancellation"], expected);
    // At once, before anything that follows from it.
    assert_eq!(place.balance().await, 10_800);
    let payment = place.payment(&early).await;
    assert_eq!(payment["status"], "partially_refunded");
    assert_eq!(
        (&payment["refunded"], &payment["refunded_to_wallet"]),
        (&ars(10_800), &ars(10_800))
    );
    let refund = &payment["refunds"][0];
    assert_eq!((&refund["to"], &refund["status"]), (&json!("wallet"), &json!("done")));
    assert_eq!(refund["reason"], "booking_cancelled");
    place.settle_all().await;
    assert!(place.world.provider.refunds().is_empty(), "the provider was not asked");
    assert_eq!(place.give_up(&early.booking, "").await["cancellation"], expected);
    assert_eq!(place.balance().await, 10_800, "again changes nothing");

    place.world.test.clock.advance(SignedDuration::from_hours(45));
    let given = place.give_up(&late.booking, "").await;
    assert_eq!(given["cancellation"]["refund_to"], "card");
    place.settle_all().await;
    let payment = place.payment(&late).await;
    assert_eq!((&payment["refunded"], &payment["refunded_to_wallet"]), (&ars(6_000), &ars(0)));
    assert_eq!((place.balance().await, place.world.provider.refunds().len()), (10_800, 1));
    let expected = [
        // The provider keeps both fees, and holds what is in the wallet.
        ("assets:provider:mercadopago".to_owned(), 24_000 - 1_200 - 6_000),
        ("expenses:provider_fees".to_owned(), 1_200),
        ("income:court_bookings".to_owned(), -24_000 + 10_800 + 6_000),
        ("liabilities:wallet".to_owned(), -10_800),
    ];
    assert_eq!(place.accounts().await, expected);
    let letters = place.letters();
    let say = |words: &str| letters.iter().filter(|text| text.contains(words)).count();
    assert_eq!(say("Te devolvemos ARS 108,00 a tu saldo en Club Norte"), 1, "{letters:?}");
    assert_eq!(say("El dinero está en tu saldo en Club Norte"), 1);
    assert_eq!(say("Te devolvemos ARS 60,00 al medio de pago que usaste"), 1);
    assert_eq!(say("El dinero vuelve al medio de pago que usaste"), 1);
}

#[tokio::test]
async fn what_staff_spare_a_member_and_what_is_no_member_s_goes_to_the_card() {
    let place = Place::open().await;
    place.wallet_policy().await;
    let (waived, _) = place.paid(START).await;
    let (left, _) = place.paid("2026-11-22T18:00").await;
    let cancel = async |held: &Held, query: &str| {
        let path = format!("/v1/bookings/{}/cancel{query}", held.booking);
        place.world.test.post(&path, &place.owner(), Value::Null).await.data(200)
    };
    assert_eq!(cancel(&waived, "?waive=true").await["cancellation"]["refund_to"], "card");
    let path = format!("/v1/members/{}", place.member.account);
    assert_eq!(place.world.test.delete(&path, &place.owner()).await.status, 204);
    assert_eq!(cancel(&left, "").await["cancellation"]["refund_to"], "card");
    place.settle_all().await;
    assert_eq!(place.world.provider.refunds().len(), 2);
    // They never had a wallet, and have none now.
    let path = format!("/v1/users/{}/wallet", place.member.account);
    place.world.test.get(&path, &place.owner()).await.refused(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn what_a_wallet_paid_goes_back_into_it_whatever_is_said() {
    let place = Place::open().await;
    place.top_up(24_000).await;
    let terms = json!({ "cancellation": { "to": "card" } });
    policy(&place.world, &place.club, place.venue, terms).await;
    let booked = place.book_from_wallet(place.court, START).await.data(201);
    let given = place.give_up(booked["booking"]["id"].as_str().unwrap(), "").await;
    assert_eq!(given["cancellation"]["refund_to"], "wallet");
    assert_eq!(place.balance().await, 24_000);
    let booked = place.book_from_wallet(place.court, START).await.data(201);
    let payment = booked["booking"]["payment_id"].as_str().unwrap();
    let refunded = place.refund_to(payment, Some(2_000), "card").await.data(200);
    assert_eq!(
        (&refunded["status"], &refunded["refunds"][0]["to"]),
        (&json!("partially_refunded"), &json!("wallet"))
    );
    assert_eq!(place.balance().await, 14_000);
    place.settle_all().await;
    assert!(place.world.provider.refunds().is_empty());
}

#[tokio::test]
async fn staff_choose_and_card_and_wallet_together_get_no_more_than_was_paid() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    assert_eq!(place.refund_to(&held.payment, Some(5_000), "wallet").await.status, 200);
    place.refund_to(&held.payment, Some(7_001), "card").await.refused(422, "REFUND_TOO_LARGE");
    assert_eq!(place.refund_to(&held.payment, Some(4_000), "card").await.status, 202);
    // What is on its way cannot go into the wallet, too.
    place.refund_to(&held.payment, Some(3_001), "wallet").await.refused(422, "REFUND_TOO_LARGE");
    place.settle_all().await;
    place.refund_to(&held.payment, None, "wallet").await.data(200);
    place.refund_to(&held.payment, None, "wallet").await.refused(409, "NOTHING_TO_REFUND");
    place.refund_to(&held.payment, None, "card").await.refused(409, "NOTHING_TO_REFUND");
    let payment = place.payment(&held).await;
    assert_eq!((&payment["refunded"], &payment["refunded_to_wallet"]), (&ars(12_000), &ars(8_000)));
    assert_eq!(payment["status"], "refunded");
    assert_eq!(place.balance().await, 8_000);
    let told = actions(&place.world, &place.club).await;
    let of = |action: &str| told.iter().filter(|told| *told == action).count();
    assert_eq!((of("payment.refunded"), of("payment.refund_requested")), (2, 1));
    // Somebody gives back at the provider what is in the wallet already: it is booked, and shown.
    place.world.provider.give_back(id, 8_000);
    place.settle_all().await;
    let payment = place.payment(&held).await;
    assert_eq!(payment["problem"]["code"], "REFUNDED_TOO_MUCH");
    assert_eq!((&payment["refunded"], &payment["refundable"]), (&ars(20_000), &ars(0)));
    assert_eq!(place.balance().await, 8_000);
    place.accounts().await;
}

#[tokio::test]
async fn a_chargeback_after_a_refund_into_the_wallet_leaves_the_wallet_and_costs_the_club() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    place.refund_to(&held.payment, Some(5_000), "wallet").await.data(200);
    place.world.provider.set_status(id, "charged_back");
    for _ in 0..2 {
        place.world.provider.resend(id);
        place.settle_all().await;
    }
    assert_eq!(place.balance().await, 5_000);
    let expected = [
        ("assets:provider:mercadopago".to_owned(), -600),
        // The bank takes all of it, for the provider has given nothing back.
        ("expenses:chargebacks".to_owned(), 12_000),
        ("expenses:provider_fees".to_owned(), 600),
        ("income:court_bookings".to_owned(), -7_000),
        ("liabilities:wallet".to_owned(), -5_000),
    ];
    assert_eq!(place.accounts().await, expected);
    place.refund_to(&held.payment, None, "wallet").await.refused(409, "PAYMENT_CHARGED_BACK");
    // The staff take it out again, if they want to; never more than there is.
    place
        .enter(place.member.account, -5_001, "correction")
        .await
        .refused(409, "INSUFFICIENT_FUNDS");
    place.enter(place.member.account, -5_000, "correction").await.data(201);
    assert_eq!(place.balance().await, 0);
    assert_eq!(place.payment(&held).await["problem"]["code"], "CHARGED_BACK");
}
