//! Who plays along.

use booking::Booking;
use kernel::Result;

/// Refuses a booking to whoever neither plays nor may manage the bookings of its venue.
pub(crate) fn check_plays(caller: &web::Caller, booking: &Booking) -> Result<()> {
    if booking.is_played_by(caller.account()) {
        return Ok(());
    }
    crate::read::check_own(caller, booking)
}
