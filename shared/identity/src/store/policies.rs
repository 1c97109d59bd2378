//! `T#<club>#SETTINGS` / `SIGN_IN_POLICY`.

use kernel::{Result, stale_version};
use table::{Condition, Key, TenantTable, Write};

use crate::SignInPolicy;

fn key(table: &TenantTable) -> Key {
    table.key("SETTINGS", "SIGN_IN_POLICY")
}

/// Get `T#<club>#SETTINGS` / `SIGN_IN_POLICY`; the default where the club has chosen none.
pub async fn sign_in_policy(table: &TenantTable) -> Result<SignInPolicy> {
    Ok(table.get(&key(table)).await?.unwrap_or_default())
}

/// Put `T#<club>#SETTINGS` / `SIGN_IN_POLICY` if it is still of the version before: else `stale`,
/// `STALE_VERSION`.
pub fn change_sign_in_policy(table: &TenantTable, policy: &SignInPolicy) -> Result<Write> {
    let before = match policy.version - 1 {
        0 => Condition::absent("PK"),
        version => Condition::equals("version", version),
    };
    let write = Write::put(key(table), "SignInPolicy", policy)?.when(before);
    Ok(write.or(|_| stale_version("this policy")))
}
