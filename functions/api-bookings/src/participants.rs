//! Who plays along.

use booking::{Booking, Participant, Party};
use futures::future::try_join_all;
use kernel::{AccountId, Error, Result, jiff::Timestamp};
use serde_json::json;
use table::TenantTable;
use web::Caller;

use crate::read::check_acts;

/// These play along with the owner, if they can: 422 `PARTICIPANTS_INVALID` where one is named twice or there are
/// too many, `PARTICIPANT_UNKNOWN` where one is no member of the club.
pub(crate) async fn party(
    table: &TenantTable,
    owner: AccountId,
    participants: Vec<Participant>,
) -> Result<Party> {
    let party = Party::of(participants).filter(|party| party.members().all(|one| one != owner));
    let party = party.ok_or_else(|| {
        let message = format!(
            "name at most {} participants, nobody twice and not whose booking it is",
            Party::MAX
        );
        Error::invalid("PARTICIPANTS_INVALID", message)
    })?;
    let look = async |account: AccountId| {
        let found = identity::store::membership(table, account).await?;
        Ok::<_, Error>(found.is_none().then_some(account))
    };
    let unknown = try_join_all(party.members().map(look)).await?;
    let unknown: Vec<_> = unknown.into_iter().flatten().collect();
    if unknown.is_empty() {
        return Ok(party);
    }
    Err(Error::invalid("PARTICIPANT_UNKNOWN", "somebody who plays along is no member of the club")
        .with_details(json!({ "account_ids": unknown })))
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
