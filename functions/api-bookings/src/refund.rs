//! What goes back of what was paid for a booking.

use booking::Booking;
use kernel::{Money, Result, jiff::Timestamp};
use payments::{Payment, RefundReason};
use runtime::App;
use table::{TenantTable, Write};

/// The booking's payment; `None` where it is free of charge.
pub(crate) async fn payment_of(table: &TenantTable, booking: &Booking) -> Result<Option<Payment>> {
    let Some(id) = booking.payment_id else { return Ok(None) };
    payments::payment(table, id).await.map(Some)
}

/// Asks for so much back. (A payment that is still to come for a booking that is given up goes back when it
/// comes.)
pub(crate) fn give_back(
    app: &App,
    table: &TenantTable,
    payment: Option<Payment>,
    (goes_back, reason): (Option<Money>, RefundReason),
    now: Timestamp,
) -> Result<Option<Write>> {
    payments::give_back(table, &app.table().platform(), payment, (goes_back, reason), now)
}
