//! What can be wrong with a price book. The codes are stable.

use kernel::Error;
use serde_json::json;

use crate::{Coverage, PriceBook};

/// 404: no such price book at this venue.
pub fn price_book_not_found() -> Error {
    Error::not_found("PRICE_BOOK_NOT_FOUND", "this venue has no such price book")
}

/// 409: it is published and no draft any more.
pub fn price_book_published() -> Error {
    Error::conflict(
        "PRICE_BOOK_PUBLISHED",
        "a published price book never changes; publish another that starts later",
    )
}

/// 409: another published version starts on that date.
pub fn start_taken() -> Error {
    Error::conflict(
        "PRICE_BOOK_START_TAKEN",
        "another published price book of the venue starts on that date; choose another date",
    )
}

/// 409: its prices have been asked for.
pub fn not_withdrawable() -> Error {
    Error::conflict(
        "PRICE_BOOK_STARTED",
        "only a published price book whose start lies ahead can be withdrawn",
    )
}

/// 409: more than a venue may keep.
pub fn too_many_price_books() -> Error {
    let message = format!("a venue has at most {} price books, drafts included", PriceBook::MAX);
    Error::conflict("TOO_MANY_PRICE_BOOKS", message)
}

/// 409: no category matches, so the court is not to be had then.
pub fn no_price() -> Error {
    Error::conflict(
        "NO_PRICE",
        "the venue's price book has no price for all of that time; choose another time or court",
    )
}

/// 412: somebody changed it since it was read.
pub fn stale() -> Error {
    Error::stale("STALE_VERSION", "somebody changed this since you read it; read it again")
}

/// 422: it would have changed prices that were asked for already.
pub fn starts_in_past() -> Error {
    Error::invalid(
        "PRICE_BOOK_STARTS_IN_PAST",
        "a price book starts today or later; change its start",
    )
}

/// 422: somebody could book something that has no price; a few examples are in the details.
pub fn incomplete(coverage: &Coverage) -> Error {
    Error::invalid(
        "PRICE_BOOK_INCOMPLETE",
        "some times, courts or customers match no category; add one without conditions at the end",
    )
    .with_details(json!({ "uncovered": coverage.gaps }))
}

/// 422: lights are lit by the sun of a place that nobody knows.
pub(crate) fn location_required() -> Error {
    Error::invalid(
        "VENUE_LOCATION_REQUIRED",
        "lights are charged after sunset, so the venue needs its latitude and longitude first",
    )
}

/// 422: a condition names what the venue does not have.
pub(crate) fn unknown_reference(what: &str) -> Error {
    let message = format!("the venue has no {what}; change the category that names it");
    Error::invalid("PRICE_BOOK_REFERS_TO_UNKNOWN", message)
}
