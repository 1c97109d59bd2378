//! `T#<club>#PERSON#<account>` / `PROFILE`.

use kernel::{AccountId, Result};
use table::{TenantTable, Write};

use super::{person_key, stale, unchanged};
use crate::Profile;

/// Get `T#<club>#PERSON#<account>` / `PROFILE`; an empty one where nobody has written any.
pub async fn profile(table: &TenantTable, account: AccountId) -> Result<Profile> {
    let found = table.get(&person_key(table, account, "PROFILE")).await?;
    Ok(found.unwrap_or_else(|| Profile::empty(account)))
}

/// Put `T#<club>#PERSON#<account>` / `PROFILE` if it is still the version before: else `stale`,
/// `STALE_VERSION`.
pub fn put_profile(table: &TenantTable, profile: &Profile) -> Result<Write> {
    let key = person_key(table, profile.account_id, "PROFILE");
    let write = Write::put(key, "Profile", profile)?;
    Ok(write.when(unchanged(profile.version - 1)).or(|_| stale()))
}

/// Check `T#<club>#PERSON#<account>` / `PROFILE`: still this version, else `stale`, `STALE_VERSION`.
pub fn profile_unchanged(table: &TenantTable, profile: &Profile) -> Write {
    let key = person_key(table, profile.account_id, "PROFILE");
    Write::check(key, unchanged(profile.version)).or(|_| stale())
}
