//! Bills: payments of a booking that nobody waits for. The booking is confirmed without them, and what is not paid
//! becomes a debt of whoever owes it.
//!
//! A bill is open until it is paid or closed. Some time after its booking has ended, an open one is owed: it stands in
//! its payer's diary until it is paid, forgiven or closed. What is paid for a closed bill goes back.

use booking::Booking;
use kernel::{
    AccountId, ClubId, Error, Money, PaymentId, Result,
    jiff::{SignedDuration, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::{Due, Payment, Provider, Status, Watch, schedule};

/// What is paid at the desk is written down by then: an open bill is owed so long after its booking has ended.
const OWED_AFTER: SignedDuration = SignedDuration::from_hours(2);
/// A bill can be paid online so long after it is owed, and at the desk ever after.
const PAYABLE: SignedDuration = SignedDuration::from_hours(365 * 24);
const HOUR_MINUTES: i64 = 60;

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A booking that is held until it is paid: the only one that confirms anything.
    Booking,
    /// One player's part.
    Share,
    /// What a booking costs more since it was moved.
    Difference,
    /// A booking that is paid later.
    Later,
    /// What a booking costs that was cancelled too late, by the venue's policy: of what nobody had paid yet. Whatever
    /// the booking is by now, this has to be paid.
    Cancellation,
}

impl Purpose {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Share => "share",
            Self::Difference => "difference",
            Self::Later => "later",
            Self::Cancellation => "cancellation",
        }
    }
}

/// What makes a payment a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// What for; never a booking.
    pub purpose: Purpose,
    /// Until when it should be paid.
    pub due_at: Timestamp,
    /// From then on it is owed, if it is still open.
    pub owed_from: Timestamp,
    /// Since when it stands in the payer's diary; only while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_since: Option<Timestamp>,
    /// Why nobody has to pay it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// That a bill has not to be paid any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Why.
    pub reason: CloseReason,
    /// Since when.
    pub at: Timestamp,
}

/// Why a bill has not to be paid any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The booking is not there any more, or never was.
    BookingOver,
    /// The booking became cheaper, or was cancelled: less is asked, by another bill if at all.
    Lowered,
    /// Staff forgave the debt.
    Forgiven,
}

impl CloseReason {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BookingOver => "booking_over",
            Self::Lowered => "lowered",
            Self::Forgiven => "forgiven",
        }
    }
}

/// How money was taken at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtDesk {
    /// By which means.
    pub method: DeskMethod,
    /// Who took it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// By which means somebody pays at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskMethod {
    /// Coins and notes.
    Cash,
    /// The desk's own card reader, whose provider tells us nothing.
    CardTerminal,
}

impl DeskMethod {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::CardTerminal => "card_terminal",
        }
    }
}

/// A bill to be made.
#[derive(Debug, Clone, Copy)]
pub struct Billed {
    /// By this payment.
    pub id: PaymentId,
    /// Of whom.
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// What for.
    pub purpose: Purpose,
    /// So many hours before the start it is due.
    pub lock_in_hours: u32,
}

impl Payment {
    /// A bill of a booking that nobody has paid yet.
    pub fn billed(booking: &Booking, club_id: ClubId, billed: Billed, now: Timestamp) -> Self {
        let Billed { id, account_id, amount, purpose, lock_in_hours } = billed;
        let lock_in = SignedDuration::from_mins(i64::from(lock_in_hours) * HOUR_MINUTES);
        let due_at = booking.starts_at.saturating_sub(lock_in).unwrap_or(now).max(now);
        let owed_from = owed_from(booking);
        let bill = Bill { purpose, due_at, owed_from, owed_since: None, closed: None };
        let due = Due {
            booking_id: booking.id,
            account_id,
            amount,
            expires_at: payable_until(owed_from),
        };
        let payment = Self::new(id, club_id, Provider::Mercadopago, due, now);
        let payment = Self { bill: Some(bill), ..payment };
        Self { watch: Some(payment.deadline()), ..payment }
    }

    /// What it is for.
    pub fn purpose(&self) -> Purpose {
        self.bill.map_or(Purpose::Booking, |bill| bill.purpose)
    }

    /// Whether it is a bill that has to be paid still.
    pub fn is_open(&self) -> bool {
        !self.status.is_paid() && self.bill.is_some_and(|bill| bill.closed.is_none())
    }

