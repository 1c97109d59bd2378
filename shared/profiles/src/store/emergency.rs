//! `T#<club>#PERSON#<account>` / `EMERGENCY`.

use kernel::{AccountId, Error, Result};
use table::{Condition, TenantTable, Write};

use super::{person_key, stale, unchanged};
use crate::EmergencyContact;

/// Get `T#<club>#PERSON#<account>` / `EMERGENCY`.
pub async fn emergency_contact(
    table: &TenantTable,
    account: AccountId,
) -> Result<Option<EmergencyContact>> {
    table.get(&person_key(table, account, "EMERGENCY")).await
}

/// Put `T#<club>#PERSON#<account>` / `EMERGENCY` if it is still the version before: else `stale`,
/// `STALE_VERSION`.
pub fn put_emergency_contact(
    table: &TenantTable,
    account: AccountId,
    contact: &EmergencyContact,
) -> Result<Write> {
    let key = person_key(table, account, "EMERGENCY");
    let write = Write::put(key, "EmergencyContact", contact)?;
    Ok(write.when(unchanged(contact.version - 1)).or(|_| stale()))
}

/// Delete `T#<club>#PERSON#<account>` / `EMERGENCY` if there: else `not_found`,
/// `EMERGENCY_CONTACT_NOT_FOUND`.
pub fn remove_emergency_contact(table: &TenantTable, account: AccountId) -> Write {
    let missing =
        |_| Error::not_found("EMERGENCY_CONTACT_NOT_FOUND", "there is no emergency contact");
    let key = person_key(table, account, "EMERGENCY");
    Write::delete(key).when(Condition::item_exists()).or(missing)
}
