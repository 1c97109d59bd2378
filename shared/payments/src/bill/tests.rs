use booking::RefundTo;

use super::*;
use crate::{
    BookingMove, BookingStanding, Outcome, Paperwork, ProviderPayment, RefundReason, decide,
    fixtures::{NOW, SELLER, ars, back, bill, booking, payment, truth},
    schedule::Asked,
    shares,
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code()
}

/// The bill after its time has come and nobody was asked.
fn polled(bill: &Payment, stands: bool) -> Payment {
    let watch = bill.watch.unwrap();
    after_poll(bill, watch, Asked::Answered, stands, watch.next_poll_at)
}

#[test]
fn a_bill_is_due_by_the_start_and_owed_two_hours_after_the_end() {
    let booking = booking();
    let share = bill(&booking, 4_000, Purpose::Share).bill.unwrap();
    assert_eq!((share.due_at, share.owed_from), (booking.starts_at, booking.ends_at + 2 * HOUR));
    let later = Billed {
        id: PaymentId::new(),
        account_id: booking.account_id,
        amount: ars(12_000),
        purpose: Purpose::Later,
        lock_in_hours: 6,
    };
    let billed = |lock_in_hours| {
        let later = Billed { lock_in_hours, ..later };
        Payment::billed(&booking, ClubId::new(), later, NOW).bill.unwrap().due_at
    };
    assert_eq!(billed(6), booking.starts_at - 6 * HOUR);
    assert_eq!(billed(48), NOW, "the lock-in has passed");
}

#[test]
fn an_open_bill_is_owed_once_and_only_where_its_booking_was_theirs() {
    let share = bill(&booking(), 4_000, Purpose::Share);
    assert_eq!(share.fallen_due(true, share.bill.unwrap().owed_from - HOUR), None);
    let owed = polled(&share, true);
    assert!(owed.is_owed() && owed.is_open() && owed.watch.is_none());
    assert_eq!((owed.version, owed.standing()), (share.version + 1, "owed"));
    assert_eq!(owed.fallen_due(true, NOW + 99 * HOUR), None, "once");
    let over = polled(&share, false);
    assert!(!over.is_owed() && over.is_closed());
    assert_eq!(over.standing(), "closed");
}

#[test]
fn while_the_provider_is_silent_or_undecided_nothing_is_owed() {
    let mut share = bill(&booking(), 4_000, Purpose::Share);
    share.checkout_url = Some("https://provider.example/1".to_owned());
    let watch = share.watch.unwrap();
    let silent = after_poll(&share, watch, Asked::Failed, true, watch.next_poll_at);
    assert!(!silent.is_owed());
    assert_eq!(silent.watch.unwrap().reason, schedule::Reason::Unknown);
    assert!(polled(&silent, true).is_owed(), "it has answered");
    let mut truth = truth(&share);
    truth.outcome = Outcome::Pending;
    let now = watch.next_poll_at;
    let decided = |payment: &Payment, truth: &ProviderPayment| {
        decide(payment, BookingStanding::Confirmed, truth, SELLER, now).unwrap().unwrap().payment
    };
    let pending = decided(&share, &truth);
    assert_eq!(after_poll(&pending, watch, Asked::Answered, true, now), pending);
    truth.outcome = Outcome::Declined;
    let declined = decided(&pending, &truth);
    assert_eq!(declined.watch, Some(declined.deadline()), "it is looked at again");
    assert!(polled(&declined, true).is_owed());
}

#[test]
fn what_is_paid_late_is_no_debt_and_what_was_forgiven_goes_back() {
    let share = polled(&bill(&booking(), 4_000, Purpose::Share), true);
    let paid = |payment: &Payment| {
        let truth = truth(payment);
        decide(payment, BookingStanding::Confirmed, &truth, SELLER, NOW).unwrap().unwrap()
    };
    let late = paid(&share);
    assert!(!late.payment.is_owed() && late.payment.refunds.is_empty());
    assert_eq!((late.booking, late.postings.len()), (BookingMove::Leave, 1));
    let forgiven = share.forgiven(NOW).unwrap();
    assert_eq!((forgiven.is_owed(), forgiven.standing()), (false, "forgiven"));
    assert_eq!(code(forgiven.forgiven(NOW)), "NOT_OWED");
    let back = paid(&forgiven).payment;
    assert_eq!((back.refunds[0].reason, back.refunds[0].amount), (RefundReason::NotOwed, 4_000));
    assert_eq!(code(late.payment.forgiven(NOW)), "NOT_OWED");
}

