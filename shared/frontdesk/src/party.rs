//! Who plays along: members of the club, none twice, and guests.

use booking::{Participant, Party};
use futures::future::try_join_all;
use kernel::{AccountId, Error, Result};
use serde_json::json;
use table::TenantTable;

/// These play along with the owner, if they can: 422 `PARTICIPANTS_INVALID` where one is named twice or there are
/// too many, `PARTICIPANT_UNKNOWN` where one is no member of the club.
pub async fn party(
    table: &TenantTable,
    owner: AccountId,
    participants: Vec<Participant>,
) -> Result<Party> {
    let party = named(owner, participants)?;
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

/// The same of people who were members when they were looked at: what was asked before, and is asked again.
/// `PARTICIPANTS_INVALID`.
pub fn named(owner: AccountId, participants: Vec<Participant>) -> Result<Party> {
    let party = Party::of(participants).filter(|party| party.members().all(|one| one != owner));
    party.ok_or_else(|| {
        let message = format!(
            "name at most {} participants, nobody twice and not whose booking it is",
            Party::MAX
        );
        Error::invalid("PARTICIPANTS_INVALID", message)
    })
}
