//! The port: what the platform needs of a payment provider.

use futures::future::BoxFuture;
use kernel::{ClubId, Error, Money, PaymentId, RefundId, TextError, jiff::Timestamp};
use serde::{Deserialize, Serialize};

/// Which provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// mercadopago.com, Checkout Pro.
    Mercadopago,
    /// The club itself, out of the payer's wallet.
    Wallet,
}

impl Provider {
    /// The name as stored, and as a segment of ledger accounts and references.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mercadopago => "mercadopago",
            Self::Wallet => "wallet",
        }
    }
}

/// The provider's id of a payment, one try of a payer to pay one of ours: 1 to 64 of `A-Za-z0-9_-`, so
/// that it is safe in addresses, keys and ledger references.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderPaymentId(String);

/// The provider's id of a refund, of the same form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderRefundId(String);

kernel::text_value! {
    ProviderPaymentId(parse_id);
    ProviderRefundId(parse_id);
}

fn parse_id(text: &str) -> Result<String, TextError> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    fits.then(|| text.to_owned()).ok_or(TextError("must have 1 to 64 of letters, digits, _ and -"))
}

/// A checkout page to be made.
#[derive(Debug, Clone)]
pub struct CheckoutOrder {
    /// Ours; the same id makes the same checkout.
    pub payment: PaymentId,
    /// What the payer reads.
    pub title: String,
    /// What it costs.
    pub price: Money,
    /// The page takes no payment from then on.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub club: ClubId,
    /// Where the platform is reached from outside, without a slash at the end.
    pub public_base_url: String,
}

/// A checkout page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Where the payer pays.
    pub url: String,
}

/// A refund to be made.
#[derive(Debug, Clone)]
pub struct RefundOrder {
    /// Ours; the same id refunds once.
    pub refund: RefundId,
    /// The provider's payment that gives back.
    pub payment: ProviderPaymentId,
    /// How much. Always said, so that a refund made elsewhere at the same moment does not change it.
    pub amount: Money,
}

/// How far a payment got at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The money was taken. (Refunds are told apart, in [`ProviderPayment::refunds`].)
    Approved,
    /// Not decided yet.
    Pending,
    /// No money was taken, nor will be.
    Declined,
    /// Taken, and then taken back by the payer's bank.
    ChargedBack,
}

/// How far a refund got at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundOutcome {
    /// The payer has it.
    Done,
    /// Not decided yet.
    Pending,
    /// It will not happen.
    Refused,
}

/// A refund as the provider tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefund {
    /// The provider's id.
    pub id: ProviderRefundId,
    /// How much.
    pub amount: Money,
    /// How far it got.
    pub outcome: RefundOutcome,
}

/// A payment as the provider tells it: the truth that webhooks only point at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderPayment {
    /// The provider's id.
    pub id: ProviderPaymentId,
    /// How far it got.
    pub outcome: Outcome,
    /// What was charged; `None` where it is in no currency of ours, or not in whole minor units.
    pub amount: Option<Money>,
    /// What the provider keeps of it, paid by the club; `None` where it is not in whole minor units.
    pub fee: Option<Money>,
    /// What was given back, by us or by hand.
    pub refunds: Vec<ProviderRefund>,
    /// The provider's id of the account that was paid.
    pub seller: String,
    /// What we called it: our payment's id, if it is ours.
    pub reference: String,
    /// When the provider last changed it.
    pub updated_at: Timestamp,
}

impl ProviderPayment {
    /// Counts a refund that the provider has just confirmed, should its list lag behind.
    pub fn include(&mut self, refund: ProviderRefund) {
        if !self.refunds.iter().any(|known| known.id == refund.id) {
            self.refunds.push(refund);
        }
    }
}

/// A call that brought no answer. Whether anything happened decides what may follow, so the two kinds
/// never share a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFailure {
    /// The provider refused: nothing happened, nor will it by repeating.
    #[error("refused with status {status} ({code})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The provider's own word for it.
        code: String,
    },
    /// It was not reached, or had no time: nothing happened, it may work later.
    #[error("not reached: {0}")]
    Unreached(String),
    /// The request went out and no readable answer came: it may have happened.
    #[error("unknown outcome: {0}")]
    Unknown(String),
}

impl From<ProviderFailure> for Error {
    fn from(failure: ProviderFailure) -> Self {
        let (code, message) = match &failure {
            ProviderFailure::Refused { .. } => (
                "PROVIDER_REFUSED",
                "the payment provider refuses; nothing happened. The club must check its account there",
            ),
            ProviderFailure::Unreached(_) => (
                "PROVIDER_UNREACHED",
                "the payment provider was not reached; nothing happened. Try again in a moment",
            ),
            ProviderFailure::Unknown(_) => (
                "PROVIDER_OUTCOME_UNKNOWN",
                "the payment provider gave no answer; it may have happened. Repeating it is safe",
            ),
        };
        Self::unavailable(code, message).with_source(failure)
    }
}

/// What a call to the provider brings.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ProviderFailure>>;

/// A payment provider, as one club's seller.
pub trait PaymentProvider: Send + Sync {
    /// Which one.
    fn provider(&self) -> Provider;

    /// The club's account there: every payment must have been made to it.
    fn seller(&self) -> &str;

    /// Makes a checkout page; the same payment always gets the same one.
    fn create_checkout<'a>(&'a self, order: &'a CheckoutOrder) -> Answer<'a, Checkout>;

    /// The truth about a payment; `None` where the provider has none of that id.
    fn payment<'a>(&'a self, id: &'a ProviderPaymentId) -> Answer<'a, Option<ProviderPayment>>;

    /// Gives money back; the same refund happens once.
    fn refund<'a>(&'a self, order: &'a RefundOrder) -> Answer<'a, ProviderRefund>;

    /// The provider's payments that were made for one of ours, oldest first.
    fn payments_for(&self, payment: PaymentId) -> Answer<'_, Vec<ProviderPaymentId>>;
}
