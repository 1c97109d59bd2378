//! What goes back of what was paid for a booking.

use booking::{Booking, RefundTo};
use kernel::{Money, Result, jiff::Timestamp};
use payments::{Payment, Provider, RefundReason, Return};
use runtime::App;
use table::{TenantTable, Write};

/// The booking's payment; `None` where it is free of charge.
pub(crate) async fn payment_of(table: &TenantTable, booking: &Booking) -> Result<Option<Payment>> {
    let Some(id) = booking.payment_id else { return Ok(None) };
    payments::payment(table, id).await.map(Some)
}

/// Gives so much back, if anything. (A payment that is still to come for a booking that is given up goes back when
/// it comes.)
pub(crate) fn give_back(
    app: &App,
    table: &TenantTable,
    payment: Option<&Payment>,
    (goes_back, reason, to): (Option<Money>, RefundReason, RefundTo),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let Some((payment, money)) = payment.zip(goes_back.filter(|money| !money.is_zero())) else {
        return Ok(Vec::new());
    };
    let back = Return { amount: Some(money.amount), reason, to };
    let (_, writes) = payments::give_back(table, &app.table().platform(), payment, back, now)?;
    Ok(writes)
}

/// Whether a wallet paid it.
pub(crate) fn is_from_wallet(payment: Option<&Payment>) -> bool {
    payment.is_some_and(|payment| payment.provider == Provider::Wallet)
}
