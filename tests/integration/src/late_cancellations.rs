//! What nobody had paid yet of a booking that is cancelled: the club asks for what it would have kept.

use kernel::jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    booking_policies::policy,
    closures::{at, wish},
    payments::{Place, START},
    world::Person,
};

/// Thirty-three hours before `START` a half goes back, and from twenty-four hours on nothing.
async fn open() -> Place {
    let place = Place::open().await;
    let terms = json!({
        "payment": { "later": true },
        "cancellation": { "tiers": [
            { "hours_before": 48, "percent": 100 }, { "hours_before": 24, "percent": 50 },
        ] },
    });
    policy(&place.world, &place.club, place.venue, terms).await;
    place
}

impl Place {
    /// The member books, to be paid later; everybody's part is a bill.
    async fn owing(&self, players: &[&Person]) -> String {
        let how = if players.is_empty() {
            json!({ "later": true })
        } else {
            json!({ "later": true, "split": "equal" })
        };
        let wish = self.wish_of(players, &how);
        let token = self.token_of(&self.member);
        let booked = self.world.test.post("/v1/bookings", &token, wish).await.data(201);
        self.quiet().await;
        booked["booking"]["id"].as_str().unwrap().to_owned()
    }

    async fn cancel_as_member(&self, booking: &str, verb: &str) -> Value {
        let token = self.token_of(&self.member);
        self.verb(&token, booking, verb).await.data(200)["cancellation"].clone()
    }

    /// What each part is for, how much it is, and how it stands.
    async fn asked(&self, booking: &str) -> Vec<(String, i64, String)> {
        let parts = self.parts(&self.owner(), booking).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let amount = |part: &Value| part["amount"]["amount"].as_i64().unwrap();
        parts
            .iter()
            .map(|part| (text(&part["purpose"]), amount(part), text(&part["state"])))
            .collect()
    }
}

fn fee(amount: i64, state: &str) -> (String, i64, String) {
    ("cancellation".to_owned(), amount, state.to_owned())
}

fn ars(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "ARS" })
}

#[tokio::test]
async fn a_half_that_would_not_have_gone_back_is_paid_after_the_cancellation() {
    let place = open().await;
    let booking = place.owing(&[]).await;
    // Somebody looks at the page of the whole, and pays there too late.
    let whole = place.page(&place.member, &booking).await;
    let expected = json!({
        "rule": "tier", "refund_percent": 50, "strike": false, "refund": null, "refund_to": null,
        "still_due": ars(6_000),
    });
    assert_eq!(place.cancel_as_member(&booking, "cancel?dry_run=true").await, expected);
    assert_eq!(place.asked(&booking).await, [("later".to_owned(), 12_000, "open".to_owned())]);
    assert_eq!(place.cancel_as_member(&booking, "cancel").await, expected);
    assert_eq!(place.cancel_as_member(&booking, "cancel").await, expected, "again changes nothing");
    assert_eq!(place.asked(&booking).await, [fee(6_000, "open")]);
    place.quiet().await;
    let mails = place.world.test.cloud.mails();
    let said = |words: &str| mails.iter().filter(|mail| mail.text.contains(words)).count();
    let until = "hasta el sábado 21 de noviembre de 2026, 18:00";
    assert_eq!(said(&format!("Queda por pagar: ARS 120,00, {until}")), 1);
    assert_eq!(said("Queda por pagar: ARS 60,00\n"), 1);
    place.world.provider.make_payment(&whole, "approved").unwrap();
    place.quiet().await;
    assert_eq!(place.world.provider.refunds().len(), 1, "nobody asks for the whole any more");
    assert_eq!(place.income().await, 0);
    place.pay(&place.member, &booking).await;
    assert_eq!(place.asked(&booking).await, [fee(6_000, "paid")]);
    assert_eq!((place.income().await, place.world.provider.refunds().len()), (6_000, 1));
    place.fall_due().await;
    assert_eq!(place.debts(&place.member).await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_is_cancelled_too_late_is_owed_in_the_end_and_the_desk_takes_it() {
    let place = open().await;
    let booking = place.owing(&[]).await;
    place.world.test.clock.advance(SignedDuration::from_hours(10));
    let page = place.page(&place.member, &booking).await;
    let came = place.cancel_as_member(&booking, "cancel").await;
    assert_eq!((&came["rule"], &came["still_due"]), (&json!("too_late"), &ars(12_000)));
    assert_eq!(place.asked(&booking).await, [fee(12_000, "open")]);
    assert_eq!(place.page(&place.member, &booking).await, page, "the page of before is good");
    place.fall_due().await;
    let debts = place.debts(&place.member).await;
    assert_eq!((debts.len(), &debts[0]["purpose"]), (1, &json!("cancellation")));
    assert_eq!(place.asked(&booking).await, [fee(12_000, "owed")]);
    let payment = debts[0]["payment_id"].as_str().unwrap();
    let path = format!("/v1/bookings/{booking}/payments/{payment}/settle");
    place.world.test.post(&path, &place.desk(), json!({ "method": "cash" })).await.data(200);
    assert_eq!(place.debts(&place.member).await, [Value::Null; 0]);
    assert_eq!(place.income().await, 12_000);
}

#[tokio::test]
async fn each_who_has_not_paid_their_share_is_asked_for_their_part_of_it() {
    let place = open().await;
    let (ben, eva) = (
        place.world.member(&place.club, "ben").await,
        place.world.member(&place.club, "eva").await,
    );
    let booking = place.owing(&[&ben, &eva]).await;
    place.pay(&ben, &booking).await;
    let came = place.cancel_as_member(&booking, "cancel").await;
    assert_eq!((&came["refund"], &came["still_due"]), (&ars(2_000), &ars(4_000)));
    place.quiet().await;
    place.pay(&eva, &booking).await;
    let states = place.standing_of(&booking).await;
    let of = |person: &Person| {
        let own = states.iter().find(|(account, ..)| *account == person.account.to_string());
        own.map(|(_, amount, state)| (*amount, state.as_str())).unwrap()
    };
    assert_eq!(of(&place.member), (2_000, "open"));
    assert_eq!((of(&ben), of(&eva)), ((4_000, "paid"), (2_000, "paid")));
    assert_eq!(place.income().await, 4_000, "a half of two shares");
    // Whose booking it was may pay for others still, and others owe what is theirs.
    place.fall_due().await;
    let debts = [&place.member, &ben, &eva].map(async |person| place.debts(person).await.len());
    assert_eq!(futures::future::join_all(debts).await, [1, 0, 0]);
}

#[tokio::test]
async fn nobody_pays_for_what_staff_spare_them_or_the_club_closes() {
    let place = open().await;
    let booking = place.owing(&[]).await;
    place.verb(&place.owner(), &booking, "cancel?waive=true").await.data(200);
    assert_eq!(place.asked(&booking).await, [("later".to_owned(), 12_000, "closed".to_owned())]);
    let booking = place.owing(&[]).await;
    let hour = START.split_once('T').unwrap().1;
    assert_eq!(at(hour), START);
    place.close(wish(&place, "cancel", hour, "19:00")).await;
    place.work(&place.execution()).await;
    place.quiet().await;
    assert_eq!(place.asked(&booking).await, [("later".to_owned(), 12_000, "closed".to_owned())]);
    place.fall_due().await;
    assert_eq!(place.debts(&place.member).await, [Value::Null; 0]);
}
