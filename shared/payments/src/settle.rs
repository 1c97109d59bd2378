//! What follows from the provider's truth. Pure: the same facts decide the same.

mod refunds;

use kernel::{Result, jiff::Timestamp};
use ledger::Transaction;

use crate::{
    Outcome, Payment, ProblemCode, Provider, ProviderPayment, RefundReason, Status, Watch,
    event::Told, posting, schedule,
};

/// Where the booking stands that the payment pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookingStanding {
    /// Waiting for the payment.
    Held,
    /// Paid already, or confirmed by hand.
    Confirmed,
    /// Its hold ended unpaid.
    Expired {
        /// Whether its slots may be tried for again.
        retakable: bool,
    },
    /// Nobody wants it any more.
    Cancelled,
}

/// What becomes of the booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookingMove {
    /// Nothing.
    Leave,
    /// Held becomes confirmed.
    Confirm,
    /// Expired becomes confirmed, if its slots are still free.
    Retake,
}

/// Everything that one truth changes, for one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The payment afterwards, one version up.
    pub payment: Payment,
    /// What is booked.
    pub postings: Vec<Transaction>,
    /// What becomes of the booking.
    pub booking: BookingMove,
    /// What is told.
    pub told: Vec<Told>,
}

/// What follows from the provider's truth about one of its payments; `None` where it was known before.
///
/// Nothing is booked before seller, reference, currency and amount are what was asked for. Truths may
/// come twice, late and in any order: the provider's `updated_at` and our own state decide which is news.
pub fn decide(
    payment: &Payment,
    booking: BookingStanding,
    truth: &ProviderPayment,
    seller: &str,
    now: Timestamp,
) -> Result<Option<Settlement>> {
    let mut settling = Settling {
        before: payment,
        next: payment.clone(),
        truth,
        now,
        postings: Vec::new(),
        told: Vec::new(),
        booking: BookingMove::Leave,
    };
    match (mismatch(payment, truth, seller), truth.outcome) {
        (Some(code), _) => settling.mismatched(code),
        (None, Outcome::Pending) => settling.pending(),
        (None, Outcome::Declined) => settling.declined(),
        (None, Outcome::Approved | Outcome::ChargedBack) => settling.taken(booking)?,
    }
    Ok(settling.finish())
}

fn mismatch(payment: &Payment, truth: &ProviderPayment, seller: &str) -> Option<ProblemCode> {
    if truth.seller != seller {
        return Some(ProblemCode::SellerMismatch);
    }
    // Of what a wallet pays, no provider knows anything.
    if truth.reference != payment.id.to_string() || payment.provider == Provider::Wallet {
        return Some(ProblemCode::ReferenceMismatch);
    }
    match truth.amount {
        Some(charged) if charged == payment.amount => None,
        Some(charged) if charged.currency == payment.amount.currency => {
            Some(ProblemCode::AmountMismatch)
        }
        _ => Some(ProblemCode::CurrencyMismatch),
    }
}

struct Settling<'a> {
    before: &'a Payment,
    next: Payment,
    truth: &'a ProviderPayment,
    now: Timestamp,
    postings: Vec<Transaction>,
    told: Vec<Told>,
    booking: BookingMove,
}

