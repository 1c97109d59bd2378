//! Whatever happens to a booking and its payments, and in whatever order: what was booked is what was paid less what
//! went back, and a slow book of who owes what says the same as the payments do.

use std::collections::{BTreeMap, BTreeSet};

use booking::{Booking, RefundTo};
use kernel::{
    AccountId, PaymentId,
    jiff::{SignedDuration, Timestamp},
};
use ledger::Transaction;
use proptest::prelude::*;

use crate::{
    AtDesk, Billed, BookingMove, BookingStanding, DeskMethod, Paperwork, Payment, ProviderPayment,
    Purpose, RefundStatus, decide,
    fixtures::{NOW, SELLER, ars, booking, payment, truth},
    schedule::Asked,
    shares,
};

#[derive(Debug, Clone, Copy)]
enum Act {
    /// The provider tells that this one was paid; again, if it was before.
    Pay(usize),
    /// The desk takes it.
    Desk(usize),
    /// It becomes the owner's.
    TakeOver(usize),
    /// Refunds that are on their way are made.
    CarryOut,
    /// Cancelled, and so many percent go back.
    Cancel(i64),
    /// Moved: so much dearer, or cheaper, and so many hours later.
    Move(i64, i64),
    /// Time goes on, and what is due is looked at.
    Wait(i64),
    Forgive(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..9_usize).prop_map(Act::Pay),
        2 => (0..9_usize).prop_map(Act::Desk),
        2 => (0..9_usize).prop_map(Act::TakeOver),
        2 => Just(Act::CarryOut),
        1 => (0..=100_i64).prop_map(Act::Cancel),
        3 => ((-9_000..9_000_i64), 0..6_i64).prop_map(|(by, later)| Act::Move(by, later)),
        3 => (1..30_i64).prop_map(Act::Wait),
        1 => (0..9_usize).prop_map(Act::Forgive),
    ]
}

/// What a careful clerk would have on one sheet of paper.
#[derive(Debug, Default)]
struct Sheet {
    /// What was taken less what went back.
    cash: i64,
    /// What is asked for and was not paid, by whom.
    open: BTreeMap<PaymentId, (AccountId, i64)>,
    owed: BTreeSet<PaymentId>,
}

struct House {
    booking: Booking,
    standing: BookingStanding,
    payments: Vec<Payment>,
    /// What every provider's payment is by now.
    truths: Vec<ProviderPayment>,
    diary: BTreeMap<PaymentId, AccountId>,
    booked: Vec<Transaction>,
    sheet: Sheet,
    now: Timestamp,
}

impl House {
    fn new(price: i64, guests: i64, others: usize) -> Self {
        let mut booking = booking();
        booking.price = ars(price);
        let parts = shares(ars(price), ars(guests.min(price)), others);
        assert_eq!(parts.iter().map(|part| part.amount).sum::<i64>(), price);
        let mut own = payment();
        (own.account_id, own.amount, own.booking_id) = (booking.account_id, parts[0], booking.id);
        let mut sheet = Sheet::default();
        let bill = |amount: &kernel::Money| {
            let id = PaymentId::new();
            let billed = Billed {
                id,
                account_id: AccountId::new(),
                amount: *amount,
                purpose: Purpose::Share,
                lock_in_hours: 0,
            };
            Payment::billed(&booking, own.club_id, billed, NOW)
        };
        let bills: Vec<_> = parts[1..].iter().filter(|part| !part.is_zero()).map(bill).collect();
        for bill in &bills {
            sheet.open.insert(bill.id, (bill.account_id, bill.amount.amount));
        }
        let payments = std::iter::once(own.clone()).chain(bills).collect();
        Self {
            booking,
            standing: BookingStanding::Held,
            payments,
            truths: Vec::new(),
            diary: BTreeMap::new(),
            booked: Vec::new(),
            sheet,
            now: NOW,
        }
    }

    /// What a transaction would do with a payment, its diary included.
    fn store(&mut self, before: &Payment, after: Payment) {
        assert_eq!(after.version, before.version + 1, "one change, one version");
        let at = self.payments.iter().position(|one| one.id == before.id).unwrap();
        assert_eq!(self.payments[at].version, before.version, "each payment changes once");
        match (before.is_owed(), after.is_owed()) {
            (false, true) => {
                self.diary.insert(after.id, after.account_id);
            }
            (true, false) => assert_eq!(self.diary.remove(&before.id), Some(before.account_id)),
            _ => {}
        }
        self.payments[at] = after;
    }

    fn file(&mut self, paperwork: Paperwork) {
        for change in paperwork.changed {
            self.store(&change.before, change.after);
        }
        self.payments.extend(paperwork.made);
        self.booked.extend(paperwork.postings);
    }