#[test]
fn a_bill_confirms_nothing_and_takes_nothing_again() {
    for (standing, goes_back) in [
        (BookingStanding::Held, false),
        (BookingStanding::Confirmed, false),
        (BookingStanding::Expired { retakable: true }, false),
        (BookingStanding::Expired { retakable: false }, true),
        (BookingStanding::Cancelled, true),
    ] {
        let share = bill(&booking(), 4_000, Purpose::Share);
        let settled = decide(&share, standing, &truth(&share), SELLER, NOW).unwrap().unwrap();
        assert_eq!(settled.booking, BookingMove::Leave, "{standing:?}");
        assert_eq!(!settled.payment.refunds.is_empty(), goes_back, "{standing:?}");
    }
}

#[test]
fn a_share_is_taken_over_until_it_is_paid_closed_or_owed() {
    let share = bill(&booking(), 4_000, Purpose::Share);
    let owner = AccountId::new();
    let taken = share.taken_over(owner, NOW).unwrap();
    assert_eq!((taken.account_id, taken.id, taken.amount), (owner, share.id, share.amount));
    assert_eq!(code(polled(&share, true).taken_over(owner, NOW)), "BILL_OWED");
    assert_eq!(code(polled(&share, false).taken_over(owner, NOW)), "BILL_CLOSED");
    assert_eq!(code(payment().taken_over(owner, NOW)), "NOT_A_BILL");
}

#[test]
fn what_is_paid_at_the_desk_is_booked_there_and_given_back_there() {
    let share = polled(&bill(&booking(), 4_000, Purpose::Later), true);
    let desk = AtDesk { method: DeskMethod::Cash, by: AccountId::new(), at: NOW };
    let mut paperwork = Paperwork::default();
    let paid = paperwork.take_at_desk(&share, desk).unwrap();
    assert_eq!((paid.standing(), paid.refundable(), paid.is_owed()), ("paid", 4_000, false));
    assert_eq!(code(paperwork.take_at_desk(&paid, desk)), "PAYMENT_ALREADY_MADE");
    let paid_back = paperwork.give_back(&paid, back(Some(1_500), RefundTo::Card), NOW).unwrap();
    assert_eq!(
        (paid_back.status, paid_back.refunded, paid_back.watch),
        (Status::PartiallyRefunded, 1_500, None)
    );
    let booked: Vec<_> = paperwork.postings.iter().map(|one| one.postings[0].amount).collect();
    assert_eq!(booked, [4_000, 1_500]);
    // Somebody paid it online as well.
    let twice = decide(&paid_back, BookingStanding::Confirmed, &truth(&share), SELLER, NOW);
    let twice = twice.unwrap().unwrap().payment;
    assert_eq!(twice.refunds.last().unwrap().reason, RefundReason::PaidTwice);
    assert_eq!(twice.refundable(), 2_500);
}

#[test]
fn a_moved_booking_takes_its_open_bills_along() {
    let before = booking();
    let mut after = before.clone();
    (after.starts_at, after.ends_at) = (before.starts_at + 5 * HOUR, before.ends_at + 5 * HOUR);
    let share = bill(&before, 4_000, Purpose::Share);
    let moved = share.following((&before, &after), NOW).unwrap();
    let bill = moved.bill.unwrap();
    assert_eq!((bill.due_at, bill.owed_from), (after.starts_at, after.ends_at + 2 * HOUR));
    assert_eq!(moved.watch, Some(moved.deadline()));
    assert_eq!(polled(&share, false).following((&before, &after), NOW), None);
}

#[test]
fn guests_are_the_owner_s_and_the_rest_is_shared() {
    let amounts = |price, guests, others| {
        let shares = shares(ars(price), ars(guests), others);
        shares.iter().map(|share| share.amount).collect::<Vec<_>>()
    };
    assert_eq!(amounts(12_000, 0, 3), [3_000; 4]);
    assert_eq!(amounts(10_000, 1_000, 3), [3_250, 2_250, 2_250, 2_250]);
    assert_eq!(amounts(100, 0, 2), [34, 33, 33]);
    assert_eq!(amounts(2, 0, 3), [1, 1, 0, 0]);
    assert_eq!(amounts(100, 0, 0), [100]);
}
