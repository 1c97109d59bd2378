//! `POST /v1/bookings/{booking_id}/cancel`.

use axum::extract::State;
use booking::{Booking, Changed, Status};
use kernel::{BookingId, Error, Permission, RefundId, Result, jiff::Timestamp};
use payments::{RefundReason, event::Told};
use runtime::App;
use table::{TenantTable, Write};
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::read::{BookingView, check_own};

/// So often it is decided again because the booking or its payment changed under it.
const ROUNDS: usize = 3;

/// Cancel a booking: one's own before it starts, or any with `booking:manage`.
///
/// Its slot is free at once. What was paid goes back; the payment tells when. Cancelling it again changes
/// nothing.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/cancel",
    tag = "bookings",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<BookingView>, description = "Cancelled."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "BOOKING_EXPIRED, BOOKING_STARTED, BOOKING_CHANGED."),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<BookingView> {
    let table = app.tenant_table(&caller)?;
    let mut rounds = ROUNDS;
    loop {
        rounds -= 1;
        let booking = booking::booking(&table, id).await?;
        check_own(&caller, &booking)?;
        if booking.status == Status::Cancelled {
            return Ok(Reply::ok(booking.into()));
        }
        match give_up(&app, &caller, &table, &booking).await {
            Err(error) if rounds > 0 && is_race(&error) => {}
            cancelled => return Ok(Reply::ok(cancelled?.into())),
        }
    }
}

/// The booking, its slots and what was paid, in one transaction.
async fn give_up(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    booking: &Booking,
) -> Result<Booking> {
    let now = app.clock().now();
    if booking.has_started(now) && !caller.may(Permission::BookingManage) {
        let message = "it has started; ask the club's staff to cancel it";
        return Err(Error::conflict("BOOKING_STARTED", message));
    }
    let Changed { booking: cancelled, mut writes } =
        booking::cancel(table, booking, caller.account(), now)?;
    writes.extend(refund(app, table, booking, now).await?);
    table.write(writes).await?;
    metrics::counter!("bookings_cancelled").increment(1);
    Ok(cancelled)
}

/// Asks for everything back that was paid and not given back yet. A payment that is still to come is refunded
/// when it comes.
async fn refund(
    app: &App,
    table: &TenantTable,
    booking: &Booking,
    now: Timestamp,
) -> Result<Option<Write>> {
    let Some(id) = booking.payment_id else { return Ok(None) };
    let payment = payments::payment(table, id).await?;
    if payment.refundable() == 0 {
        return Ok(None);
    }
    let refund = RefundId::new();
    let reason = RefundReason::BookingCancelled;
    let payment = payments::request_refund(&payment, refund, None, reason, now)?;
    let told = [Told::RefundRequested(refund)];
    payments::save(table, &app.table().platform(), &payment, &told).map(Some)
}

fn is_race(error: &Error) -> bool {
    matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE")
}
