//! `T#<club>#SETTINGS` / `ROLE#<role>`: the club's own roles.

use kernel::{Error, Result, Role, stale_version};
use table::{Condition, Key, Query, TenantTable, Write};

use crate::CustomRole;

fn key(table: &TenantTable, role: &Role) -> Key {
    table.key("SETTINGS", format_args!("ROLE#{role}"))
}

/// Query `T#<club>#SETTINGS` / `ROLE#…`: the club's own roles, by name; see [`crate::allowed`].
pub async fn roles(table: &TenantTable) -> Result<Vec<CustomRole>> {
    table.query_all(&Query::of(table.partition("SETTINGS")).begins_with("ROLE#")).await
}

/// Put `T#<club>#SETTINGS` / `ROLE#<role>` if absent: else `conflict`, `ROLE_EXISTS`.
pub fn create_role(table: &TenantTable, role: &CustomRole) -> Result<Write> {
    let write = Write::put(key(table, &role.role), "CustomRole", role)?.if_absent();
    Ok(write.or(|_| Error::conflict("ROLE_EXISTS", "the club has a role of this name already")))
}

/// Put `T#<club>#SETTINGS` / `ROLE#<role>` if its version is the one before: else `stale`, `STALE_VERSION`.
pub fn change_role(table: &TenantTable, role: &CustomRole) -> Result<Write> {
    let before = Condition::equals("version", role.version - 1);
    Ok(Write::put(key(table, &role.role), "CustomRole", role)?
        .when(before)
        .or(|_| stale_version("this role")))
}

/// Delete `T#<club>#SETTINGS` / `ROLE#<role>` of this version: else `stale`, `STALE_VERSION`.
pub fn remove_role(table: &TenantTable, role: &CustomRole) -> Write {
    let same = Condition::equals("version", role.version);
    Write::delete(key(table, &role.role)).when(same).or(|_| stale_version("this role"))
}