    fn settle(&mut self, truth: &ProviderPayment) {
        let before = self.payments.iter().find(|one| one.id.to_string() == truth.reference);
        let before = before.unwrap().clone();
        let decided = decide(&before, self.standing, truth, SELLER, self.now).unwrap();
        let Some(settlement) = decided else { return };
        if settlement.booking != BookingMove::Leave {
            assert_eq!(before.purpose(), Purpose::Booking, "a bill confirms nothing");
            self.standing = BookingStanding::Confirmed;
        }
        self.booked.extend(settlement.postings.clone());
        self.store(&before, settlement.payment);
    }

    fn pay(&mut self, which: usize) {
        let one = self.payments[which % self.payments.len()].clone();
        let mut truth = truth(&one);
        truth.id = format!("{}", 9_000 + self.truths.len()).parse().unwrap();
        truth.fee = Some(ars(0));
        self.sheet.cash += one.amount.amount;
        self.sheet.open.remove(&one.id);
        self.sheet.owed.remove(&one.id);
        self.truths.push(truth.clone());
        self.settle(&truth);
        // The same told twice is no news.
        let before = self.payments.clone();
        self.settle(&truth);
        assert_eq!(self.payments, before);
    }

    fn carry_out(&mut self) {
        for payment in self.payments.clone() {
            for refund in payment.requested() {
                let own = |truth: &&mut ProviderPayment| truth.id == refund.provider_payment_id;
                let truth = self.truths.iter_mut().find(own).unwrap();
                let id = format!("r-{}", refund.id.uuid().simple());
                truth.refunds.push(crate::fixtures::refund(&id, refund.amount));
                self.sheet.cash -= refund.amount;
                let truth = truth.clone();
                self.settle(&truth);
            }
        }
    }

    fn cancel(&mut self, percent: i64) {
        if self.standing != BookingStanding::Confirmed {
            return;
        }
        let mut paperwork = Paperwork::default();
        let share = |paid: &Payment| paid.refundable() * percent / 100;
        for paid in self.payments.iter().filter(|paid| paid.at_desk.is_some()) {
            self.sheet.cash -= share(paid);
        }
        let keeps = |asked: i64| asked - asked * percent / 100;
        let to = (share, RefundTo::Card);
        let moved = paperwork.give_up(&self.payments, to, keeps, self.now).unwrap();
        let replaced: BTreeMap<_, _> = moved.replaced.into_iter().collect();
        let open = std::mem::take(&mut self.sheet.open);
        for (id, (account, asked)) in open.into_iter().filter(|(_, (_, asked))| keeps(*asked) > 0) {
            let id = if keeps(asked) == asked { id } else { replaced[&id].unwrap() };
            self.sheet.open.insert(id, (account, keeps(asked)));
        }
        let open = &self.sheet.open;
        self.sheet.owed.retain(|id| open.contains_key(id));
        self.file(paperwork);
        self.standing = BookingStanding::Cancelled;
        self.wait(0);
    }

    fn shift(&mut self, by: i64, later: i64) {
        let movable =
            self.standing == BookingStanding::Confirmed && self.now < self.booking.starts_at;
        if !movable || self.booking.price.amount + by < 0 {
            return;
        }
        let hours = SignedDuration::from_hours(later);
        let before = self.booking.clone();
        self.booking.starts_at += hours;
        self.booking.ends_at += hours;
        self.booking.price.amount += by;
        let live = self.live();
        let mut paperwork = Paperwork::default();
        let places = (&before, &self.booking);
        let moved = paperwork.follow(&self.payments, places, (-by).max(0), self.now).unwrap();
        for change in &paperwork.changed {
            if change.before.at_desk.is_some() {
                self.sheet.cash -= change.after.refunded - change.before.refunded;
            }
        }
        if by > 0 {
            let billed = Billed {
                id: PaymentId::new(),
                account_id: self.booking.account_id,
                amount: ars(by),
                purpose: Purpose::Difference,
                lock_in_hours: 0,
            };
            let club = self.payments[0].club_id;
            paperwork.make([Payment::billed(&self.booking, club, billed, self.now)]);
        }
        for made in &paperwork.made {
            self.sheet.open.insert(made.id, (made.account_id, made.amount.amount));
        }
        for (old, _) in &moved.replaced {
            self.sheet.open.remove(old);
        }
        self.file(paperwork);
        assert_eq!(self.live(), (live + by).max(0), "all is asked for that it costs, and no more");
    }

    /// What is paid and not on its way back, and what is asked for.
    fn live(&self) -> i64 {
        let worth =
            |one: &Payment| if one.is_open() { one.amount.amount } else { one.refundable() };
        self.payments.iter().map(worth).sum()
    }

