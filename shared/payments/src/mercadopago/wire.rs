//! Shapes of the provider's API (its published `OpenAPI`), and what they mean here.

use kernel::{Money, PaymentId, jiff::Timestamp};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;

use crate::{
    CheckoutOrder, Outcome, ProviderFailure, ProviderPayment, ProviderRefund, RefundOrder,
    RefundOutcome, decimal,
};

/// A number or a text, as the digits that came: ids and amounts are never floats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw.get()).map(Self).map_err(de::Error::custom),
            Some(b'0'..=b'9' | b'-') => Ok(Self(raw.get().to_owned())),
            _ => Err(de::Error::custom("neither a number nor a text")),
        }
    }
}

fn number(money: Money) -> Result<Box<RawValue>, ProviderFailure> {
    RawValue::from_string(decimal::text(money))
        .map_err(|_| ProviderFailure::Unreached("an amount is not JSON".to_owned()))
}

/// Body of `POST /checkout/preferences`.
#[derive(Serialize)]
pub(super) struct PreferenceRequest<'a> {
    items: [Item<'a>; 1],
    external_reference: PaymentId,
    notification_url: &'a str,
    back_urls: BackUrls<'a>,
    expires: bool,
    expiration_date_to: String,
    /// Approved or declined at once: a slot cannot wait for a bank slip to be paid.
    binary_mode: bool,
}

#[derive(Serialize)]
struct Item<'a> {
    id: PaymentId,
    title: &'a str,
    quantity: u8,
    currency_id: &'static str,
    unit_price: Box<RawValue>,
}

#[derive(Serialize)]
struct BackUrls<'a> {
    success: &'a str,
    pending: &'a str,
    failure: &'a str,
}

impl<'a> PreferenceRequest<'a> {
    pub(super) fn new(
        order: &'a CheckoutOrder,
        notification_url: &'a str,
        return_url: &'a str,
    ) -> Result<Self, ProviderFailure> {
        let item = Item {
            id: order.payment,
            title: &order.title,
            quantity: 1,
            currency_id: order.price.currency.code(),
            unit_price: number(order.price)?,
        };
        Ok(Self {
            items: [item],
            external_reference: order.payment,
            notification_url,
            back_urls: BackUrls { success: return_url, pending: return_url, failure: return_url },
            expires: true,
            expiration_date_to: date(order.expires_at),
            binary_mode: true,
        })
    }
}

/// As the provider writes dates: milliseconds and a numeric offset.
fn date(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string()
}

/// What is used of a created preference.
#[derive(Deserialize)]
pub(super) struct Preference {
    pub(super) init_point: String,
}

/// Body of `POST /v1/payments/{id}/refunds`.
#[derive(Serialize)]
pub(super) struct RefundRequest {
    amount: Box<RawValue>,
}

impl RefundRequest {
    pub(super) fn new(order: &RefundOrder) -> Result<Self, ProviderFailure> {
        Ok(Self { amount: number(order.amount)? })
    }
}

/// What is used of a search's results.
#[derive(Deserialize)]
pub(super) struct SearchResult {
    pub(super) results: Vec<Found>,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) id: Scalar,
    pub(super) external_reference: Option<String>,
}

/// What is used of a payment.
#[derive(Deserialize)]
pub(super) struct Payment {
    pub(super) id: Scalar,
    status: String,
    currency_id: String,
    transaction_amount: Scalar,
    transaction_amount_refunded: Option<Scalar>,
    collector_id: Option<Scalar>,
    external_reference: Option<String>,
    date_last_updated: Option<Timestamp>,
    fee_details: Option<Vec<Fee>>,
    pub(super) refunds: Option<Vec<Refund>>,
}

#[derive(Deserialize)]
struct Fee {
    amount: Scalar,
    fee_payer: Option<String>,
}

/// What is used of a refund.
#[derive(Deserialize)]
pub(super) struct Refund {
    id: Scalar,
    amount: Scalar,
    status: Option<String>,
}

fn unreadable(what: &str) -> ProviderFailure {
    ProviderFailure::Unknown(format!("unreadable {what}"))
}

