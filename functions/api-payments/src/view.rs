//! Payments as the API shows them.

use booking::RefundTo;
use kernel::{AccountId, BookingId, Money, PaymentId, RefundId, jiff::Timestamp, timestamp_text};
use payments::{Payment, Problem, Refund};
use serde::Serialize;
use utoipa::ToSchema;

/// What one payer pays for a booking, and what became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentView {
    id: PaymentId,
    booking_id: BookingId,
    /// Who pays.
    account_id: AccountId,
    /// `created`, `pending`, `approved`, `declined`, `refund_requested`, `partially_refunded`,
    /// `refunded`, `mismatch` or `abandoned`.
    status: &'static str,
    amount: Money,
    /// What for: `booking`, `share`, `difference`, `later` or `cancellation`.
    purpose: &'static str,
    /// `open`, `pending`, `paid`, `owed`, `refunded`, `forgiven` or `closed`: it has not to be paid any more.
    state: &'static str,
    /// Until when it should be paid; null of what a booking is held for.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// Since when it is a debt, while it is one.
    #[schema(format = DateTime)]
    owed_since: Option<String>,
    /// `cash` or `card_terminal`, if it was paid at the desk.
    paid_at_desk_by: Option<&'static str>,
    /// What was given back, to card, wallet and desk.
    refunded: Money,
    /// What of it is in the payer's wallet.
    refunded_to_wallet: Money,
    /// What can still be given back.
    refundable: Money,
    refunds: Vec<RefundView>,
    /// `mercadopago`, or `wallet`.
    provider: &'static str,
    /// The provider's payment that counts.
    provider_payment_id: Option<String>,
    /// Where it is paid, while it can be paid.
    checkout_url: Option<String>,
    /// Until when it can be paid.
    #[schema(format = DateTime)]
    expires_at: String,
    /// What keeps it from going its way.
    problem: Option<ProblemView>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Money going back.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefundView {
    id: RefundId,
    amount: Money,
    /// `staff`, `booking_cancelled`, `booking_moved`, `not_owed`, `paid_too_late`, `paid_twice` or `at_provider`.
    reason: &'static str,
    to: RefundTo,
    /// `requested`, `done` or `failed`.
    status: &'static str,
    #[schema(format = DateTime)]
    requested_at: String,
    /// When the payer had it.
    #[schema(format = DateTime)]
    done_at: Option<String>,
}

/// What keeps a payment from going its way.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemView {
    /// Stable.
    code: &'static str,
    /// For people.
    message: &'static str,
    #[schema(format = DateTime)]
    at: String,
}

impl PaymentView {
    pub(crate) fn new(payment: &Payment, now: Timestamp) -> Self {
        let bill = payment.bill;
        let open = !payment.status.is_paid() && !payment.is_closed() && now < payment.expires_at;
        Self {
            id: payment.id,
            booking_id: payment.booking_id,
            account_id: payment.account_id,
            status: payment.status.as_str(),
            amount: payment.amount,
            purpose: payment.purpose().as_str(),
            state: payment.standing(),
            due_at: bill.map(|bill| timestamp_text(bill.due_at)),
            owed_since: bill.and_then(|bill| bill.owed_since).map(timestamp_text),
            paid_at_desk_by: payment.at_desk.map(|desk| desk.method.as_str()),
            refunded: payment.money(payment.refunded),
            refunded_to_wallet: payment.money(payment.refunded_to_wallet()),
            refundable: payment.money(payment.refundable()),
            refunds: payment.refunds.iter().map(|each| RefundView::new(payment, each)).collect(),
            provider: payment.provider.as_str(),
            provider_payment_id: payment
                .provider_payment_id
                .clone()
                .filter(|_| payment.at_desk.is_none())
                .map(Into::into),
            checkout_url: payment.checkout_url.clone().filter(|_| open),
            expires_at: timestamp_text(payment.expires_at),
            problem: payment.last_problem.as_ref().map(ProblemView::new),
            created_at: timestamp_text(payment.created_at),
            updated_at: timestamp_text(payment.updated_at),
        }
    }
}

impl RefundView {
    fn new(payment: &Payment, refund: &Refund) -> Self {
        Self {
            id: refund.id,
            amount: payment.money(refund.amount),
            reason: refund.reason.as_str(),
            to: refund.to,
            status: refund.status.as_str(),
            requested_at: timestamp_text(refund.requested_at),
            done_at: refund.done_at.map(timestamp_text),
        }
    }
}

impl ProblemView {
    fn new(problem: &Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            message: problem.code.message(),
            at: timestamp_text(problem.at),
        }
    }
}
