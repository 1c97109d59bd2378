//! What becomes of several payments of a booking at once, as the writes of one transaction.

use booking::{Booking, RefundTo};
use kernel::{Error, Money, PaymentId, RefundId, Result, jiff::Timestamp};
use ledger::Transaction;
use table::{PlatformTable, TenantTable, Write};

use crate::{
    CloseReason, Payment, Purpose, RefundReason, RefundStatus, Return, bill::AtDesk, event::Told,
    posting, refund, store, wallet,
};

/// Changes of payments, and what they book. Each payment changes once.
#[derive(Debug, Default)]
pub struct Paperwork {
    pub(crate) made: Vec<Payment>,
    pub(crate) changed: Vec<Change>,
    pub(crate) postings: Vec<Transaction>,
}

#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) before: Payment,
    pub(crate) after: Payment,
    pub(crate) told: Option<Told>,
}

/// The payments of a booking after it was moved or cancelled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// What goes back to those who have paid, in minor units.
    pub goes_back: i64,
    /// Bills that are not asked for any more, each with the one that is asked for instead.
    pub replaced: Vec<(PaymentId, Option<PaymentId>)>,
}

impl Moved {
    /// By what a booking is paid from then on: what is not asked for any more is left out.
    pub fn paid_by(&self, booking: &Booking) -> (Option<PaymentId>, Vec<PaymentId>) {
        let instead_of = |payment: &PaymentId| {
            let replaced = self.replaced.iter().find(|(old, _)| old == payment);
            replaced.map_or(Some(*payment), |(_, new)| *new)
        };
        let bills = booking.bills.iter().filter_map(instead_of).collect();
        (booking.payment_id.as_ref().and_then(instead_of), bills)
    }
}

/// The parts of a price in equal shares, the owner's first: what guests cost is the owner's, and what is left over
/// goes one minor unit each from the top. They sum to the price.
pub fn shares(price: Money, guests: Money, others: usize) -> Vec<Money> {
    let everybody_s = Money::new(price.amount - guests.amount, price.currency);
    let mut shares = everybody_s.allocate(&vec![1; 1 + others]);
    if let Some(owner) = shares.first_mut() {
        owner.amount += guests.amount;
    }
    shares
}

/// What goes back to all who have paid, each by this share of what is left of their payment, in minor units; `None`
/// where nobody has paid.
pub fn goes_back(payments: &[Payment], share: impl Fn(i64) -> i64) -> Option<Money> {
    let paid = payments.iter().filter(|payment| payment.refundable() > 0);
    let back = paid.map(|payment| payment.money(share(payment.refundable())));
    back.reduce(|sum, one| Money::new(sum.amount + one.amount, sum.currency))
}

/// What has to be paid still of a booking that is cancelled, where the club keeps so much of what each open bill asks
/// for, in minor units; `None` where nothing is left to pay.
pub fn still_due(payments: &[Payment], keeps: impl Fn(i64) -> i64) -> Option<Money> {
    let open = payments.iter().filter(|payment| payment.is_open());
    let due = open.map(|payment| payment.money(keeps(payment.amount.amount)));
    let due = due.reduce(|sum, one| Money::new(sum.amount + one.amount, sum.currency));
    due.filter(|due| !due.is_zero())
}

impl Paperwork {
    /// New payments.
    pub fn make(&mut self, payments: impl IntoIterator<Item = Payment>) {
        self.made.extend(payments);
    }

    /// A payment that becomes another. A debt that comes or goes is written into the diary with it.
    pub fn change(&mut self, before: &Payment, after: Payment) {
        self.note(before, after, None);
    }

    fn note(&mut self, before: &Payment, after: Payment, told: Option<Told>) {
        self.changed.push(Change { before: before.clone(), after, told });
    }

    /// So much of a payment goes back: to the card, into the payer's wallet, or, of what was paid at the desk and shall
    /// not go into the wallet, at the desk. The payment as it will be.
    ///
    /// 409 where there is nothing to give back, 422 `REFUND_TOO_LARGE` where there is less.
    pub fn give_back(
        &mut self,
        payment: &Payment,
        back: Return,
        now: Timestamp,
    ) -> Result<Payment> {
        let id = RefundId::new();
        let after = refund::request(payment, id, back, now)?;
        let made = after.refunds.iter().find(|one| one.id == id);
        let told = match made.filter(|made| made.status == RefundStatus::Done) {
            None => Told::RefundRequested(id),
            Some(made) => {
                self.postings.push(match made.to {
                    RefundTo::Wallet => wallet::refunded(&after, id, made.amount, now)?,
                    RefundTo::Card => posting::given_back_at_desk(&after, made, now)?,
                });
                Told::Refunded(id)
            }
        };
        self.note(payment, after.clone(), Some(told));
        Ok(after)
    }

