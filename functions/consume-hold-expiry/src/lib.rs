//! Called by the hold expiry queue, whose messages are delayed until a hold ends: lets go of bookings that
//! were not paid in time.
//!
//! Late or twice it changes nothing that was decided before: a booking that was paid, cancelled, or released
//! by whoever met its ended hold is left alone. A message that comes before the end fails, and so comes
//! again after the queue's visibility timeout; one that cannot be read, or whose booking does not exist, ends in
//! the dead-letter queue.

use booking::{Changed, Status};
use kernel::{BookingId, ClubId, Error, Result, Tenant, jiff::Timestamp};
use runtime::{App, Message};
use serde::Deserialize;

/// The payload. The booking itself says until when it is held.
#[derive(Deserialize)]
struct HoldEnds {
    club_id: ClubId,
    booking_id: BookingId,
    #[serde(rename = "hold_expires_at")]
    _hold_expires_at: Timestamp,
    /// Of the request that made the hold.
    correlation_id: Option<String>,
}

/// Lets go of one booking, if it is time.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let HoldEnds { club_id, booking_id, correlation_id, .. } = message.json()?;
    let correlation = correlation_id.unwrap_or(message.id);
    let table = app.table().tenant(&Tenant::from_envelope(club_id, correlation));
    let booking = booking::booking(&table, booking_id).await?;
    let now = app.clock().now();
    if booking.status != Status::Held {
        tracing::info!(booking.id = %booking_id, booking.status = %booking.status, "nothing to let go");
        return Ok(());
    }
    if !booking.hold_has_ended(now) {
        return Err(Error::unavailable("HOLD_NOT_ENDED", "the hold has not ended yet"));
    }
    let Changed { writes, .. } = booking::expire(&table, &booking, now)?;
    table.write(writes).await?;
    metrics::counter!("bookings_expired").increment(1);
    Ok(())
}
