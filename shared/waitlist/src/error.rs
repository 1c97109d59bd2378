//! What can be wrong with a place in a waiting list. The codes are stable.

use booking::local_text;
use facilities::Venue;
use kernel::Error;
use serde_json::json;

use crate::Place;

/// So many free places are named in a refusal.
const NAMED: usize = 10;

/// 404: no such entry in this club.
pub fn entry_not_found() -> Error {
    Error::not_found("WAITLIST_ENTRY_NOT_FOUND", "this club has no such place in a waiting list")
}

/// 409: they wait no more.
pub fn entry_ended() -> Error {
    Error::conflict("WAITLIST_ENTRY_ENDED", "this place in the waiting list has ended; join again")
}

/// 409: the entry, or its day's list, is not what it was when it was read.
pub fn entry_changed() -> Error {
    Error::conflict("WAITLIST_CHANGED", "the waiting list changed at the same moment; try again")
}

/// 404: no such offer.
pub fn offer_not_found() -> Error {
    Error::not_found("OFFER_NOT_FOUND", "the waiting list has made no such offer")
}

/// 409: the offer's time is over, or it was declined.
pub fn offer_ended() -> Error {
    Error::conflict("OFFER_ENDED", "the offer has ended, and the court went to whoever is next")
}

/// 409: why wait?
pub fn slot_free(venue: &Venue, places: &[Place]) -> Error {
    let zone = venue.time_zone.rules();
    let view = |place: &Place| {
        json!({
            "court_id": place.court_id,
            "starts_at": local_text(zone, place.starts_at),
            "ends_at": local_text(zone, place.ends_at),
        })
    };
    let free: Vec<_> = places.iter().take(NAMED).map(view).collect();
    Error::conflict("SLOT_FREE", "there is a court free that fits; book it")
        .with_details(json!({ "free": free }))
}

/// 409: too many wait for the same.
pub(crate) fn list_full(most: u16) -> Error {
    let message = format!("at most {most} wait for that day and those courts; choose another day");
    Error::conflict("WAITLIST_FULL", message).with_details(json!({ "most": most }))
}

/// 409: the member waits for too much.
pub(crate) fn too_many_entries(most: u16) -> Error {
    let message = format!("a member has at most {most} places in waiting lists; leave one first");
    Error::conflict("TOO_MANY_ENTRIES", message).with_details(json!({ "most": most }))
}

/// 409: the same wish twice.
pub(crate) fn already_waiting() -> Error {
    Error::conflict("ALREADY_WAITING", "the member waits for the same already")
}

/// 422: no court is like that.
pub(crate) fn no_court_fits() -> Error {
    Error::invalid("NO_COURT_FITS", "no court of the venue is like that and booked for that long")
}

/// 422: the wish contradicts itself.
pub(crate) fn time_invalid() -> Error {
    Error::invalid(
        "WAITLIST_TIME_INVALID",
        "the time must begin before it ends and be as long as the play, which is a multiple of 5 minutes",
    )
}

/// 422: nothing could start any more, or the member's own deadline is over.
pub(crate) fn time_over() -> Error {
    Error::invalid(
        "WAITLIST_TIME_OVER",
        "that time, or the deadline, has passed; choose a later one",
    )
}
