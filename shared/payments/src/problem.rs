//! What can be wrong with a payment.

use kernel::jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ProviderPaymentId;

/// What keeps a payment from going its way; shown to staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProblemCode {
    /// Paid to another account than the club's.
    SellerMismatch,
    /// Paid for something else.
    ReferenceMismatch,
    /// Paid in another currency.
    CurrencyMismatch,
    /// Paid another amount.
    AmountMismatch,
    /// The provider's fee could not be read, so the ledger has the gross amount.
    FeeUnreadable,
    /// The provider says that a payment which it had taken was never taken.
    Contradiction,
    /// The booking was paid twice; the second payment goes back.
    PaidTwice,
    /// The payer's bank took the money back.
    ChargedBack,
    /// More went back than was paid: at the provider, of what was in the wallet already.
    RefundedTooMuch,
    /// The provider refused a refund.
    RefundRefused,
    /// Pending for longer than is watched.
    StillPending,
    /// The provider gave no answer for longer than is watched.
    StillUnknown,
}

impl ProblemCode {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SellerMismatch => "SELLER_MISMATCH",
            Self::ReferenceMismatch => "REFERENCE_MISMATCH",
            Self::CurrencyMismatch => "CURRENCY_MISMATCH",
            Self::AmountMismatch => "AMOUNT_MISMATCH",
            Self::FeeUnreadable => "FEE_UNREADABLE",
            Self::Contradiction => "CONTRADICTION",
            Self::PaidTwice => "PAID_TWICE",
            Self::ChargedBack => "CHARGED_BACK",
            Self::RefundedTooMuch => "REFUNDED_TOO_MUCH",
            Self::RefundRefused => "REFUND_REFUSED",
            Self::StillPending => "STILL_PENDING",
            Self::StillUnknown => "STILL_UNKNOWN",
        }
    }

    /// For people.
    pub const fn message(self) -> &'static str {
        match self {
            Self::SellerMismatch => "money was paid to another account than the club's",
            Self::ReferenceMismatch => "money was paid for something else",
            Self::CurrencyMismatch => "money was paid in another currency",
            Self::AmountMismatch => "another amount was paid than the booking costs",
            Self::FeeUnreadable => "the provider's fee could not be read and is not in the ledger",
            Self::Contradiction => "the provider now says that it never took this payment",
            Self::PaidTwice => "the booking was paid twice; the second payment is given back",
            Self::ChargedBack => "the payer's bank took the money back",
            Self::RefundedTooMuch => {
                "more was given back than was paid: somebody gave back at the provider what was in the wallet"
            }
            Self::RefundRefused => "the provider refused a refund; look at the payment there",
            Self::StillPending => "the provider has not decided for more than a day",
            Self::StillUnknown => "the provider gave no answer for days; look at the payment there",
        }
    }
}

/// A problem, and when it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which.
    pub code: ProblemCode,
    /// The provider's payment that it was met on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_payment_id: Option<ProviderPaymentId>,
    /// When.
    pub at: Timestamp,
}
