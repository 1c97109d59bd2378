//! `POST /v1/bookings/{booking_id}/payments/{payment_id}/settle`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::{BookingId, PaymentId, Permission, Result};
use payments::{AtDesk, DeskMethod, Paperwork, Payment};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Ids, Outcome, Problem};

use crate::{
    bill::{change, check_stands, find, store},
    view::PaymentView,
};

/// How it was paid.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Settlement {
    method: Method,
}

/// By which means somebody pays at the desk.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskMethod)]
pub(crate) enum Method {
    /// Coins and notes.
    Cash,
    /// The desk's own card reader.
    CardTerminal,
}

/// Note that a share, a difference or a booking to be paid later was paid at the desk, all of it.
///
/// A debt is lifted by it. Should it be paid online, too, what was paid there goes back.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/payments/{payment_id}/settle",
    tag = "payments",
    params(("booking_id" = BookingId, Path), ("payment_id" = PaymentId, Path)),
    request_body = Settlement,
    responses(
        (status = 200, body = Envelope<PaymentView>, description = "Paid, and in the books."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, PAYMENT_NOT_FOUND."),
        (status = 409, body = Problem, description = "PAYMENT_ALREADY_MADE, NOT_A_BILL: it is paid online, BILL_CLOSED, BOOKING_HELD, BOOKING_CANCELLED, BOOKING_EXPIRED, CONCURRENT_CHANGE."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn settle(
    State(app): State<App>,
    caller: Caller,
    Ids(booking, payment): Ids<BookingId, PaymentId>,
    Body(input): Body<Settlement>,
) -> Outcome<PaymentView> {
    let table = app.tenant_table(&caller)?;
    change(&app, || take(&app, &caller, &table, (booking, payment), input.method)).await
}

/// The payment, the books, the diary and the record, in one transaction.
async fn take(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    ids: (BookingId, PaymentId),
    method: Method,
) -> Result<Payment> {
    let now = app.clock().now();
    let (booking, payment) = find(table, ids).await?;
    caller.require_at(Permission::BookingManage, booking.venue_id)?;
    check_stands(&booking, &payment)?;
    let method = match method {
        Method::Cash => DeskMethod::Cash,
        Method::CardTerminal => DeskMethod::CardTerminal,
    };
    let mut paperwork = Paperwork::default();
    let desk = AtDesk { method, by: caller.account(), at: now };
    let after = paperwork.take_at_desk(&payment, desk)?;
    let told = Entry::new(caller.origin(), "payment.settled", payment.id).making(&json!({
        "booking_id": booking.id, "account_id": payment.account_id, "amount": payment.amount,
        "method": method.as_str(),
    }))?;
    store(app, table, &paperwork, Some(told), now).await?;
    Ok(after)
}