impl Refund {
    /// In the currency of the payment that it gives back.
    pub(super) fn read(
        &self,
        currency: kernel::Currency,
    ) -> Result<ProviderRefund, ProviderFailure> {
        let outcome = match self.status.as_deref() {
            None | Some("approved") => RefundOutcome::Done,
            Some("in_process" | "pending" | "authorized") => RefundOutcome::Pending,
            Some("rejected" | "cancelled") => RefundOutcome::Refused,
            Some(_) => return Err(unreadable("status of a refund")),
        };
        Ok(ProviderRefund {
            id: self.id.0.parse().map_err(|_| unreadable("id of a refund"))?,
            amount: decimal::money(&self.amount.0, currency)
                .ok_or_else(|| unreadable("amount of a refund"))?,
            outcome,
        })
    }
}

impl Payment {
    fn outcome(&self) -> Result<Outcome, ProviderFailure> {
        Ok(match self.status.as_str() {
            // In mediation the payer disputes, and nothing has been given back yet.
            "approved" | "in_mediation" | "refunded" => Outcome::Approved,
            "pending" | "in_process" | "authorized" => Outcome::Pending,
            "rejected" | "cancelled" => Outcome::Declined,
            "charged_back" => Outcome::ChargedBack,
            _ => return Err(unreadable("status of a payment")),
        })
    }

    /// In a currency of ours; `None` in any other.
    fn money(&self, amount: &Scalar) -> Option<Money> {
        decimal::money(&amount.0, self.currency_id.parse().ok()?)
    }

    /// The sum of what the seller pays to the provider.
    fn fee(&self) -> Option<Money> {
        let currency = self.currency_id.parse().ok()?;
        let paid_by_seller = self
            .fee_details
            .iter()
            .flatten()
            .filter(|fee| fee.fee_payer.as_deref().is_none_or(|payer| payer == "collector"));
        paid_by_seller
            .map(|fee| decimal::money(&fee.amount.0, currency))
            .try_fold(Money::new(0, currency), |sum, fee| {
                Some(Money::new(sum.amount.checked_add(fee?.amount)?, currency))
            })
    }

    fn read_refunds(&self) -> Result<Vec<ProviderRefund>, ProviderFailure> {
        let listed = self.refunds.as_deref().unwrap_or_default();
        match self.currency_id.parse() {
            Ok(currency) => listed.iter().map(|refund| refund.read(currency)).collect(),
            Err(()) => Ok(Vec::new()),
        }
    }

    /// Whether the payment's own list tells less than was given back, so that the list of its refunds
    /// must be asked for.
    pub(super) fn lacks_refunds(&self) -> Result<bool, ProviderFailure> {
        let given_back = self.transaction_amount_refunded.as_ref().and_then(|a| self.money(a));
        let wanted = match self.status.as_str() {
            "refunded" => self.money(&self.transaction_amount),
            _ => given_back,
        };
        Ok(done(&self.read_refunds()?) < wanted.map_or(0, |money| money.amount))
    }

    /// The truth it tells.
    pub(super) fn read(&self) -> Result<ProviderPayment, ProviderFailure> {
        let refunds = self.read_refunds()?;
        let amount = self.money(&self.transaction_amount);
        if self.status == "refunded" && done(&refunds) < amount.map_or(0, |money| money.amount) {
            return Err(unreadable("list of refunds"));
        }
        Ok(ProviderPayment {
            id: self.id.0.parse().map_err(|_| unreadable("id of a payment"))?,
            outcome: self.outcome()?,
            amount,
            fee: self.fee(),
            refunds,
            seller: self.collector_id.as_ref().map(|id| id.0.clone()).unwrap_or_default(),
            reference: self.external_reference.clone().unwrap_or_default(),
            updated_at: self.date_last_updated.unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }
}

fn done(refunds: &[ProviderRefund]) -> i64 {
    let done = refunds.iter().filter(|refund| refund.outcome == RefundOutcome::Done);
    done.map(|refund| refund.amount.amount).sum()
}

/// What is used of an error's body: the provider's own word for it.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) error: Option<String>,
}

#[cfg(test)]
mod tests;
