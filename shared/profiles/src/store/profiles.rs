//! `T#<club>#PERSON#<account>` / `PROFILE`.

use kernel::{AccountId, Result};
use table::{Key, TenantTable, Write};

use super::{person_key, stale, unchanged};
use crate::Profile;

/// Somebody's profile: for a round of reads.
pub fn profile_key(table: &TenantTable, account: AccountId) -> Key {
    person_key(table, account, "PROFILE")
}

/// Get `T#<club>#PERSON#<account>` / `PROFILE`; an empty one where nobody has written any.
pub async fn profile(table: &TenantTable, account: AccountId) -> Result<Profile> {
    let found = table.get(&profile_key(table, account)).await?;
    Ok(found.unwrap_or_else(|| Profile::empty(account)))
}

/// Put `T#<club>#PERSON#<account>` / `PROFILE` if it is still the version before: else `stale`,
/// `STALE_VERSION`.
pub fn put_profile(table: &TenantTable, profile: &Profile) -> Result<Write> {
    let key = profile_key(table, profile.account_id);
    let write = Write::put(key, "Profile", profile)?;
    Ok(write.when(unchanged(profile.version - 1)).or(|_| stale()))
}

/// Check `T#<club>#PERSON#<account>` / `PROFILE`: still this version, else `stale`, `STALE_VERSION`.
pub fn profile_unchanged(table: &TenantTable, profile: &Profile) -> Write {
    let key = profile_key(table, profile.account_id);
    Write::check(key, unchanged(profile.version)).or(|_| stale())
}
