//! The facts it publishes.

use booking::RefundTo;
use kernel::{AccountId, BookingId, Event, Money, PaymentId, RefundId, Result, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use table::TenantTable;

use crate::{Payment, RefundReason};

/// The money was taken.
pub const APPROVED: &str = "payment.approved";
/// A try was declined; another may follow while the hold lasts.
pub const DECLINED: &str = "payment.declined";
/// Money shall go back; `refund` says which.
pub const REFUND_REQUESTED: &str = "payment.refund_requested";
/// The payer has money back; `refund` says which.
pub const REFUNDED: &str = "payment.refunded";
/// It was not paid in time, and is a debt of its payer's.
pub const OWED: &str = "payment.owed";
/// The payer's bank took the money back.
pub const CHARGED_BACK: &str = "payment.charged_back";

const VERSION: u16 = 1;

/// Data of every event of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFact {
    /// Which payment.
    pub payment_id: PaymentId,
    /// What it pays.
    pub booking_id: BookingId,
    /// Who pays, and is told.
    pub account_id: AccountId,
    /// How much the payment is.
    pub amount: Money,
    /// What of it was given back by now.
    pub refunded: Money,
    /// The refund that the event is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundFact>,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundFact {
    /// Which.
    pub refund_id: RefundId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: RefundReason,
    /// Where it goes.
    #[serde(default)]
    pub to: RefundTo,
}

/// What a change of a payment tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The money was taken.
    Approved,
    /// A try was declined.
    Declined,
    /// This refund shall be made.
    RefundRequested(RefundId),
    /// This refund was made.
    Refunded(RefundId),
    /// It is a debt now.
    Owed,
    /// The payer's bank took the money back.
    ChargedBack,
}

impl Told {
    fn kind(self) -> &'static str {
        match self {
            Self::Approved => APPROVED,
            Self::Declined => DECLINED,
            Self::RefundRequested(_) => REFUND_REQUESTED,
            Self::Refunded(_) => REFUNDED,
            Self::Owed => OWED,
            Self::ChargedBack => CHARGED_BACK,
        }
    }

    /// The event, of the payment as it is after the change.
    pub(crate) fn event(
        self,
        table: &TenantTable,
        payment: &Payment,
        now: Timestamp,
    ) -> Result<Event> {
        let wanted = match self {
            Self::RefundRequested(id) | Self::Refunded(id) => Some(id),
            _ => None,
        };
        let refund = payment.refunds.iter().find(|refund| Some(refund.id) == wanted);
        let fact = PaymentFact {
            payment_id: payment.id,
            booking_id: payment.booking_id,
            account_id: payment.account_id,
            amount: payment.amount,
            refunded: payment.money(payment.refunded),
            refund: refund.map(|refund| RefundFact {
                refund_id: refund.id,
                amount: payment.money(refund.amount),
                reason: refund.reason,
                to: refund.to,
            }),
        };
        table.event(self.kind(), VERSION, now, &fact)
    }
}
