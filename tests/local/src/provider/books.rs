//! What the stand-in remembers.

use std::collections::{BTreeMap, HashMap};

use axum::http::StatusCode;
use kernel::jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Faults, amount::Amount, webhook::Webhook};

/// Somebody who is paid.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub(crate) access_token: String,
    pub(crate) webhook_secret: String,
}

/// A checkout page.
#[derive(Debug, Clone)]
pub(crate) struct Preference {
    pub(crate) id: String,
    pub(crate) collector_id: String,
    pub(crate) title: String,
    pub(crate) amount: Amount,
    pub(crate) currency: String,
    pub(crate) external_reference: Option<String>,
    pub(crate) notification_url: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) binary_mode: bool,
    /// What was asked for, which most of the answer repeats.
    pub(crate) request: Map<String, Value>,
    pub(crate) created_at: Timestamp,
    /// The payment that paid it.
    pub(crate) paid_by: Option<u64>,
}

/// A try to pay.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) id: u64,
    pub(crate) status: String,
    pub(crate) preference: Preference,
    pub(crate) fee: Amount,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Members of its JSON that a test has changed.
    pub(crate) changed: Map<String, Value>,
}

/// Money that went back.
#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub(crate) id: u64,
    pub(crate) payment_id: u64,
    pub(crate) amount: Amount,
    pub(crate) collector_id: String,
    pub(crate) created_at: Timestamp,
}

/// What an idempotency key has brought.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) request: String,
    pub(crate) status: StatusCode,
    pub(crate) answer: Value,
}

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct Books {
    next_id: u64,
    pub(crate) sellers: BTreeMap<String, Seller>,
    pub(crate) preferences: BTreeMap<String, Preference>,
    pub(crate) payments: BTreeMap<u64, Payment>,
    /// By seller, address and key.
    pub(crate) remembered: HashMap<(String, String, String), Remembered>,
    pub(crate) webhooks: Vec<Webhook>,
    /// A webhook that waits for the next one to overtake it: its place in `webhooks`.
    pub(crate) waiting: Option<usize>,
    pub(crate) faults: Faults,
}

impl Payment {
    pub(crate) fn refunded(&self) -> Amount {
        Amount(self.refunds.iter().map(|refund| refund.amount.0).sum())
    }
}

impl Books {
    /// Ids grow from here. Another start, later, has other ids.
    pub(crate) fn starting_at(first_id: u64) -> Self {
        Self { next_id: first_id, ..Self::default() }
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn add_seller(&mut self, collector_id: &str, access_token: &str, secret: &str) {
        let seller =
            Seller { access_token: access_token.to_owned(), webhook_secret: secret.to_owned() };
        self.sellers.insert(collector_id.to_owned(), seller);
    }

    /// Whose access token it is.
    pub(crate) fn seller_of(&self, access_token: &str) -> Option<String> {
        let mut sellers = self.sellers.iter();
        sellers.find(|(_, seller)| seller.access_token == access_token).map(|(id, _)| id.clone())
    }

    pub(crate) fn make_payment(
        &mut self,
        preference_id: &str,
        status: &str,
        now: Timestamp,
    ) -> Option<u64> {
        let preference = self.preferences.get(preference_id)?.clone();
        let id = self.next_id();
        if status == "approved"
            && let Some(preference) = self.preferences.get_mut(preference_id)
        {
            preference.paid_by.get_or_insert(id);
        }
        let payment = Payment {
            id,
            status: status.to_owned(),
            fee: preference.amount.fee(&preference.currency),
            preference,
            refunds: Vec::new(),
            created_at: now,
            updated_at: now,
            changed: Map::new(),
        };
        self.payments.insert(id, payment);
        Some(id)
    }

    pub(crate) fn change(&mut self, payment_id: u64, members: &Value, now: Timestamp) {
        let (Some(payment), Some(members)) =
            (self.payments.get_mut(&payment_id), members.as_object())
        else {
            return;
        };
        payment.updated_at = now;
        payment.changed.extend(members.clone());
    }

    pub(crate) fn set_status(&mut self, payment_id: u64, status: &str, now: Timestamp) {
        if let Some(payment) = self.payments.get_mut(&payment_id) {
            status.clone_into(&mut payment.status);
            payment.updated_at = now;
        }
    }

    /// Gives back; all that is left where `amount` is missing. `Err` says what is wrong.
    pub(crate) fn refund(
        &mut self,
        payment_id: u64,
        amount: Option<Amount>,
        now: Timestamp,
    ) -> Result<Refund, &'static str> {
        let id = self.next_id();
        let payment = self.payments.get_mut(&payment_id).ok_or("Payment not found")?;
        if payment.status != "approved" {
            return Err("Payment is not refundable in its current status");
        }
        let left = Amount(payment.preference.amount.0 - payment.refunded().0);
        let amount = amount.unwrap_or(left);
        if amount.0 <= 0 {
            return Err("Amount must be a positive number");
        }
        if amount > left {
            return Err("Amount is greater than what is left of the payment");
        }
        let refund = Refund {
            id,
            payment_id,
            amount,
            collector_id: payment.preference.collector_id.clone(),
            created_at: now,
        };
        payment.refunds.push(refund.clone());
        payment.updated_at = now;
        if amount == left {
            "refunded".clone_into(&mut payment.status);
        }
        Ok(refund)
    }
}
