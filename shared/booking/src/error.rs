//! What can be wrong with a booking. The codes are stable.

use kernel::{Error, jiff::Timestamp, timestamp_text};
use serde_json::json;

/// How far ahead a court can be booked, in local days.
pub const DAYS_AHEAD: i32 = 365;

/// 404: no such booking in this club.
pub fn booking_not_found() -> Error {
    Error::not_found("BOOKING_NOT_FOUND", "this club has no such booking")
}

/// 409: somebody has the slot.
pub fn slot_taken() -> Error {
    Error::conflict(
        "SLOT_TAKEN",
        "somebody has booked the court for all or part of that time; choose another time or court",
    )
}

/// 409: the club has closed the court then.
pub fn court_closed() -> Error {
    Error::conflict(
        "COURT_CLOSED",
        "the club has closed the court for all or part of that time; choose another time or court",
    )
}

/// 409: the member's bookings are not what they were when they were read. See [`may_be_repeated`].
pub(crate) fn diary_changed() -> Error {
    Error::conflict(
        "DIARY_CHANGED",
        "the member is booking something else at this moment; try again",
    )
}

/// 422: the start is over.
pub(crate) fn start_in_past() -> Error {
    Error::invalid("START_IN_PAST", "the start has passed; choose a later one")
}

/// 422: beyond the days that can be booked.
pub(crate) fn too_far_ahead() -> Error {
    Error::invalid("TOO_FAR_AHEAD", "courts can be booked at most 365 days ahead")
}

/// 403: too much is held against the member.
pub(crate) fn booking_suspended(until: Timestamp) -> Error {
    let message = "they cancelled late or did not come too often, and book nothing for a while";
    Error::forbidden("BOOKING_SUSPENDED", message)
        .with_details(json!({ "until": timestamp_text(until) }))
}

/// 412: somebody changed the policy since it was read.
pub fn policy_stale() -> Error {
    Error::stale("STALE_VERSION", "somebody changed this policy since you read it; read it again")
}

/// 409: the booking is not what it was when it was read.
pub(crate) fn booking_changed() -> Error {
    Error::conflict(
        "BOOKING_CHANGED",
        "the booking changed at the same moment; read it again and repeat",
    )
}

/// 409: the court's day is not what it was when it was read. See [`may_be_repeated`].
pub fn day_changed() -> Error {
    Error::conflict("COURT_BUSY", "others are booking this court at this moment; try again")
}

/// Whether a refused booking may succeed after the same things were read again: the day, the court or the
/// holds in the way changed in between, and nobody has yet taken the slot.
pub fn may_be_repeated(error: &Error) -> bool {
    matches!(error.code(), "COURT_BUSY" | "DIARY_CHANGED" | "STALE_VERSION")
}

/// The same refusal when nobody repeats it any more: 409 `COURT_BUSY` where it may have succeeded.
pub fn not_repeated(error: Error) -> Error {
    if may_be_repeated(&error) { day_changed() } else { error }
}
