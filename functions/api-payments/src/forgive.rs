//! `POST /v1/debts/{payment_id}/forgive`.

use audit::Entry;
use axum::extract::State;
use kernel::{PaymentId, Result};
use payments::{Paperwork, Payment};
use runtime::App;
use serde_json::json;
use table::TenantTable;
use web::{Caller, Envelope, Id, Outcome, Problem};

use crate::{
    bill::{change, store},
    view::PaymentView,
};

/// Forgive a debt: nobody has to pay it any more, and it hinders them no more. What is paid for it all the same goes
/// back.
#[utoipa::path(
    post,
    path = "/v1/debts/{payment_id}/forgive",
    tag = "payments",
    params(("payment_id" = PaymentId, Path)),
    responses(
        (status = 200, body = Envelope<PaymentView>, description = "It is no debt any more."),
        (status = 404, body = Problem, description = "PAYMENT_NOT_FOUND."),
        (status = 409, body = Problem, description = "NOT_OWED, CONCURRENT_CHANGE."),
    )
)]
pub(crate) async fn forgive(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PaymentId>,
) -> Outcome<PaymentView> {
    let table = app.tenant_table(&caller)?;
    change(&app, || lift(&app, &caller, &table, id)).await
}

/// The payment, the diary and the record, in one transaction.
async fn lift(app: &App, caller: &Caller, table: &TenantTable, id: PaymentId) -> Result<Payment> {
    let now = app.clock().now();
    let payment = payments::payment(table, id).await?;
    let after = payment.forgiven(now)?;
    let mut paperwork = Paperwork::default();
    paperwork.change(&payment, after.clone());
    let told = Entry::new(caller.origin(), "debt.forgiven", id).removing(&json!({
        "booking_id": payment.booking_id, "account_id": payment.account_id,
        "amount": payment.amount,
    }))?;
    store(app, table, &paperwork, Some(told), now).await?;
    Ok(after)
}
