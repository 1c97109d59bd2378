use booking::RefundTo;
use kernel::{Currency, Money, RefundId, jiff::SignedDuration};
use proptest::prelude::*;

use super::*;
use crate::{
    ProviderRefund, RefundOutcome, RefundStatus,
    fixtures::{NOW, SELLER, ars, back, payment, refund, truth},
    refund::request,
};

const HELD: BookingStanding = BookingStanding::Held;

fn settle(
    payment: &Payment,
    booking: BookingStanding,
    truth: &ProviderPayment,
) -> Option<Settlement> {
    decide(payment, booking, truth, SELLER, NOW).unwrap()
}

fn settled(payment: &Payment, booking: BookingStanding, truth: &ProviderPayment) -> Settlement {
    settle(payment, booking, truth).unwrap()
}

fn paid() -> (Payment, ProviderPayment) {
    let created = payment();
    let truth = truth(&created);
    (settled(&created, HELD, &truth).payment, truth)
}

fn references(settlement: &Settlement) -> Vec<String> {
    settlement.postings.iter().map(|posting| posting.reference.to_string()).collect()
}

#[test]
fn a_paid_hold_is_booked_and_confirmed_in_one_go() {
    let created = payment();
    let settlement = settled(&created, HELD, &truth(&created));
    assert_eq!(settlement.booking, BookingMove::Confirm);
    assert_eq!(settlement.told, [Told::Approved]);
    let after = &settlement.payment;
    assert_eq!((after.status, after.version, after.watch), (Status::Approved, 2, None));
    assert_eq!(references(&settlement), ["mercadopago:payment:9001"]);
    let amounts: Vec<_> = settlement.postings[0]
        .postings
        .iter()
        .map(|posting| (posting.account.as_str(), posting.amount))
        .collect();
    assert_eq!(
        amounts,
        [
            ("assets:provider:mercadopago", 11_500),
            ("expenses:provider_fees", 500),
            ("income:court_bookings", -12_000)
        ]
    );
}

#[test]
fn the_same_truth_twice_changes_nothing() {
    let (paid, truth) = paid();
    assert_eq!(settle(&paid, BookingStanding::Confirmed, &truth), None);
}

#[test]
fn what_is_not_what_was_asked_for_is_booked_nowhere() {
    let created = payment();
    let right = truth(&created);
    for (code, wrong) in [
        (ProblemCode::SellerMismatch, ProviderPayment { seller: "7".into(), ..right.clone() }),
        (
            ProblemCode::ReferenceMismatch,
            ProviderPayment { reference: "pay_x".into(), ..right.clone() },
        ),
        (ProblemCode::CurrencyMismatch, ProviderPayment { amount: None, ..right.clone() }),
        (
            ProblemCode::CurrencyMismatch,
            ProviderPayment { amount: Some(Money::new(12_000, Currency::Usd)), ..right.clone() },
        ),
        (
            ProblemCode::AmountMismatch,
            ProviderPayment { amount: Some(ars(11_999)), ..right.clone() },
        ),
    ] {
        let settlement = settled(&created, HELD, &wrong);
        let after = &settlement.payment;
        assert_eq!(after.status, Status::Mismatch);
        assert_eq!(after.last_problem.as_ref().map(|problem| problem.code), Some(code));
        assert_eq!((settlement.postings.len(), settlement.booking), (0, BookingMove::Leave));
        assert_eq!(settle(after, HELD, &wrong), None, "told once");
        let later = settled(after, HELD, &right).payment;
        assert_eq!((later.status, later.last_problem), (Status::Approved, None));
    }
}

#[test]
fn a_wrong_payment_does_not_spoil_a_right_one() {
    let (paid, truth) = paid();
    let wrong = ProviderPayment { id: "1".parse().unwrap(), seller: "7".into(), ..truth };
    let after = settled(&paid, BookingStanding::Confirmed, &wrong).payment;
    assert_eq!(after.status, Status::Approved);
    assert_eq!(after.last_problem.map(|p| p.code), Some(ProblemCode::SellerMismatch));
}

