//! Bills of a booking, and how what becomes of them is stored.

use audit::Entry;
use booking::{Booking, Status, Step};
use kernel::{BookingId, Error, PaymentId, Result, in_rounds, jiff::Timestamp};
use payments::{Paperwork, Payment};
use runtime::App;
use table::TenantTable;
use web::{Outcome, Reply};

use crate::view::PaymentView;

/// So often it is decided again because a payment changed at the same moment.
const ROUNDS: usize = 4;

/// Changes a payment, and shows it.
pub(crate) async fn change<F: Future<Output = Result<Payment>>>(
    app: &App,
    once: impl FnMut() -> F,
) -> Outcome<PaymentView> {
    let payment = in_rounds(ROUNDS, is_race, once).await?;
    Ok(Reply::ok(PaymentView::new(&payment, app.clock().now())).etag(payment.version))
}

/// A booking and one of its payments: `BOOKING_NOT_FOUND`, `PAYMENT_NOT_FOUND`.
pub(crate) async fn find(
    table: &TenantTable,
    (booking, payment): (BookingId, PaymentId),
) -> Result<(Booking, Payment)> {
    let booking = booking::booking(table, booking).await?;
    let payment = payments::payment(table, payment).await?;
    if payment.booking_id != booking.id {
        let message = "the booking has no such payment";
        return Err(Error::not_found("PAYMENT_NOT_FOUND", message));
    }
    Ok((booking, payment))
}

/// Whether the booking is theirs, so that its bill has to be paid, or the bill is for giving it up: `BOOKING_HELD`,
/// `BOOKING_CANCELLED`, `BOOKING_EXPIRED`.
pub(crate) fn check_stands(booking: &Booking, bill: &Payment) -> Result<()> {
    match booking.status {
        _ if bill.outlives_its_booking() => Ok(()),
        Status::Confirmed | Status::CheckedIn | Status::NoShow => Ok(()),
        status => status.after(Step::Move).map(drop),
    }
}

/// One transaction, with its record where staff act on what is somebody else's.
pub(crate) async fn store(
    app: &App,
    table: &TenantTable,
    paperwork: &Paperwork,
    told: Option<Entry>,
    now: Timestamp,
) -> Result<()> {
    let writes = paperwork.writes(table, &app.table().platform())?;
    match told {
        Some(told) => audit::write(table, told, now, writes).await.map(drop),
        None => table.write(writes).await,
    }
}

/// Whether something else changed the payment at the same moment, or booked the same.
fn is_race(error: &Error) -> bool {
    ["CONCURRENT_CHANGE", ledger::ALREADY_POSTED].contains(&error.code())
}
