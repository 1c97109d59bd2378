//! `T#<club>#PERSON#<account>` / `SPORT#<sport>`.

use kernel::{AccountId, Error, Result, Sport};
use table::{Condition, Key, Query, TenantTable, Update, Write, read_item};

use super::{person_key, unchanged};
use crate::{SportPreference, sport::already_assessed};

/// What somebody plays, by sport: for a round of reads.
pub fn sport_key(table: &TenantTable, account: AccountId, sport: Sport) -> Key {
    person_key(table, account, format_args!("SPORT#{sport}"))
}

/// Query `T#<club>#PERSON#<account>` / `SPORT#…`: what they play; sports given up are not among them.
pub async fn sports(table: &TenantTable, account: AccountId) -> Result<Vec<SportPreference>> {
    let partition = table.partition(format_args!("PERSON#{account}"));
    let all: Vec<SportPreference> =
        table.query_all(&Query::of(partition).begins_with("SPORT#")).await?;
    Ok(all.into_iter().filter(|sport| sport.is_played).collect())
}

/// Get `T#<club>#PERSON#<account>` / `SPORT#<sport>`, given up or not; an empty one where there is none.
pub async fn sport(
    table: &TenantTable,
    account: AccountId,
    sport: Sport,
) -> Result<SportPreference> {
    let found = table.get(&sport_key(table, account, sport)).await?;
    Ok(found.unwrap_or_else(|| SportPreference::empty(sport)))
}

/// Put `T#<club>#PERSON#<account>` / `SPORT#<sport>` if it is still the version before. Whoever was
/// overtaken by an assessment, and says another level, hears `conflict`, `LEVEL_ALREADY_ASSESSED`.
pub fn put_sport(
    table: &TenantTable,
    account: AccountId,
    preference: &SportPreference,
) -> Result<Write> {
    let key = sport_key(table, account, preference.sport);
    let ours = preference.assessment;
    let write = Write::put(key, "SportPreference", preference)?;
    Ok(write.when(unchanged(preference.version - 1)).or(move |now| {
        let theirs = now.and_then(|item| read_item::<SportPreference>(item).ok());
        match theirs.and_then(|theirs| theirs.assessment) {
            Some(theirs) if ours.is_some_and(|ours| ours.level() != theirs.level()) => {
                already_assessed()
            }
            _ => Error::conflict(
                "CONCURRENT_CHANGE",
                "somebody changed this at the same moment; read it again and repeat",
            ),
        }
    }))
}

/// Update `T#<club>#PERSON#<account>` / `SPORT#<sport>` that is played: no longer. The assessment stays.
/// Else `not_found`, `SPORT_NOT_FOUND`.
pub fn remove_sport(table: &TenantTable, account: AccountId, sport: Sport) -> Write {
    let update = Update::new().set("is_played", false).add("version", 1_u64);
    let missing = |_| Error::not_found("SPORT_NOT_FOUND", "this person does not play that sport");
    let played = Condition::equals("is_played", true);
    Write::update(sport_key(table, account, sport), update).when(played).or(missing)
}
