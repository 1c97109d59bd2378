//! What goes back of what was paid for a booking.

use booking::Booking;
use kernel::{Money, RefundId, Result, jiff::Timestamp};
use payments::{Payment, RefundReason, event::Told};
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
    let Some((payment, money)) = payment.zip(goes_back.filter(|money| !money.is_zero())) else {
        return Ok(None);
    };
    let refund = RefundId::new();
    let amount = Some(money.amount);
    let payment = payments::request_refund(&payment, refund, amount, reason, now)?;
    let told = [Told::RefundRequested(refund)];
    payments::save(table, &app.table().platform(), &payment, &told).map(Some)
}
