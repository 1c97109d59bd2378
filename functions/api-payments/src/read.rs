//! `GET /v1/payments/{payment_id}`.

use axum::extract::State;
use kernel::{Error, PaymentId, Permission};
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::view::PaymentView;

/// One payment.
#[utoipa::path(
    get,
    path = "/v1/payments/{payment_id}",
    tag = "payments",
    params(("payment_id" = PaymentId, Path)),
    responses(
        (status = 200, body = Envelope<PaymentView>, description = "The payment."),
        (status = 403, body = Problem, description = "PAYMENT_NOT_YOURS: another member's, and no `payment:read`."),
        (status = 404, body = Problem, description = "PAYMENT_NOT_FOUND."),
    )
)]
pub(crate) async fn read_payment(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PaymentId>,
) -> Outcome<PaymentView> {
    let payment = payments::payment(&app.tenant_table(&caller)?, id).await?;
    if payment.account_id != caller.account() && !caller.may(Permission::PaymentRead) {
        return Err(Error::forbidden(
            "PAYMENT_NOT_YOURS",
            "this is another member's payment; it needs the permission payment:read",
        )
        .into());
    }
    Ok(Reply::ok(PaymentView::new(&payment, app.clock().now())).etag(payment.version))
}
