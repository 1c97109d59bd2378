//! `POST /v1/bookings/{booking_id}/payments/{payment_id}/take-over`.

use audit::Entry;
use axum::extract::State;
use kernel::{BookingId, Error, PaymentId, Permission, Result};
use payments::{Paperwork, Payment};
use runtime::App;
use serde_json::json;
use table::TenantTable;
use web::{Caller, Envelope, Ids, Outcome, Problem};

use crate::{
    bill::{change, check_stands, find, store},
    view::PaymentView,
};

/// Take somebody's unpaid share over: whose booking it is pays it from now on, at the same page.
///
/// Staff with `booking:manage` do it for them. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/payments/{payment_id}/take-over",
    tag = "payments",
    params(("booking_id" = BookingId, Path), ("payment_id" = PaymentId, Path)),
    responses(
        (status = 200, body = Envelope<PaymentView>, description = "It is asked of whose booking it is."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, PAYMENT_NOT_FOUND."),
        (status = 409, body = Problem, description = "NOT_A_BILL, PAYMENT_ALREADY_MADE, BILL_CLOSED, BILL_OWED: it is a debt already; BOOKING_HELD, BOOKING_CANCELLED, BOOKING_EXPIRED, CONCURRENT_CHANGE."),
    )
)]
pub(crate) async fn take_over(
    State(app): State<App>,
    caller: Caller,
    Ids(booking, payment): Ids<BookingId, PaymentId>,
) -> Outcome<PaymentView> {
    let table = app.tenant_table(&caller)?;
    change(&app, || reassign(&app, &caller, &table, (booking, payment))).await
}

async fn reassign(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    ids: (BookingId, PaymentId),
) -> Result<Payment> {
    let now = app.clock().now();
    let (booking, payment) = find(table, ids).await?;
    let owner = booking.account_id;
    if owner != caller.account() && !caller.may_at(Permission::BookingManage, booking.venue_id) {
        let message = "only whose booking it is takes shares over, or staff with booking:manage";
        return Err(Error::forbidden("BOOKING_NOT_YOURS", message));
    }
    if payment.account_id == owner {
        return Ok(payment);
    }
    check_stands(&booking, &payment)?;
    let after = payment.taken_over(owner, now)?;
    let mut paperwork = Paperwork::default();
    paperwork.change(&payment, after.clone());
    let told = Entry::new(caller.origin(), "payment.taken_over", payment.id)
        .changing(&json!({ "account_id": payment.account_id }), &json!({ "account_id": owner }))?;
    let is_act = caller.account() != owner;
    store(app, table, &paperwork, is_act.then_some(told), now).await?;
    Ok(after)
}
