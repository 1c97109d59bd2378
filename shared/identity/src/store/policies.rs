//! `T#<club>#SETTINGS` / `SIGN_IN_POLICY`.

use kernel::{Result, stale_version};
use serde::Deserialize;
use table::{Condition, Key, Query, TenantTable, Write};
use tenancy::CustomRole;

use crate::SignInPolicy;

fn key(table: &TenantTable) -> Key {
    table.key("SETTINGS", "SIGN_IN_POLICY")
}

/// Get `T#<club>#SETTINGS` / `SIGN_IN_POLICY`; the default where the club has chosen none.
pub async fn sign_in_policy(table: &TenantTable) -> Result<SignInPolicy> {
    Ok(table.get(&key(table)).await?.unwrap_or_default())
}

/// Query `T#<club>#SETTINGS` from `ROLE#` to `SIGN_IN_POLICY`: the club's own roles, and what it asks of who signs
/// in. They lie side by side, so one request reads all that decides beside the membership.
pub async fn roles_and_policy(table: &TenantTable) -> Result<(Vec<CustomRole>, SignInPolicy)> {
    #[derive(Deserialize)]
    #[serde(tag = "kind")]
    enum Setting {
        CustomRole(CustomRole),
        SignInPolicy(SignInPolicy),
    }
    let settings = Query::of(table.partition("SETTINGS")).between("ROLE#", "SIGN_IN_POLICY");
    let (mut roles, mut policy) = (Vec::new(), SignInPolicy::default());
    for setting in table.query_all(&settings).await? {
        match setting {
            Setting::CustomRole(role) => roles.push(role),
            Setting::SignInPolicy(found) => policy = found,
        }
    }
    Ok((roles, policy))
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
