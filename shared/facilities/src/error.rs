//! What can be wrong with a venue, a court or a resource. The codes are stable.

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

/// 404: no such resource in this club.
pub fn resource_not_found() -> Error {
    Error::not_found("RESOURCE_NOT_FOUND", "this club has no such resource")
}

/// 409: the resource is retired.
pub fn resource_retired() -> Error {
    Error::conflict(
        "RESOURCE_RETIRED",
        "the resource is retired: it is not changed or booked any more",
    )
}

/// 422: a court cannot be made of what this venue does not have.
pub(crate) fn part_not_found() -> Error {
    Error::invalid("PART_NOT_FOUND", "this venue has no such court to make another of")
}

/// 422: the parts of a court are courts of their own.
pub(crate) fn part_is_composite() -> Error {
    Error::invalid("PART_IS_COMPOSITE", "a court cannot be made of one that is made of others")
}

/// 409: an active court is made of it.
pub(crate) fn court_is_part() -> Error {
    Error::conflict("COURT_IS_PART", "another court is made of this one; retire that one first")
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
