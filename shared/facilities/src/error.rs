//! What can be wrong with a venue or a court. The codes are stable.

use kernel::{Currency, Error, Money, Result, same_version, stale_version};

use crate::{Court, Status, Venue};

/// 404: no such venue in this club.
pub fn venue_not_found() -> Error {
    Error::not_found("VENUE_NOT_FOUND", "this club has no such venue")
}

/// 404: no such court at this venue.
pub fn court_not_found() -> Error {
    Error::not_found("COURT_NOT_FOUND", "this venue has no such court")
}

/// 409: the venue is retired.
pub fn venue_retired() -> Error {
    Error::conflict("VENUE_RETIRED", "the venue is retired: it is not changed or booked any more")
}

/// 409: the court is retired.
pub fn court_retired() -> Error {
    Error::conflict("COURT_RETIRED", "the court is retired: it is not changed or booked any more")
}

/// 412: somebody changed it since it was read.
pub fn stale() -> Error {
    stale_version("this")
}

/// Whether an edit may go on: the thing is active, and the client's `If-Match`, if any, names its version.
fn editable(
    status: Status,
    version: u64,
    expected: Option<u64>,
    retired: fn() -> Error,
) -> Result<()> {
    if status == Status::Retired {
        return Err(retired());
    }
    same_version(expected, version, "this")
}

impl Venue {
    /// Refuses a retired venue, and an edit of another version than this one.
    pub fn editable(&self, expected: Option<u64>) -> Result<()> {
        editable(self.status, self.version, expected, venue_retired)
    }
}

impl Court {
    /// Refuses a retired court, and an edit of another version than this one.
    pub fn editable(&self, expected: Option<u64>) -> Result<()> {
        editable(self.status, self.version, expected, court_retired)
    }
}

/// Refuses a price in another currency than the club's.
pub fn check_currency(price: Money, club: Currency) -> Result<()> {
    if price.currency == club {
        return Ok(());
    }
    Err(Error::invalid("CURRENCY_MISMATCH", format!("the club charges in {club}")))
}