impl Settling<'_> {
    fn finish(mut self) -> Option<Settlement> {
        if self.postings.is_empty() && self.next == *self.before {
            return None;
        }
        if self.next.counts(&self.truth.id) {
            self.next.provider_updated_at = Some(self.truth.updated_at);
        }
        self.next.version += 1;
        self.next.updated_at = self.now;
        Some(Settlement {
            payment: self.next,
            postings: self.postings,
            booking: self.booking,
            told: self.told,
        })
    }

    /// Notes a problem of this truth, once.
    fn note(&mut self, code: ProblemCode) {
        let noted = self.next.last_problem.as_ref().is_some_and(|problem| {
            problem.code == code && problem.provider_payment_id.as_ref() == Some(&self.truth.id)
        });
        if !noted {
            self.next.note(code, Some(self.truth.id.clone()), self.now);
        }
    }

    /// Whether something newer is known of the same payment, or it is not the one that counts.
    fn is_no_news(&self) -> bool {
        if self.next.counts(&self.truth.id) {
            return self.before.provider_updated_at.is_some_and(|at| self.truth.updated_at < at);
        }
        self.next.status.is_paid() || self.next.status == Status::Pending
    }

    /// A payment that is not what was asked for blocks no right one: another may still come.
    fn mismatched(&mut self, code: ProblemCode) {
        if !self.next.status.is_paid() {
            self.next.status = Status::Mismatch;
        }
        self.note(code);
    }

    fn pending(&mut self) {
        if self.next.status.is_paid() || self.is_no_news() {
            return;
        }
        if self.next.status != Status::Pending {
            self.next.status = Status::Pending;
            self.next.watch = Some(Watch::pending(self.now));
        }
        self.next.provider_payment_id = Some(self.truth.id.clone());
    }

    fn declined(&mut self) {
        if self.is_no_news() {
            return;
        }
        if self.next.status.is_paid() {
            return self.note(ProblemCode::Contradiction);
        }
        if self.next.status == Status::Pending {
            let open = self.next.bill.is_some() || self.now < self.next.expires_at;
            self.next.watch = open.then(|| self.next.deadline());
        }
        if self.next.status != Status::Declined {
            self.next.status = Status::Declined;
            self.told.push(Told::Declined);
        }
        self.next.provider_payment_id = Some(self.truth.id.clone());
    }

    fn taken(&mut self, booking: BookingStanding) -> Result<()> {
        let first = !self.next.status.is_paid();
        if first {
            self.take()?;
        } else if !self.next.counts(&self.truth.id) {
            self.take_again()?;
        }
        for refund in &self.truth.refunds {
            self.give_back(refund)?;
        }
        if self.truth.outcome == Outcome::ChargedBack && self.next.counts(&self.truth.id) {
            self.charge_back()?;
        }
        if first {
            self.place(booking);
        }
        self.next.restate();
        let waiting = self.next.requested().next().is_some();
        match self.next.watch {
            Some(watch) if waiting && watch.reason == schedule::Reason::Unknown => {}
            _ => self.next.watch = waiting.then(|| Watch::unknown(self.now)),
        }
        Ok(())
    }

    /// The first payment for the booking that went through.
    fn take(&mut self) -> Result<()> {
        self.next.provider_payment_id = Some(self.truth.id.clone());
        self.next.status = Status::Approved;
        self.next.last_problem = None;
        if let Some(bill) = &mut self.next.bill {
            bill.owed_since = None;
        }
        self.book_taken()?;
        self.told.push(Told::Approved);
        Ok(())
    }

    /// One more payment for a booking that was paid: booked, for the money is there, and given back.
    fn take_again(&mut self) -> Result<()> {
        let known = self.next.refunds.iter().any(|r| r.provider_payment_id == self.truth.id);
        if known || self.truth.outcome == Outcome::ChargedBack {
            return Ok(());
        }
        self.book_taken()?;
        self.note(ProblemCode::PaidTwice);
        self.request(self.next.amount.amount, RefundReason::PaidTwice);
        Ok(())
    }

    fn book_taken(&mut self) -> Result<()> {
        if self.truth.fee.is_none_or(|fee| fee.amount < 0) {
            self.note(ProblemCode::FeeUnreadable);
        }
        self.postings.push(posting::taken(&self.next, self.truth, self.now)?);
        Ok(())
    }

    fn charge_back(&mut self) -> Result<()> {
        if self.next.charged_back {
            return Ok(());
        }
        self.next.charged_back = true;
        self.note(ProblemCode::ChargedBack);
        self.told.push(Told::ChargedBack);
        // What is in the wallet, the provider did not give back, and the bank takes it. It stays in the wallet:
        // nobody can be made to owe by what a bank says. Staff take it out, if they want to.
        let by_provider = self.next.refunded - self.next.refunded_to_wallet();
        let left = self.next.amount.amount - by_provider;
        if left > 0 {
            self.postings.push(posting::charged_back(&self.next, self.truth, left, self.now)?);
        }
        Ok(())
    }

    /// Gives the payer what was paid for, or the money back. Money that is on its way back already buys
    /// nothing.
    fn place(&mut self, booking: BookingStanding) {
        let left = self.next.refundable();
        if left == 0 {
            return;
        }
        if self.next.is_closed() {
            return self.request(left, RefundReason::NotOwed);
        }
        if self.next.outlives_its_booking() {
            return;
        }
        let confirms = self.next.bill.is_none();
        match booking {
            BookingStanding::Held | BookingStanding::Expired { retakable: true } if !confirms => {}
            BookingStanding::Held => self.booking = BookingMove::Confirm,
            BookingStanding::Confirmed => {}
            BookingStanding::Expired { retakable: true } => self.booking = BookingMove::Retake,
            BookingStanding::Expired { retakable: false } => {
                self.request(left, RefundReason::PaidTooLate);
            }
            BookingStanding::Cancelled => self.request(left, RefundReason::BookingCancelled),
        }
    }
}

#[cfg(test)]
mod tests;