#[test]
fn a_declined_try_may_be_followed_by_another() {
    let created = payment();
    let declined = ProviderPayment { outcome: Outcome::Declined, ..truth(&created) };
    let settlement = settled(&created, HELD, &declined);
    assert_eq!(
        (settlement.payment.status, &*settlement.told),
        (Status::Declined, &[Told::Declined][..])
    );
    assert_eq!(settlement.payment.watch, created.watch, "a lost webhook is still looked for");
    assert_eq!(settle(&settlement.payment, HELD, &declined), None);
    let second = ProviderPayment { id: "9002".parse().unwrap(), ..truth(&created) };
    let after = settled(&settlement.payment, HELD, &second);
    assert_eq!((after.payment.status, after.booking), (Status::Approved, BookingMove::Confirm));
    assert_eq!(
        settle(&after.payment, BookingStanding::Confirmed, &declined),
        None,
        "and stays paid"
    );
}

#[test]
fn an_older_truth_is_no_news() {
    let created = payment();
    let approved = truth(&created);
    let earlier = NOW - SignedDuration::from_mins(1);
    let pending =
        ProviderPayment { outcome: Outcome::Pending, updated_at: earlier, ..approved.clone() };
    let waiting = settled(&created, HELD, &pending).payment;
    assert_eq!(waiting.status, Status::Pending);
    assert_eq!(waiting.watch, Some(Watch::pending(NOW)));
    let paid = settled(&waiting, HELD, &approved).payment;
    assert_eq!(settle(&paid, BookingStanding::Confirmed, &pending), None);
    let declined = ProviderPayment { outcome: Outcome::Declined, ..approved.clone() };
    let ended = settled(&waiting, HELD, &declined).payment;
    assert_eq!(settle(&ended, HELD, &pending), None);
}

#[test]
fn a_payment_that_is_unsaid_is_shown_to_people() {
    let (paid, truth) = paid();
    let declined = ProviderPayment { outcome: Outcome::Declined, ..truth };
    let after = settled(&paid, BookingStanding::Confirmed, &declined).payment;
    assert_eq!(after.status, Status::Approved);
    assert_eq!(after.last_problem.map(|p| p.code), Some(ProblemCode::Contradiction));
}

#[test]
fn a_late_payment_takes_the_slot_again_or_goes_back() {
    let created = payment();
    let truth = truth(&created);
    let free = settled(&created, BookingStanding::Expired { retakable: true }, &truth);
    assert_eq!((free.booking, free.payment.status), (BookingMove::Retake, Status::Approved));
    for (booking, reason) in [
        (BookingStanding::Expired { retakable: false }, RefundReason::PaidTooLate),
        (BookingStanding::Cancelled, RefundReason::BookingCancelled),
    ] {
        let late = settled(&created, booking, &truth);
        assert_eq!(
            (late.booking, late.payment.status),
            (BookingMove::Leave, Status::RefundRequested)
        );
        let back = &late.payment.refunds[0];
        assert_eq!((back.amount, back.reason), (12_000, reason));
        assert_eq!(late.told, [Told::Approved, Told::RefundRequested(back.id)]);
        assert_eq!(references(&late), ["mercadopago:payment:9001"]);
        assert_eq!(late.payment.watch, Some(Watch::unknown(NOW)));
    }
}

#[test]
fn our_refund_is_recognised_by_its_amount_and_booked_once() {
    let (paid, mut truth) = paid();
    let asked = request(&paid, RefundId::new(), back(Some(4_000), RefundTo::Card), NOW);
    truth.refunds = vec![refund("71", 4_000)];
    let settlement = settled(&asked.unwrap(), BookingStanding::Confirmed, &truth);
    let after = &settlement.payment;
    assert_eq!(
        (after.status, after.refunded, after.watch),
        (Status::PartiallyRefunded, 4_000, None)
    );
    assert_eq!(after.refunds.len(), 1);
    assert_eq!(after.refunds[0].status, RefundStatus::Done);
    assert_eq!(references(&settlement), ["mercadopago:refund:71"]);
    assert_eq!(settle(after, BookingStanding::Confirmed, &truth), None);
}

#[test]
fn a_refund_made_at_the_provider_is_booked_too() {
    let (paid, mut truth) = paid();
    truth.refunds = vec![refund("71", 4_000), refund("72", 8_000)];
    let settlement = settled(&paid, BookingStanding::Confirmed, &truth);
    let after = &settlement.payment;
    assert_eq!((after.status, after.refunded), (Status::Refunded, 12_000));
    assert!(after.refunds.iter().all(|refund| refund.reason == RefundReason::AtProvider));
    assert_eq!(references(&settlement), ["mercadopago:refund:71", "mercadopago:refund:72"]);
}

