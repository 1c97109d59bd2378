//! An offer of the waiting list: the booking that is held for somebody.

use booking::{Booking, Status};
use kernel::{BookingId, Error, Result, WaitlistEntryId, jiff::Timestamp, timestamp_text};
use profiles::guards_any;
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::Caller;

/// So often an offer is read again because it changed.
pub(crate) const ROUNDS: usize = 4;

/// What became of an offer.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitlistAnswer)]
pub(crate) struct OfferAnswer {
    booking_id: BookingId,
    entry_id: WaitlistEntryId,
    status: Status,
    /// POST there to pay: the court is theirs as soon as it is paid. Null where there is nothing to pay.
    pay_at: Option<String>,
    /// Until when; null unless it is to be paid.
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl OfferAnswer {
    pub(crate) fn of(booking: &Booking, entry_id: WaitlistEntryId) -> Self {
        let held = booking.status == Status::Held;
        Self {
            booking_id: booking.id,
            entry_id,
            status: booking.status,
            pay_at: held.then(|| format!("/v1/bookings/{}/checkout", booking.id)),
            until: booking.hold_expires_at.filter(|_| held).map(timestamp_text),
        }
    }
}

/// One's own offer, or one's child's: `OFFER_NOT_FOUND`, `OFFER_NOT_YOURS`.
pub(crate) async fn own(
    table: &TenantTable,
    caller: &Caller,
    id: BookingId,
    now: Timestamp,
) -> Result<(Booking, WaitlistEntryId)> {
    let booking = booking::booking(table, id).await;
    let booking = booking.map_err(|error| match error.code() {
        "BOOKING_NOT_FOUND" => waitlist::offer_not_found(),
        _ => error,
    })?;
    let entry = booking.offer.ok_or_else(waitlist::offer_not_found)?;
    let is_theirs = booking.account_id == caller.account();
    if !is_theirs && !guards_any(table, caller.account(), &[booking.account_id], now).await? {
        return Err(Error::forbidden("OFFER_NOT_YOURS", "it is somebody else's offer"));
    }
    Ok((booking, entry))
}

/// Whether the same may be decided again after a new look.
pub(crate) fn is_race(error: &Error) -> bool {
    matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE")
        || error.code() == waitlist::entry_changed().code()
}
