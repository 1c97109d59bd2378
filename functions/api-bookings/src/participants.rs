//! Who plays along.

use booking::Booking;
use kernel::{Result, jiff::Timestamp};
use table::TenantTable;
use web::Caller;

use crate::read::check_acts;

/// Refuses a booking to whoever neither plays, nor acts for a child that does, nor manages the bookings of its venue.
pub(crate) async fn check_plays(
    table: &TenantTable,
    caller: &Caller,
    booking: &Booking,
    now: Timestamp,
) -> Result<()> {
    let players: Vec<_> = booking.players().collect();
    check_acts(table, caller, booking, (&players, now)).await
}
