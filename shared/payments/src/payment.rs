//! A payment of a booking, from checkout to refund.

use booking::{Booking, RefundTo};
use kernel::{AccountId, BookingId, ClubId, Money, PaymentId, RefundId, jiff::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AtDesk, Bill, Problem, ProblemCode, Provider, ProviderPaymentId, ProviderRefundId, Watch,
};

/// How far a payment got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Can be paid until the booking's hold ends.
    Created,
    /// The payer did their part, the provider has not decided.
    Pending,
    /// Paid.
    Approved,
    /// The last try was declined. While the hold lasts, another may follow.
    Declined,
    /// Paid, and some of it is on its way back.
    RefundRequested,
    /// Paid, and some of it was given back.
    PartiallyRefunded,
    /// Paid, and all of it was given back.
    Refunded,
    /// Something was paid that is not what was asked for; nothing was booked.
    Mismatch,
    /// The hold ended and nobody had paid, or it has not to be paid any more.
    Abandoned,
}

impl Status {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::RefundRequested => "refund_requested",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::Mismatch => "mismatch",
            Self::Abandoned => "abandoned",
        }
    }

    /// Whether the money was taken, and is in the ledger.
    pub const fn is_paid(self) -> bool {
        matches!(
            self,
            Self::Approved | Self::RefundRequested | Self::PartiallyRefunded | Self::Refunded
        )
    }
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The club's staff gave it back.
    Staff,
    /// The booking was cancelled.
    BookingCancelled,
    /// The booking was moved to where it costs less.
    BookingMoved,
    /// By then the hold had ended, and the slot was somebody else's or its time had come.
    PaidTooLate,
    /// The same booking was paid twice.
    PaidTwice,
    /// It was a bill that had not to be paid any more.
    NotOwed,
    /// Somebody gave it back at the provider, without us.
    AtProvider,
}

impl RefundReason {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::BookingCancelled => "booking_cancelled",
            Self::BookingMoved => "booking_moved",
            Self::PaidTooLate => "paid_too_late",
            Self::PaidTwice => "paid_twice",
            Self::NotOwed => "not_owed",
            Self::AtProvider => "at_provider",
        }
    }
}

/// How far a refund got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Decided here; the provider has not confirmed it.
    Requested,
    /// The payer has it, and it is in the ledger.
    Done,
    /// The provider will not do it.
    Failed,
}

impl RefundStatus {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Money going back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The id; the provider's idempotency key, too.
    pub id: RefundId,
    /// Minor units of the payment's currency.
    pub amount: i64,
    /// Why.
    pub reason: RefundReason,
    /// Where it goes.
    #[serde(default)]
    pub to: RefundTo,
    /// How far it got.
    pub status: RefundStatus,
    /// Which of the provider's payments gives it back.
    pub provider_payment_id: ProviderPaymentId,
    /// The provider's id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_refund_id: Option<ProviderRefundId>,
    /// When it was decided, or first seen.
    pub requested_at: Timestamp,
    /// When the provider's confirmation was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}

/// What one payer pays for one booking, and what became of it. A booking has one that confirms it or is paid later, and
/// as many bills as it needs; a payer may try several times, and each try is a payment at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The id; the provider's external reference and idempotency key, too.
    pub id: PaymentId,
    /// Whose.
    pub club_id: ClubId,
    /// What is paid.
    pub booking_id: BookingId,
    /// Who pays.
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// With whom.
    pub provider: Provider,
    /// How far it got.
    pub status: Status,
    /// Until when it can be paid online: the end of the booking's hold, or long after a bill is due.
    pub expires_at: Timestamp,
    /// That nothing waits for it, and what follows where nobody pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// That it was paid at the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_desk: Option<AtDesk>,
    /// Where it is paid, once the provider has made the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_url: Option<String>,
    /// The provider's payment that counts: the one that was taken, else the last try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_payment_id: Option<ProviderPaymentId>,
    /// When the provider last changed that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_updated_at: Option<Timestamp>,
    /// What of it was given back, in minor units, to the card and to the wallet.
    pub refunded: i64,
    /// Whether the payer's bank took it back.
    #[serde(default)]
    pub charged_back: bool,
    /// All refunds, also of second payments.
    #[serde(default)]
    pub refunds: Vec<Refund>,
    /// The last thing that went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_problem: Option<Problem>,
    /// When the provider is asked again, and why; nobody asks where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Watch>,
    /// Grows with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a payment is made for.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// What is paid.
    pub booking_id: BookingId,
    /// Who pays.
    pub account_id: AccountId,
    /// How much.
    pub amount: Money,
    /// Until when: of a booking, the end of its hold.
    pub expires_at: Timestamp,
}

impl Payment {
    /// The payment of a booking that is held until so much of its price is paid; `None` where there is nothing to pay.
    pub fn of_booking(
        booking: &Booking,
        amount: Money,
        club_id: ClubId,
        now: Timestamp,
    ) -> Option<Self> {
        let (id, expires_at) = booking.payment_id.zip(booking.hold_expires_at)?;
        let due =
            Due { booking_id: booking.id, account_id: booking.account_id, amount, expires_at };
        Some(Self::new(id, club_id, Provider::Mercadopago, due, now))
    }

    /// A payment that nobody has tried yet.
    pub fn new(
        id: PaymentId,
        club_id: ClubId,
        provider: Provider,
        due: Due,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            club_id,
            booking_id: due.booking_id,
            account_id: due.account_id,
            amount: due.amount,
            provider,
            status: Status::Created,
            expires_at: due.expires_at,
            bill: None,
            at_desk: None,
            checkout_url: None,
            provider_payment_id: None,
            provider_updated_at: None,
            refunded: 0,
            charged_back: false,
            refunds: Vec::new(),
            last_problem: None,
            watch: Some(Watch::checkout(due.expires_at)),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// An amount in the payment's currency.
    pub fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.amount.currency)
    }

    /// Whether this is the provider's payment that counts.
    pub fn counts(&self, provider_payment: &ProviderPaymentId) -> bool {
        self.provider_payment_id.as_ref() == Some(provider_payment)
    }

    /// What can still be given back, in minor units: neither given back nor on its way.
    pub fn refundable(&self) -> i64 {
        if !self.status.is_paid() || self.charged_back {
            return 0;
        }
        let on_the_way: i64 = self
            .requested()
            .filter(|refund| self.counts(&refund.provider_payment_id))
            .map(|refund| refund.amount)
            .sum();
        (self.amount.amount - self.refunded - on_the_way).max(0)
    }

    /// What of it was given back into the payer's wallet, in minor units. The provider knows nothing of it.
    pub fn refunded_to_wallet(&self) -> i64 {
        let done =
            |refund: &&Refund| refund.to == RefundTo::Wallet && refund.status == RefundStatus::Done;
        self.refunds.iter().filter(done).map(|refund| refund.amount).sum()
    }

    /// Refunds that the provider has not confirmed.
    pub fn requested(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.status == RefundStatus::Requested)
    }

    /// Brings the status of a paid payment in line with its refunds.
    pub(crate) fn restate(&mut self) {
        self.status = if self.requested().next().is_some() {
            Status::RefundRequested
        } else if self.refunded >= self.amount.amount {
            Status::Refunded
        } else if self.refunded > 0 {
            Status::PartiallyRefunded
        } else {
            Status::Approved
        };
    }

    /// Notes what went wrong.
    pub(crate) fn note(
        &mut self,
        code: ProblemCode,
        provider_payment_id: Option<ProviderPaymentId>,
        at: Timestamp,
    ) {
        self.last_problem = Some(Problem { code, provider_payment_id, at });
    }
}
