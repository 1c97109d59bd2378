//! `POST /v1/payments/{payment_id}/refund`.

use audit::Entry;
use axum::extract::State;
use booking::RefundTo;
use garde::Validate;
use kernel::{Money, PaymentId};
use payments::{Provider, RefundReason, Return};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::view::PaymentView;

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
/// there at once. The booking stays as it is.
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
    let (table, platform) = (app.tenant_table(&caller)?, app.table().platform());
    let now = app.clock().now();
    let before = payments::payment(&table, id).await?;
    let to = if before.provider == Provider::Wallet { RefundTo::Wallet } else { input.to };
    let back = Return { amount: input.amount, reason: RefundReason::Staff, to };
    let (payment, writes) = payments::give_back(&table, &platform, &before, back, now)?;
    let amount = payment.refunds.last().map(|refund| payment.money(refund.amount));
    let said = json!({ "amount": amount, "to": to, "account_id": payment.account_id });
    let told = match to {
        RefundTo::Card => "payment.refund_requested",
        RefundTo::Wallet => "payment.refunded",
    };
    let told = Entry::new(caller.origin(), told, id).making(&said)?;
    audit::write(&table, told, now, writes).await?;
    let view = PaymentView::new(&payment, now);
    Ok(match to {
        RefundTo::Card => Reply::accepted(format!("/v1/payments/{id}"), view),
        RefundTo::Wallet => Reply::ok(view),
    })
}
