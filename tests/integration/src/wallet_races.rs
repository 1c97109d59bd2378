//! Wallets under races, repetitions and sudden ends: money is spent once, and no more of it than there is.

use futures::future::{join, join_all};
use kernel::{
    Currency, Money,
    jiff::{SignedDuration, ToSpan, civil::date},
};
use payments::{DeskEntry, EntryMethod};
use serde_json::{Value, json};

use crate::{
    booking_policies::actions,
    bookings::table,
    payments::{Place, START},
    wallets::ars,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_bookings_at_once_with_money_for_one_one_is_made() {
    let place = Place::open().await;
    let mut courts = vec![place.court];
    for _ in 0..7 {
        courts.push(place.court_at(12_000).await);
    }
    place.top_up(23_999).await;
    let starts: Vec<_> = (10..18).map(|hour| format!("2026-11-21T{hour}:00")).collect();
    let asked =
        courts.iter().zip(&starts).map(|(court, start)| place.book_from_wallet(*court, start));
    let answers = join_all(asked).await;
    let booked = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(booked, 1, "{:?}", answers.iter().map(|it| &it.body).collect::<Vec<_>>());
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.status, 409, "{}", answer.body);
        let code = answer.body["error"]["code"].as_str().unwrap();
        assert!(["INSUFFICIENT_FUNDS", "COURT_BUSY"].contains(&code), "{code}");
    }
    assert_eq!(place.balance().await, 11_999);
    assert_eq!(place.statement_of(place.member.account).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_booking_and_the_desk_want_at_once_is_given_once() {
    for _ in 0..4 {
        let place = Place::open().await;
        place.top_up(12_000).await;
        let paid_out = place.enter(place.member.account, -1, "cash");
        let (booked, paid_out) = join(place.book_from_wallet(place.court, START), paid_out).await;
        match (booked.status.as_u16(), paid_out.status.as_u16()) {
            (201, 409) => assert_eq!(place.balance().await, 0),
            (409, 201) => assert_eq!(place.balance().await, 11_999),
            other => panic!("{other:?}: {} {}", booked.body, paid_out.body),
        }
    }
}

/// Nothing but the wallet's own condition keeps these apart: they share no other item.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_payouts_at_once_take_what_there_is_and_no_more() {
    let place = Place::open().await;
    place.top_up(700).await;
    let (table, member, now) =
        (table(&place.world, &place.club), place.member.account, place.world.now());
    let pay_out = async |number: usize| {
        let entry = DeskEntry {
            key: number.to_string(),
            method: EntryMethod::Cash,
            amount: Money::new(-100, Currency::Ars),
            reason: "Out".parse().unwrap(),
        };
        let transaction = payments::enter(member, &entry, now).unwrap();
        table.write(ledger::post(&table, &[transaction]).unwrap()).await
    };
    let done = join_all((0..20).map(pay_out)).await;
    let refused: Vec<_> = done.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 13);
    assert!(refused.iter().all(|error| error.code() == ledger::INSUFFICIENT_FUNDS), "{refused:?}");
    assert_eq!(place.balance().await, 0);
    // The same ones again are in the books already.
    for number in 0..20 {
        let code = pay_out(number).await.unwrap_err().code();
        assert!([ledger::ALREADY_POSTED, ledger::INSUFFICIENT_FUNDS].contains(&code), "{code}");
    }
    assert_eq!(place.balance().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_refunds_at_once_to_card_and_wallet_one_is_made() {
    let place = Place::open().await;
    let (held, _) = place.paid(START).await;
    let to = |number: usize| if number.is_multiple_of(2) { "wallet" } else { "card" };
    let asked = (0..8).map(|number| place.refund_to(&held.payment, None, to(number)));
    let answers = join_all(asked).await;
    let done: Vec<_> = answers.iter().filter(|answer| answer.status.is_success()).collect();
    assert_eq!(done.len(), 1, "{:?}", answers.iter().map(|it| &it.body).collect::<Vec<_>>());
    place.settle_all().await;
    let payment = place.payment(&held).await;
    assert_eq!((&payment["refunded"], &payment["status"]), (&ars(12_000), &json!("refunded")));
    let by_card = place.world.provider.refunds().len();
    assert_eq!(place.balance().await, if by_card == 0 { 12_000 } else { 0 });
    place.accounts().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_booking_that_is_cancelled_twice_at_once_gives_back_once() {
    let place = Place::open().await;
    place.top_up(12_000).await;
    let booked = place.book_from_wallet(place.court, START).await.data(201);
    let path = format!("/v1/bookings/{}/cancel", booked["booking"]["id"].as_str().unwrap());
    let cancel = || place.world.test.post(&path, &place.member.token, Value::Null);
    for answer in join_all((0..6).map(|_| cancel())).await {
        answer.data(200);
    }
    assert_eq!(place.balance().await, 12_000);
    let payment = booked["booking"]["payment_id"].as_str().unwrap();
    place.refund_to(payment, None, "wallet").await.refused(409, "NOTHING_TO_REFUND");
}

#[tokio::test]
async fn whatever_is_killed_anywhere_has_happened_wholly_or_not_at_all() {
    let place = Place::open().await;
    place.wallet_policy().await;
    let (first, mut killed) = (date(2026, 11, 22), 0);
    for calls in 0_u64.. {
        place.top_up(12_000).await;
        let before = place.balance_of(place.member.account).await;
        let day = first + i64::try_from(calls).unwrap().days();
        let by_card = place.paid(&format!("{day}T18:00")).await.0.booking;
        let run = async {
            let start = format!("{day}T20:00");
            let booked = place.book_from_wallet(place.court, &start).await.data(201);
            for id in [booked["booking"]["id"].as_str().unwrap(), &by_card] {
                let path = format!("/v1/bookings/{id}/cancel");
                place.world.test.post(&path, &place.member.token, Value::Null).await.data(200);
            }
        };
        let done = Box::pin(place.world.killed_after(calls, run)).await;
        killed += u32::from(done.is_none());
        let path = "/v1/bookings?limit=100";
        let bookings = place.world.test.get(path, &place.member.token).await.data(200);
        let is_of_day =
            |booking: &&Value| booking["starts_at"].as_str().unwrap().starts_with(&day.to_string());
        let mut expected = before;
        for booking in bookings.as_array().unwrap().iter().filter(is_of_day) {
            let is_by_card = booking["id"] == by_card;
            expected += match (is_by_card, booking["status"].as_str().unwrap()) {
                (true, "confirmed") => 0,
                (true, "cancelled") => 10_800,
                (false, "confirmed") => -12_000,
                // The club keeps a tenth, whatever it was paid with.
                (false, "cancelled") => -1_200,
                other => panic!("{other:?}"),
            };
        }
        let balance = place.balance_of(place.member.account).await;
        assert_eq!(balance, expected, "killed after {calls} calls: {bookings}");
        place.accounts().await;
        if done.is_some() {
            break;
        }
    }
    assert!(killed > 12, "{killed}");
    let balance = place.balance().await;
    place.settle_all().await;
    assert_eq!(place.balance().await, balance, "nothing follows that pays");
}

#[tokio::test]
async fn an_entry_that_was_killed_anywhere_is_made_once_by_its_repetition() {
    let place = Place::open().await;
    let mut killed = 0;
    for calls in 0_u64.. {
        let ask = async || {
            let path = format!("/v1/users/{}/wallet/entries", place.member.account);
            let body = json!({ "amount": ars(500), "method": "transfer", "reason": "Bank" });
            let call = place.world.test.call("POST", &path).token(&place.owner());
            call.header("idempotency-key", &format!("key {calls}")).json(&body).send().await
        };
        let before = place.balance_of(place.member.account).await;
        let done = Box::pin(place.world.killed_after(calls, ask())).await;
        killed += u64::from(done.is_none());
        let had = place.balance_of(place.member.account).await - before;
        assert!([0, 500].contains(&had), "{had}");
        place.world.test.clock.advance(SignedDuration::from_secs(16));
        let made = ask().await.data(201);
        assert_eq!((&made["amount"], &made["what"]), (&ars(500), &json!("transfer")));
        let now = place.balance_of(place.member.account).await;
        assert_eq!(now, before + 500, "killed after {calls} calls");
        let told = actions(&place.world, &place.club).await;
        let told = told.iter().filter(|action| *action == "wallet.entered").count();
        assert_eq!(told as u64, calls + 1);
        if done.is_some() {
            break;
        }
    }
    assert!(killed > 5, "{killed}");
    place.balance().await;
}

#[tokio::test]
async fn events_that_come_twice_tell_once_and_pay_nothing() {
    let place = Place::open().await;
    place.wallet_policy().await;
    let (held, _) = place.paid(START).await;
    let path = format!("/v1/bookings/{}/cancel", held.booking);
    place.world.test.post(&path, &place.member.token, Value::Null).await.data(200);
    let events = place.world.publish().await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert!(kinds.contains(&"payment.refunded") && !kinds.contains(&"payment.refund_requested"));
    let wanted = ["payment.refunded", "booking.cancelled"];
    let told = events.iter().filter(|event| wanted.contains(&event.kind.as_str()));
    let bodies: Vec<_> = told.map(|event| serde_json::to_string(event).unwrap()).collect();
    for _ in 0..2 {
        assert_eq!(place.world.deliver("notifications", bodies.clone()).await, [0_usize; 0]);
    }
    assert_eq!(place.mails().len(), 3, "confirmed, cancelled, refunded: {:?}", place.mails());
    // Should somebody ask for the refund all the same, the provider is not asked.
    let refunded = events.iter().find(|event| event.kind == "payment.refunded").unwrap();
    let mut asked = serde_json::to_value(refunded).unwrap();
    asked["type"] = json!("payment.refund_requested");
    assert_eq!(place.world.deliver("booking-events", vec![asked.to_string()]).await, [0_usize; 0]);
    place.settle_all().await;
    assert!(place.world.provider.refunds().is_empty());
    assert_eq!(place.balance().await, 10_800);
}
