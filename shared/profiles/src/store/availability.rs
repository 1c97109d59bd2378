//! `T#<club>#PERSON#<account>` / `AVAILABILITY`.

use kernel::{AccountId, Result};
use table::{TenantTable, Write};

use super::{person_key, stale, unchanged};
use crate::Availability;

/// Get `T#<club>#PERSON#<account>` / `AVAILABILITY`; an empty plan where they never said.
pub async fn availability(table: &TenantTable, account: AccountId) -> Result<Availability> {
    let found = table.get(&person_key(table, account, "AVAILABILITY")).await?;
    Ok(found.unwrap_or_default())
}

/// Put `T#<club>#PERSON#<account>` / `AVAILABILITY` if it is still the version before: else `stale`,
/// `STALE_VERSION`.
pub fn put_availability(
    table: &TenantTable,
    account: AccountId,
    plan: &Availability,
) -> Result<Write> {
    let write = Write::put(person_key(table, account, "AVAILABILITY"), "Availability", plan)?;
    Ok(write.when(unchanged(plan.version - 1)).or(|_| stale()))
}
