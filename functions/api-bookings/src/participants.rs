//! Who plays along.

use booking::{Booking, Participant, Party};
use futures::future::try_join_all;
use kernel::{AccountId, Error, Result};
use serde_json::json;
use table::TenantTable;

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

/// Refuses a booking to whoever neither plays nor may manage the bookings of its venue.
pub(crate) fn check_plays(caller: &web::Caller, booking: &Booking) -> Result<()> {
    if booking.is_played_by(caller.account()) {
        return Ok(());
    }
    crate::read::check_own(caller, booking)
}
