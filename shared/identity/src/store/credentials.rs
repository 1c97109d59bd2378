//! Changes of `P#EMAIL#<email>` / `EMAIL`: passwords, proofs, other addresses.

use kernel::{AccountId, Email, Result, jiff::Timestamp};
use table::{Condition, PlatformTable, Update, Write};

use super::accounts::{account_key, credential_key, email_taken};
use crate::{Account, Credential};

/// The credential is still the account's, with the same password.
fn unchanged(before: &Credential) -> Condition {
    let password = match &before.password_hash {
        Some(hash) => Condition::equals("password_hash", hash.as_str()),
        None => Condition::absent("password_hash"),
    };
    Condition::equals("account_id", before.account_id.to_string()).and(password)
}

/// Check `P#EMAIL#<email>` / `EMAIL`: still the account's, with the password of this version.
pub fn require_password(
    table: &PlatformTable,
    account: AccountId,
    email: &Email,
    version: u64,
) -> Write {
    let same = Condition::equals("password_version", version);
    // Credentials from before there were versions have none.
    let same = match version {
        0 => Condition::any([same, Condition::absent("password_version")]),
        _ => same,
    };
    let ours = Condition::equals("account_id", account.to_string());
    Write::check(credential_key(table, email), ours.and(same))
}

/// Update `P#EMAIL#<email>` / `EMAIL` if its password is the one before: another password; `verified_at`
/// where the owner proved to read the address's mail by it. Else `conflict`, `CONCURRENT_CHANGE`.
pub fn set_password(
    table: &PlatformTable,
    email: &Email,
    before: &Credential,
    password_hash: String,
    verified_at: Option<Timestamp>,
) -> Write {
    let mut update = Update::new()
        .set("password_hash", password_hash)
        .set("status", "active")
        .add("password_version", 1_u64);
    if let Some(at) = verified_at {
        update = update.set("verified_at", at);
    }
    Write::update(credential_key(table, email), update).when(unchanged(before))
}

/// Update `P#EMAIL#<email>` / `EMAIL` if it is still the account's: its owner reads the address's mail.
pub fn verify_email(
    table: &PlatformTable,
    email: &Email,
    before: &Credential,
    at: Timestamp,
) -> Write {
    let same = Condition::equals("account_id", before.account_id.to_string());
    Write::update(credential_key(table, email), Update::new().set("verified_at", at)).when(same)
}

/// Put `P#EMAIL#<new>` / `EMAIL` if absent, else `conflict`, `EMAIL_TAKEN`; delete `P#EMAIL#<old>` / `EMAIL`
/// and update `P#ACC#<account>` / `ACCOUNT` if nobody changed them meanwhile, else `conflict`,
/// `CONCURRENT_CHANGE`: the account moves to an address whose mail its owner reads.
pub fn change_email(
    table: &PlatformTable,
    account: &Account,
    before: &Credential,
    new: &Email,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let credential = Credential { verified_at: Some(now), ..before.clone() };
    let same_factor = Condition::equals("second_factor", before.second_factor);
    let moved = Update::new().set("email", new.as_str()).set("version", account.version + 1);
    Ok(vec![
        Write::put(credential_key(table, new), "Credential", &credential)?
            .if_absent()
            .or(|_| email_taken()),
        Write::delete(credential_key(table, account.address()?))
            .when(unchanged(before).and(same_factor)),
        Write::update(account_key(table, account.id), moved)
            .when(Condition::equals("version", account.version)),
    ])
}