#[test]
fn a_refund_in_process_stays_on_its_way_and_a_refused_one_fails() {
    let (paid, mut truth) = paid();
    let asked = request(&paid, RefundId::new(), back(None, RefundTo::Card), NOW);
    truth.refunds =
        vec![ProviderRefund { outcome: RefundOutcome::Pending, ..refund("71", 12_000) }];
    let waiting = settled(&asked.unwrap(), BookingStanding::Confirmed, &truth).payment;
    assert_eq!(waiting.status, Status::RefundRequested);
    assert_eq!(waiting.watch, Some(Watch::unknown(NOW)));
    truth.refunds =
        vec![ProviderRefund { outcome: RefundOutcome::Refused, ..refund("71", 12_000) }];
    let failed = settled(&waiting, BookingStanding::Confirmed, &truth).payment;
    assert_eq!(
        (failed.status, failed.refundable(), failed.watch),
        (Status::Approved, 12_000, None)
    );
    assert_eq!(failed.last_problem.map(|p| p.code), Some(ProblemCode::RefundRefused));
}

#[test]
fn money_that_went_back_before_it_was_seen_buys_nothing() {
    let created = payment();
    let mut truth = truth(&created);
    truth.refunds = vec![refund("71", 12_000)];
    let settlement = settled(&created, HELD, &truth);
    assert_eq!(settlement.payment.status, Status::Refunded);
    assert_eq!(settlement.booking, BookingMove::Leave);
    assert_eq!(references(&settlement), ["mercadopago:payment:9001", "mercadopago:refund:71"]);
}

#[test]
fn a_booking_paid_twice_gives_the_second_payment_back() {
    let (paid, first) = paid();
    let mut second = ProviderPayment { id: "9002".parse().unwrap(), ..first.clone() };
    let settlement = settled(&paid, BookingStanding::Confirmed, &second);
    let after = &settlement.payment;
    assert_eq!(references(&settlement), ["mercadopago:payment:9002"]);
    assert_eq!((after.status, after.refunded), (Status::RefundRequested, 0));
    assert_eq!(after.refunds[0].provider_payment_id, second.id);
    assert_eq!(after.refundable(), 12_000, "the first payment is untouched");
    assert_eq!(settle(after, BookingStanding::Confirmed, &second), None);
    assert_eq!(settle(after, BookingStanding::Confirmed, &first), None);
    second.refunds = vec![refund("72", 12_000)];
    let done = settled(after, BookingStanding::Confirmed, &second);
    assert_eq!((done.payment.status, done.payment.refunded), (Status::Approved, 0));
    assert_eq!(references(&done), ["mercadopago:refund:72"]);
}

#[test]
fn a_chargeback_is_booked_once_and_ends_refunds() {
    let (paid, truth) = paid();
    let truth = ProviderPayment { outcome: Outcome::ChargedBack, ..truth };
    let settlement = settled(&paid, BookingStanding::Confirmed, &truth);
    assert_eq!(references(&settlement), ["mercadopago:chargeback:9001"]);
    assert_eq!(settlement.payment.refundable(), 0);
    assert_eq!(settlement.told, [Told::ChargedBack]);
    assert_eq!(settle(&settlement.payment, BookingStanding::Confirmed, &truth), None);
}

/// The same payment after so much of it went into the payer's wallet.
fn into_wallet(paid: &Payment, amount: i64) -> Payment {
    request(paid, RefundId::new(), back(Some(amount), RefundTo::Wallet), NOW).unwrap()
}

#[test]
fn a_chargeback_takes_what_the_provider_has_not_given_back_and_leaves_the_wallet_alone() {
    let (paid, truth) = paid();
    let paid = into_wallet(&paid, 9_000);
    let told = ProviderPayment { refunds: vec![refund("71", 1_000)], ..truth };
    let paid = settled(&paid, BookingStanding::Confirmed, &told).payment;
    assert_eq!((paid.refunded, paid.refunded_to_wallet()), (10_000, 9_000));
    let told = ProviderPayment { outcome: Outcome::ChargedBack, ..told };
    let settlement = settled(&paid, BookingStanding::Confirmed, &told);
    let postings = &settlement.postings[0].postings;
    let amounts: Vec<_> = postings.iter().map(|it| (it.account.as_str(), it.amount)).collect();
    assert_eq!(
        amounts,
        [("expenses:chargebacks", 11_000), ("assets:provider:mercadopago", -11_000)]
    );
    assert_eq!(settlement.payment.refunded_to_wallet(), 9_000);
    assert_eq!(settlement.payment.refundable(), 0);
}