    fn wait(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
        let stands = self.standing == BookingStanding::Confirmed;
        let deadline = self.booking.ends_at + SignedDuration::from_hours(2);
        for before in self.payments.clone() {
            let Some(watch) = before.watch.filter(|watch| watch.next_poll_at <= self.now) else {
                continue;
            };
            let after = crate::bill::after_poll(&before, watch, Asked::Answered, stands, self.now);
            if after != before {
                self.store(&before, after);
            }
            if before.bill.is_some() && self.sheet.open.contains_key(&before.id) {
                assert!(self.now >= deadline, "nothing is owed before its time");
                if stands || before.outlives_its_booking() {
                    self.sheet.owed.insert(before.id);
                } else {
                    self.sheet.open.remove(&before.id);
                }
            }
        }
    }

    fn act(&mut self, act: Act) {
        let some = |which: usize| which % self.payments.len();
        match act {
            Act::Pay(which) => self.pay(which),
            Act::CarryOut => self.carry_out(),
            Act::Cancel(percent) => self.cancel(percent),
            Act::Move(by, later) => self.shift(by, later),
            Act::Wait(hours) => self.wait(hours),
            Act::Desk(which) => {
                let one = self.payments[some(which)].clone();
                let mut paperwork = Paperwork::default();
                let desk = AtDesk { method: DeskMethod::Cash, by: AccountId::new(), at: self.now };
                let taken = paperwork.take_at_desk(&one, desk);
                assert_eq!(taken.is_ok(), self.sheet.open.contains_key(&one.id));
                if taken.is_ok() {
                    self.sheet.cash += one.amount.amount;
                    self.sheet.open.remove(&one.id);
                    self.sheet.owed.remove(&one.id);
                    self.file(paperwork);
                }
            }
            Act::TakeOver(which) => {
                let one = self.payments[some(which)].clone();
                let owner = self.booking.account_id;
                let is_open = self.sheet.open.contains_key(&one.id);
                let may = is_open && !self.sheet.owed.contains(&one.id);
                let taken = one.taken_over(owner, self.now);
                assert_eq!(taken.is_ok(), may);
                if let Ok(after) = taken {
                    self.sheet.open.insert(one.id, (owner, one.amount.amount));
                    self.store(&one, after);
                }
            }
            Act::Forgive(which) => {
                let one = self.payments[some(which)].clone();
                let forgiven = one.forgiven(self.now);
                assert_eq!(forgiven.is_ok(), self.sheet.owed.contains(&one.id));
                if let Ok(after) = forgiven {
                    self.sheet.open.remove(&one.id);
                    self.sheet.owed.remove(&one.id);
                    self.store(&one, after);
                }
            }
        }
    }

    fn check(&self) {
        let income: i64 = self
            .booked
            .iter()
            .flat_map(|one| &one.postings)
            .filter(|posting| posting.account.as_str() == "income:court_bookings")
            .map(|posting| -posting.amount)
            .sum();
        assert_eq!(income, self.sheet.cash, "what was booked is what was paid less what went back");
        let references: BTreeSet<_> =
            self.booked.iter().map(|one| one.reference.to_string()).collect();
        assert_eq!(references.len(), self.booked.len(), "every fact is booked once");
        let open = self.payments.iter().filter(|one| one.is_open());
        let open: BTreeMap<_, _> =
            open.map(|one| (one.id, (one.account_id, one.amount.amount))).collect();
        assert_eq!(open, self.sheet.open);
        let owed: BTreeSet<_> = self.diary.keys().copied().collect();
        assert_eq!(owed, self.sheet.owed, "a debt is in a diary, once");
        for (payment, account) in &self.diary {
            assert_eq!(self.sheet.open[payment].0, *account, "in the diary of who owes it");
        }
        for one in &self.payments {
            let done = |refund: &&crate::Refund| refund.status == RefundStatus::Done;
            let counted =
                one.refunds.iter().filter(done).filter(|it| one.counts(&it.provider_payment_id));
            assert_eq!(counted.map(|it| it.amount).sum::<i64>(), one.refunded);
            assert!(one.refunded <= one.amount.amount && one.refundable() >= 0);
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_the_books_say_what_was_paid(
        price in 1..50_000_i64,
        guests in 0..5_000_i64,
        others in 0..5_usize,
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let mut house = House::new(price, guests, others);
        for act in acts {
            house.act(act);
            house.check();
        }
        house.wait(24 * 400);
        house.carry_out();
        house.check();
        prop_assert!(house.payments.iter().all(|one| !one.is_open() || one.is_owed()), "nothing stays open for ever");
    }
}
