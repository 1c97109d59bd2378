//! What can be wrong with a closure. The codes are stable.

use kernel::Error;

/// The last day that a closure may touch, in local days from today.
pub(crate) const DAYS_AHEAD: i32 = 400;
/// The most court-days of one closure.
pub(crate) const COURT_DAYS_LIMIT: usize = 5_000;

/// 404: no such closure in this club.
pub fn closure_not_found() -> Error {
    Error::not_found("CLOSURE_NOT_FOUND", "this club has no such closure")
}

/// 409: somebody else works on the closure at this moment.
pub fn closure_changed() -> Error {
    Error::conflict(
        "CLOSURE_CHANGED",
        "the closure changed at the same moment; read it again and repeat",
    )
}

/// Whether something failed because it changed under whoever tried it: reading it again helps.
pub fn is_race(error: &Error) -> bool {
    matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE" | "CLOSURE_CHANGED")
}

pub(crate) fn too_large() -> Error {
    Error::invalid(
        "CLOSURE_TOO_LARGE",
        format!(
            "a closure ends at most {DAYS_AHEAD} days ahead and has at most {COURT_DAYS_LIMIT} court-days"
        ),
    )
}

pub(crate) fn ends_early() -> Error {
    Error::invalid("CLOSURE_ENDS_EARLY", "the end must be after the start")
}

pub(crate) fn in_past() -> Error {
    Error::invalid("CLOSURE_IN_PAST", "all of that time has passed")
}

pub(crate) fn off_grid() -> Error {
    Error::invalid("CLOSURE_OFF_GRID", "times must be multiples of five minutes")
}

pub(crate) fn without_courts() -> Error {
    Error::invalid("CLOSURE_WITHOUT_COURTS", "the venue has no such courts that take bookings")
}

pub(crate) fn without_days() -> Error {
    Error::invalid(
        "CLOSURE_WITHOUT_DAYS",
        "no day from the first to the last is one of the weekdays",
    )
}