#[test]
fn what_is_given_back_at_the_provider_after_it_was_in_the_wallet_is_booked_and_shown() {
    let (paid, truth) = paid();
    let paid = into_wallet(&paid, 12_000);
    let told = ProviderPayment { refunds: vec![refund("71", 12_000)], ..truth };
    let settlement = settled(&paid, BookingStanding::Cancelled, &told);
    assert_eq!(references(&settlement), ["mercadopago:refund:71"]);
    assert_eq!((settlement.payment.refunded, settlement.payment.refundable()), (24_000, 0));
    let problem = settlement.payment.last_problem.map(|problem| problem.code);
    assert_eq!(problem, Some(ProblemCode::RefundedTooMuch));
}

#[test]
fn of_what_a_wallet_has_paid_no_provider_says_anything() {
    let mut paid = payment();
    (paid.provider, paid.status) = (Provider::Wallet, Status::Approved);
    paid.provider_payment_id = paid.id.to_string().parse().ok();
    let settlement = settled(&paid, BookingStanding::Confirmed, &truth(&paid));
    assert!(settlement.postings.is_empty() && settlement.told.is_empty());
    assert_eq!(settlement.payment.status, Status::Approved);
    let problem = settlement.payment.last_problem.map(|problem| problem.code);
    assert_eq!(problem, Some(ProblemCode::ReferenceMismatch));
}

#[test]
fn a_fee_that_cannot_be_read_is_shown_and_the_gross_amount_booked() {
    let created = payment();
    for fee in [None, Some(ars(-1))] {
        let settlement = settled(&created, HELD, &ProviderPayment { fee, ..truth(&created) });
        assert_eq!(settlement.postings[0].postings.len(), 2);
        let problem = settlement.payment.last_problem;
        assert_eq!(problem.map(|p| p.code), Some(ProblemCode::FeeUnreadable));
        assert_eq!(settlement.booking, BookingMove::Confirm);
    }
    let free = settled(&created, HELD, &ProviderPayment { fee: Some(ars(0)), ..truth(&created) });
    assert_eq!((free.postings[0].postings.len(), free.payment.last_problem), (2, None));
}

/// A history of one payment at the provider: what it looks like after each step.
fn history(payment: &Payment, parts: &[i64]) -> Vec<ProviderPayment> {
    let approved = truth(payment);
    let at = |minute| NOW + SignedDuration::from_mins(minute);
    let mut steps = vec![
        ProviderPayment { outcome: Outcome::Pending, updated_at: at(0), ..approved.clone() },
        ProviderPayment { updated_at: at(1), ..approved.clone() },
    ];
    for (index, amount) in parts.iter().enumerate() {
        let mut next = steps[steps.len() - 1].clone();
        next.refunds.push(refund(&format!("7{index}"), *amount));
        next.updated_at = at(2 + i64::try_from(index).unwrap());
        steps.push(next);
    }
    steps
}

proptest! {
    /// Whatever order, repetition or loss: every fact is booked once, and the end is the same.
    #[test]
    fn order_and_repetition_do_not_matter(
        parts in prop::collection::vec(1_i64..4_000, 0..3),
        order in prop::collection::vec(0_usize..5, 0..12),
    ) {
        let mut current = payment();
        let steps = history(&current, &parts);
        let mut booking = HELD;
        let (mut posted, mut confirmed) = (Vec::new(), 0);
        let seen = order.iter().map(|step| &steps[step % steps.len()]).chain(steps.last());
        for truth in seen {
            let Some(settlement) = settle(&current, booking, truth) else { continue };
            posted.extend(references(&settlement));
            if settlement.booking == BookingMove::Confirm {
                (booking, confirmed) = (BookingStanding::Confirmed, confirmed + 1);
            }
            prop_assert_eq!(settlement.payment.version, current.version + 1);
            current = settlement.payment;
        }
        let mut once = posted.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), posted.len());
        prop_assert_eq!(posted.len(), 1 + parts.len());
        prop_assert_eq!(confirmed, 1);
        prop_assert_eq!(current.refunded, parts.iter().sum::<i64>());
    }
}
