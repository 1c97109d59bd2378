//! Who plays along.

use booking::{Booking, Participant, Party};
use kernel::{AccountId, Error, Result, jiff::Timestamp};
use serde_json::json;
use table::TenantTable;
use web::Caller;

use crate::read::check_acts;

/// These play along with the owner, if they can: 422 `PARTICIPANTS_INVALID` where one is named twice or there are
/// too many. Whether they are members is read with what decides.
pub(crate) fn party(owner: AccountId, participants: Vec<Participant>) -> Result<Party> {
    let party = Party::of(participants).filter(|party| party.members().all(|one| one != owner));
    party.ok_or_else(|| {
        let message = format!(
            "name at most {} participants, nobody twice and not whose booking it is",
            Party::MAX
        );
        Error::invalid("PARTICIPANTS_INVALID", message)
    })
}

/// 422: these are no members of the club.
pub(crate) fn participant_unknown(strangers: &[AccountId]) -> Error {
    Error::invalid("PARTICIPANT_UNKNOWN", "somebody who plays along is no member of the club")
        .with_details(json!({ "account_ids": strangers }))
}

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
