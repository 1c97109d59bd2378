//! `T#<club>#ERASURE#<account>` / `CERTIFICATE`.

use kernel::{AccountId, Error, Result};
use table::{Condition, Key, TenantTable, Update, Write};

use crate::{Erasure, ErasureStatus};

fn key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("ERASURE#{account}"), "CERTIFICATE")
}

/// Get `T#<club>#ERASURE#<account>` / `CERTIFICATE`.
pub async fn erasure(table: &TenantTable, account: AccountId) -> Result<Option<Erasure>> {
    table.get(&key(table, account)).await
}

/// Put `T#<club>#ERASURE#<account>` / `CERTIFICATE` if absent, or in the place of the completed one before.
/// Else `conflict`, `ERASURE_RUNNING`.
pub fn begin_erasure(table: &TenantTable, erasure: &Erasure) -> Result<Write> {
    let free = match &erasure.previous_hash {
        Some(hash) => Condition::equals("hash", hash.as_str()),
        None => Condition::absent("PK"),
    };
    Ok(Write::put(key(table, erasure.account_id), "Erasure", erasure)?
        .when(free)
        .or(|_| erasure_running()))
}

/// Update `T#<club>#ERASURE#<account>` / `CERTIFICATE` while it runs: so many more of a kind are gone, in the
/// transaction by which they go. Else `conflict`, `ERASURE_RUNNING`: a twin of this call has completed it.
pub fn count_removed(
    table: &TenantTable,
    account: AccountId,
    kind: &'static str,
    count: u64,
) -> Write {
    let update = Update::new().add(format!("removed.{kind}"), count);
    Write::update(key(table, account), update)
        .when(Condition::equals("status", "running"))
        .or(|_| erasure_running())
}

/// Put `T#<club>#ERASURE#<account>` / `CERTIFICATE` as completed, while it runs. Else `conflict`,
/// `ERASURE_RUNNING`: a twin of this call was quicker.
pub fn complete_erasure(table: &TenantTable, erasure: &Erasure) -> Result<Write> {
    debug_assert_eq!(erasure.status, ErasureStatus::Completed, "it is completed");
    let write = Write::put(key(table, erasure.account_id), "Erasure", erasure)?;
    Ok(write.when(Condition::equals("status", "running")).or(|_| erasure_running()))
}

/// `conflict`, `ERASURE_RUNNING`: another call erases this person.
pub fn erasure_running() -> Error {
    let message = "this person is being erased by another call; ask again in a moment";
    Error::conflict("ERASURE_RUNNING", message)
}
