//! Who plays along: members of the club, none twice, and guests.

use booking::{Participant, Party};
use identity::{Membership, store::member_key};
use kernel::{AccountId, Error, Result};
use serde_json::json;
use table::TenantTable;

/// These play along with the owner, if they can: as [`named`] says, and 422 `PARTICIPANT_UNKNOWN` where one is no
/// member of the club. One batch of reads, of nobody none.
pub async fn party(
    table: &TenantTable,
    owner: AccountId,
    participants: Vec<Participant>,
) -> Result<Party> {
    let party = named(owner, participants)?;
    let keys: Vec<_> = party.members().map(|one| (one, member_key(table, one))).collect();
    let wanted: Vec<_> = keys.iter().map(|(_, key)| key.clone()).collect();
    let mut found = table.batch_get(&wanted).await?;
    let mut unknown = Vec::new();
    for (account, key) in keys {
        if found.take::<Membership>(&key)?.is_none() {
            unknown.push(account);
        }
    }
    if unknown.is_empty() { Ok(party) } else { Err(participant_unknown(&unknown)) }
}

/// The same without a look at who is a member: 422 `PARTICIPANTS_INVALID` where one is named twice or there are too
/// many. Who is none is told by [`crate::LookUp::strangers`], or was a member when this was asked before.
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

/// 422: these are no members of the club.
pub fn participant_unknown(strangers: &[AccountId]) -> Error {
    Error::invalid("PARTICIPANT_UNKNOWN", "somebody who plays along is no member of the club")
        .with_details(json!({ "account_ids": strangers }))
}
