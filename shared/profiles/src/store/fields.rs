//! `T#<club>#SETTINGS` / `PERSON_FIELDS`.

use kernel::Result;
use table::{Key, TenantTable, Write};

use super::{stale, unchanged};
use crate::PersonFields;

fn key(table: &TenantTable) -> Key {
    table.key("SETTINGS", "PERSON_FIELDS")
}

/// Get `T#<club>#SETTINGS` / `PERSON_FIELDS`; none where the club never made any.
pub async fn person_fields(table: &TenantTable) -> Result<PersonFields> {
    Ok(table.get(&key(table)).await?.unwrap_or_default())
}

/// Put `T#<club>#SETTINGS` / `PERSON_FIELDS` if it is still the version before: else `stale`,
/// `STALE_VERSION`.
pub fn put_person_fields(table: &TenantTable, fields: &PersonFields) -> Result<Write> {
    let write = Write::put(key(table), "PersonFields", fields)?;
    Ok(write.when(unchanged(fields.version - 1)).or(|_| stale()))
}
