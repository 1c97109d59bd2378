//! `POST /v1/payments/{payment_id}/refund`.

use audit::Entry;
use axum::extract::State;
use booking::RefundTo;
use garde::Validate;
use kernel::{Money, PaymentId};
use payments::{Paperwork, RefundReason, RefundStatus, Return};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{bill::store, view::PaymentView};

/// How much goes back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundRequest {
    /// Minor units of the payment's currency; all that is left where it is missing.
    #[garde(range(min = 1, max = Money::MAX_AMOUNT))]
    amount: Option<i64>,
    /// Back to the card, unless it says otherwise. What a wallet paid goes back into it, whatever it says.
    #[serde(default)]
    #[garde(skip)]
    to: RefundTo,
}

/// Give money back, in full or in part.
///
/// To the card, the provider does it a moment later; the payment's status tells when. Into the payer's wallet, it is
/// there at once, and what was paid at the desk is handed back there, and booked at once. The booking stays as it is.
#[utoipa::path(
    post,
    path = "/v1/payments/{payment_id}/refund",
    tag = "payments",
    params(("payment_id" = PaymentId, Path)),
    request_body = RefundRequest,
    responses(
        (status = 200, body = Envelope<PaymentView>, description = "It is in the wallet."),
        (status = 202, body = Envelope<PaymentView>, description = "The refund is on its way."),
        (status = 404, body = Problem, description = "PAYMENT_NOT_FOUND."),
        (status = 409, body = Problem, description = "PAYMENT_NOT_PAID, NOTHING_TO_REFUND, PAYMENT_CHARGED_BACK, TOO_MANY_REFUNDS, CONCURRENT_CHANGE."),
        (status = 422, body = Problem, description = "REFUND_TOO_LARGE, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn refund_payment(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PaymentId>,
    Body(input): Body<RefundRequest>,
) -> Outcome<PaymentView> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let before = payments::payment(&table, id).await?;
    let back = Return { amount: input.amount, reason: RefundReason::Staff, to: input.to };
    let mut paperwork = Paperwork::default();
    let payment = paperwork.give_back(&before, back, now)?;
    let made = payment.refunds.last();
    let is_done = made.is_some_and(|made| made.status == RefundStatus::Done);
    let said = json!({
        "amount": made.map(|made| payment.money(made.amount)), "to": made.map(|made| made.to),
        "account_id": payment.account_id,
    });
    let told = if is_done { "payment.refunded" } else { "payment.refund_requested" };
    let told = Entry::new(caller.origin(), told, id).making(&said)?;
    store(&app, &table, &paperwork, Some(told), now).await?;
    let view = PaymentView::new(&payment, now);
    Ok(if is_done { Reply::ok(view) } else { Reply::accepted(format!("/v1/payments/{id}"), view) })
}
