//! `POST /v1/payments/{payment_id}/refund`.

use axum::extract::State;
use garde::Validate;
use kernel::{Money, PaymentId};
use payments::{Paperwork, RefundReason};
use runtime::App;
use serde::Deserialize;
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
}

/// Give money back, in full or in part.
///
/// The provider does it a moment later; the payment's status tells when. What was paid at the desk is handed back
/// there, and booked at once. The booking stays as it is.
#[utoipa::path(
    post,
    path = "/v1/payments/{payment_id}/refund",
    tag = "payments",
    params(("payment_id" = PaymentId, Path)),
    request_body = RefundRequest,
    responses(
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
    let payment = payments::payment(&table, id).await?;
    let mut paperwork = Paperwork::default();
    let payment = paperwork.give_back(&payment, input.amount, RefundReason::Staff, now)?;
    store(&app, &table, &paperwork, None, now).await?;
    Ok(Reply::accepted(format!("/v1/payments/{id}"), PaymentView::new(&payment, now)))
}