    /// Whether it stands in its payer's diary.
    pub fn is_owed(&self) -> bool {
        self.bill.is_some_and(|bill| bill.owed_since.is_some())
    }

    /// Whether it is a bill that has not to be paid any more.
    pub fn is_closed(&self) -> bool {
        self.bill.is_some_and(|bill| bill.closed.is_some())
    }

    /// Whether it has to be paid although its booking is cancelled.
    pub fn outlives_its_booking(&self) -> bool {
        self.purpose() == Purpose::Cancellation
    }

    /// Whether its time comes without a provider's answer: nobody was ever shown where to pay it, or all that is left to
    /// do is to take it out of a diary.
    pub fn needs_no_answer(&self) -> bool {
        self.is_unknown_to_providers() || (self.is_closed() && self.is_owed())
    }

    /// Whether no provider can know of it.
    fn is_unknown_to_providers(&self) -> bool {
        self.bill.is_some() && self.checkout_url.is_none() && self.provider_payment_id.is_none()
    }

    /// How it stands as a bill: `paid`, `refunded`, `forgiven`, `closed`, `owed`, `pending` or `open`.
    pub fn standing(&self) -> &'static str {
        let closed = self.bill.and_then(|bill| bill.closed);
        match (self.status, closed) {
            (Status::Refunded, _) => "refunded",
            (status, _) if status.is_paid() => "paid",
            (_, Some(Closed { reason: CloseReason::Forgiven, .. })) => "forgiven",
            (_, Some(_)) => "closed",
            _ if self.is_owed() => "owed",
            (Status::Pending, _) => "pending",
            (Status::Abandoned, _) => "closed",
            _ => "open",
        }
    }

    /// When it is looked at if nobody pays.
    pub(crate) fn deadline(&self) -> Watch {
        Watch::checkout(self.bill.map_or(self.expires_at, |bill| bill.owed_from))
    }

    /// The bill, not to be paid any more. One that is paid or closed stays as it is.
    ///
    /// Where it is owed, it is due to be looked at, which takes it out of the diary: its payer's diary may be written
    /// by the transaction of this change already.
    pub(crate) fn closed(&self, reason: CloseReason, now: Timestamp) -> Option<Self> {
        let bill = self.bill.filter(|_| self.is_open())?;
        let mut next = self.changed(Bill { closed: Some(Closed { reason, at: now }), ..bill }, now);
        if next.status != Status::Pending {
            next.status = Status::Abandoned;
        }
        if bill.owed_since.is_some() {
            next.watch = Some(Watch::at(now));
        } else if self.is_unknown_to_providers() {
            next.watch = None;
        }
        Some(next)
    }

    /// The open bill of a booking that is cancelled, all of which has to be paid all the same.
    pub(crate) fn kept(&self, now: Timestamp) -> Option<Self> {
        let bill = self.bill.filter(|_| self.is_open())?;
        Some(self.changed(Bill { purpose: Purpose::Cancellation, due_at: now, ..bill }, now))
    }

    /// The bill with the times of its booking as it is now.
    pub(crate) fn following(
        &self,
        (before, after): (&Booking, &Booking),
        now: Timestamp,
    ) -> Option<Self> {
        let bill = self.bill.filter(|_| self.is_open())?;
        let later = after.starts_at.duration_since(before.starts_at);
        let due_at = bill.due_at.saturating_add(later).unwrap_or(bill.due_at).max(now);
        let owed_from = owed_from(after);
        let mut next = self.changed(Bill { due_at, owed_from, ..bill }, now);
        next.expires_at = self.expires_at.max(payable_until(owed_from));
        if self.watch == Some(self.deadline()) {
            next.watch = Some(next.deadline());
        }
        Some(next)
    }

    /// The bill of somebody else: 409 `PAYMENT_ALREADY_MADE`, `BILL_CLOSED`, `BILL_OWED`.
    pub fn taken_over(&self, by: AccountId, now: Timestamp) -> Result<Self> {
        let bill = self.open_bill()?;
        if bill.owed_since.is_some() {
            let message = "it is a debt of whom it was asked; they pay it, or staff forgive it";
            return Err(Error::conflict("BILL_OWED", message));
        }
        Ok(Self { account_id: by, ..self.changed(bill, now) })
    }

    /// The bill after its time has come: owed if it is open, out of the diary if it is closed. `stands` says whether
    /// its booking was theirs in the end.
    pub(crate) fn fallen_due(&self, stands: bool, now: Timestamp) -> Option<Self> {
        let bill = self.bill?;
        if bill.closed.is_some() && bill.owed_since.is_some() {
            return Some(self.changed(Bill { owed_since: None, ..bill }, now));
        }
        let waits = self.status == Status::Pending || bill.owed_since.is_some();
        if !self.is_open() || waits || bill.owed_from > now {
            return None;
        }
        if stands || self.outlives_its_booking() {
            return Some(self.changed(Bill { owed_since: Some(now), ..bill }, now));
        }
        self.closed(CloseReason::BookingOver, now)
    }

    /// The debt, forgiven: 409 `NOT_OWED`.
    pub fn forgiven(&self, now: Timestamp) -> Result<Self> {
        let bill = self.bill.filter(|bill| bill.owed_since.is_some() && self.is_open());
        let not_owed = || Error::conflict("NOT_OWED", "nobody owes this");
        let bill = Bill { owed_since: None, ..bill.ok_or_else(not_owed)? };
        let next = Self { bill: Some(bill), ..self.clone() };
        next.closed(CloseReason::Forgiven, now).ok_or_else(not_owed)
    }

    /// The bill that its payer has paid at the desk: 409 `PAYMENT_ALREADY_MADE`, `BILL_CLOSED`, `NOT_A_BILL`.
    pub(crate) fn paid_at_desk(&self, desk: AtDesk) -> Result<Self> {
        let bill = self.open_bill()?;
        let mut next = self.changed(Bill { owed_since: None, ..bill }, desk.at);
        next.status = Status::Approved;
        next.provider_payment_id = Some(
            format!("desk-{}", self.id)
                .parse()
                .map_err(|cause| Error::internal("a payment's id").with_source(cause))?,
        );
        (next.at_desk, next.last_problem) = (Some(desk), None);
        // Should it have been paid online, too, that is found out, and goes back.
        next.watch = self.watch.filter(|_| !self.is_unknown_to_providers());
        Ok(next)
    }

    /// A bill of less, in place of this one.
    pub(crate) fn lowered(&self, id: PaymentId, amount: i64, now: Timestamp) -> Option<Self> {
        let bill = self.bill?;
        let due = Due {
            booking_id: self.booking_id,
            account_id: self.account_id,
            amount: self.money(amount),
            expires_at: self.expires_at,
        };
        let bill = Bill { owed_since: None, closed: None, ..bill };
        let payment =
            Self { bill: Some(bill), ..Self::new(id, self.club_id, self.provider, due, now) };
        Some(Self { watch: Some(payment.deadline()), ..payment })
    }

    fn open_bill(&self) -> Result<Bill> {
        if self.status.is_paid() {
            return Err(Error::conflict("PAYMENT_ALREADY_MADE", "this was paid already"));
        }
        let bill = self.bill.ok_or_else(|| {
            let message =
                "it is paid online while its booking is held; there is nothing to do here";
            Error::conflict("NOT_A_BILL", message)
        })?;
        match bill.closed {
            None => Ok(bill),
            Some(_) => Err(bill_closed()),
        }
    }

    fn changed(&self, bill: Bill, now: Timestamp) -> Self {
        let version = self.version + 1;
        Self { bill: Some(bill), version, updated_at: now, ..self.clone() }
    }
}

/// 409: nobody has to pay it any more.
pub(crate) fn bill_closed() -> Error {
    Error::conflict("BILL_CLOSED", "it has not to be paid any more")
}

fn owed_from(booking: &Booking) -> Timestamp {
    booking.ends_at.saturating_add(OWED_AFTER).unwrap_or(booking.ends_at)
}

fn payable_until(owed_from: Timestamp) -> Timestamp {
    owed_from.saturating_add(PAYABLE).unwrap_or(owed_from)
}

/// The payment after the provider was asked about it, and after its time has come where that follows. `stands` says
/// whether its booking was theirs in the end.
pub(crate) fn after_poll(
    payment: &Payment,
    before: Watch,
    asked: schedule::Asked,
    stands: bool,
    now: Timestamp,
) -> Payment {
    let next = schedule::after_poll(payment, before, asked, now);
    if next == *payment || next.watch.is_some() || asked == schedule::Asked::Failed {
        return next;
    }
    match next.fallen_due(stands, now) {
        // One change, one version.
        Some(due) => Payment { version: next.version, ..due },
        None => next,
    }
}

#[cfg(test)]
mod tests;