    /// A bill that was paid at the desk: 409 `PAYMENT_ALREADY_MADE`, `BILL_CLOSED`, `NOT_A_BILL`. The payment as it
    /// will be.
    pub fn take_at_desk(&mut self, payment: &Payment, desk: AtDesk) -> Result<Payment> {
        let after = payment.paid_at_desk(desk)?;
        self.postings.push(posting::taken_at_desk(&after, desk)?);
        self.note(payment, after.clone(), Some(Told::Approved));
        Ok(after)
    }

    /// The booking is given up: each payer gets back what `share` says of what they have paid, in minor units, and
    /// where the policy says. Of bills that are open, what `keeps` says of them is asked for still, and they are closed
    /// where that is nothing. (What is still to come for a payment that holds a booking goes back when it comes.)
    pub fn give_up(
        &mut self,
        payments: &[Payment],
        (share, to): (impl Fn(&Payment) -> i64, RefundTo),
        keeps: impl Fn(i64) -> i64,
        now: Timestamp,
    ) -> Result<Moved> {
        let mut moved = Moved::default();
        for payment in payments {
            let amount = share(payment).min(payment.refundable());
            if amount > 0 {
                moved.goes_back += amount;
                let (amount, reason) = (Some(amount), RefundReason::BookingCancelled);
                self.give_back(payment, Return { amount, reason, to }, now)?;
                continue;
            }
            let Some(kept) = payment.kept(now) else { continue };
            let left = keeps(payment.amount.amount);
            if left >= payment.amount.amount {
                self.change(payment, kept);
                continue;
            }
            let is_over = left <= 0;
            let why = if is_over { CloseReason::BookingOver } else { CloseReason::Lowered };
            self.change(payment, payment.closed(why, now).ok_or_else(not_open)?);
            if !is_over {
                let new = PaymentId::new();
                moved.replaced.push((payment.id, Some(new)));
                self.made.extend(kept.lowered(new, left, now));
            }
        }
        Ok(moved)
    }

    /// The booking is moved, to where it costs `less` minor units less: what is not paid of an earlier difference falls
    /// away first, the last one first; the rest is spread over all by what they pay. Who has paid gets it back, of
    /// whom it is asked still is asked for less. What stays open is due at the new time.
    pub fn follow(
        &mut self,
        payments: &[Payment],
        (before, after): (&Booking, &Booking),
        less: i64,
        now: Timestamp,
    ) -> Result<Moved> {
        let mut moved = Moved::default();
        for (payment, cut) in payments.iter().zip(cuts(payments, less)) {
            let Some(following) = payment.following((before, after), now) else {
                if cut > 0 {
                    let (amount, reason) = (Some(cut), RefundReason::BookingMoved);
                    let back = Return { amount, reason, to: RefundTo::Card };
                    self.give_back(payment, back, now)?;
                    moved.goes_back += cut;
                }
                continue;
            };
            if cut == 0 {
                self.change(payment, following);
                continue;
            }
            let closed = payment.closed(CloseReason::Lowered, now).ok_or_else(not_open)?;
            self.change(payment, closed);
            let left = payment.amount.amount - cut;
            let new = (left > 0).then(PaymentId::new);
            moved.replaced.push((payment.id, new));
            self.made.extend(new.and_then(|id| following.lowered(id, left, now)));
        }
        Ok(moved)
    }

    /// All of it, for one transaction: what is booked first, since that says most where it is booked already.
    pub fn writes(&self, table: &TenantTable, platform: &PlatformTable) -> Result<Vec<Write>> {
        let mut writes = ledger::post(table, &self.postings)?;
        for payment in &self.made {
            writes.push(store::create(table, platform, payment)?);
        }
        for Change { before, after, told } in &self.changed {
            writes.push(store::save(table, platform, after, told.as_slice())?);
            writes.extend(store::in_diary(table, before, after)?);
        }
        Ok(writes)
    }
}

fn not_open() -> Error {
    Error::internal("an open bill cannot be closed")
}

/// How much less each payment is, where all together are so much less: never more than what is left of it.
fn cuts(payments: &[Payment], less: i64) -> Vec<i64> {
    let worth = |payment: &Payment| {
        if payment.is_open() { payment.amount.amount } else { payment.refundable() }
    };
    let mut cuts = vec![0; payments.len()];
    let mut rest = less.max(0);
    for (cut, payment) in cuts.iter_mut().zip(payments).rev() {
        if payment.is_open() && payment.purpose() == Purpose::Difference {
            *cut = worth(payment).min(rest);
            rest -= *cut;
        }
    }
    let left: Vec<i64> = payments.iter().zip(&cuts).map(|(one, cut)| worth(one) - cut).collect();
    let total: i64 = left.iter().sum();
    let rest = rest.min(total);
    let part = |left: i64| {
        let part = i128::from(rest) * i128::from(left) / i128::from(total.max(1));
        i64::try_from(part).unwrap_or(left)
    };
    let parts: Vec<i64> = left.iter().map(|left| part(*left)).collect();
    let mut over = rest - parts.iter().sum::<i64>();
    for ((cut, part), left) in cuts.iter_mut().zip(parts).zip(left) {
        let one = i64::from(over > 0 && part < left);
        over -= one;
        *cut += part + one;
    }
    cuts
}
