//! `P#ACC#<account>` / `MFA#TOTP`.

use kernel::{AccountId, Email, Error, Result, jiff::Timestamp};
use table::{Attempt, Condition, Key, PlatformTable, Update, Value, Write};

use super::accounts::credential_key;
use crate::{
    FactorKey, RecoveryCode, TotpFactor,
    totp::{already_confirmed, missing},
};

fn key(table: &PlatformTable, account: AccountId) -> Key {
    table.key(format_args!("ACC#{account}"), "MFA#TOTP")
}

fn confirmed() -> Condition {
    Condition::exists("confirmed_at")
}

fn hashes(account: AccountId, codes: &[RecoveryCode]) -> Value {
    Value::texts(codes.iter().map(|code| code.hash(account)))
}

/// Get `P#ACC#<account>` / `MFA#TOTP`.
pub async fn totp(table: &PlatformTable, account: AccountId) -> Result<Option<TotpFactor>> {
    table.get(&key(table, account)).await
}

/// Put `P#ACC#<account>` / `MFA#TOTP` in the place of any that was not confirmed: else `conflict`,
/// `SECOND_FACTOR_EXISTS`. The table drops it if it stays unconfirmed.
pub fn put_pending(
    table: &PlatformTable,
    account: AccountId,
    factor: &TotpFactor,
) -> Result<Write> {
    let write = Write::put(key(table, account), "TotpFactor", factor)?;
    let free = Condition::absent("confirmed_at");
    Ok(write.expiring(factor.pending_until()).when(free).or(|_| already_confirmed()))
}

/// Update `P#ACC#<account>` / `MFA#TOTP` and `P#EMAIL#<email>` / `EMAIL`: confirmed by the code of this step,
/// with these recovery codes, and asked for from now on. Where another call was faster: `conflict`,
/// `SECOND_FACTOR_EXISTS`.
pub fn confirm(
    table: &PlatformTable,
    (account, email): (AccountId, &Email),
    factor: &TotpFactor,
    step: u64,
    codes: &[RecoveryCode],
    now: Timestamp,
) -> Vec<Write> {
    let update = Update::new()
        .set("confirmed_at", now)
        .set("last_step", step)
        .set("recovery", hashes(account, codes))
        .add("version", 1_u64)
        .remove("ttl");
    let same = Condition::equals("sealed", factor.sealed.as_str());
    let pending = same.and(Condition::absent("confirmed_at"));
    vec![
        Write::update(key(table, account), update).when(pending).or(|_| already_confirmed()),
        ask(table, account, email, true),
    ]
}

/// Delete `P#ACC#<account>` / `MFA#TOTP` and update `P#EMAIL#<email>` / `EMAIL`: no longer asked for. Where there
/// is none: `not_found`, `SECOND_FACTOR_NOT_FOUND`.
pub fn remove(table: &PlatformTable, account: AccountId, email: &Email) -> Vec<Write> {
    vec![
        Write::delete(key(table, account)).when(confirmed()).or(|_| missing()),
        ask(table, account, email, false),
    ]
}

/// Delete `P#ACC#<account>` / `MFA#TOTP`, if it is there.
pub(super) fn drop_factor(table: &PlatformTable, account: AccountId) -> Write {
    Write::delete(key(table, account))
}

/// Whether the password of this address is followed by a second factor.
fn ask(table: &PlatformTable, account: AccountId, email: &Email, asked: bool) -> Write {
    let theirs = Condition::equals("account_id", account.to_string());
    Write::update(credential_key(table, email), Update::new().set("second_factor", asked))
        .when(theirs)
        .or(|_| Error::conflict("EMAIL_CHANGED", "your address changed meanwhile; repeat"))
}

/// Whether this is a code of the authenticator that nobody has used; it is used then, see [`use_step`].
pub async fn use_code(
    table: &PlatformTable,
    key: &FactorKey,
    account: AccountId,
    factor: &TotpFactor,
    code: &str,
    now: Timestamp,
) -> Result<bool> {
    match key.open(account, &factor.sealed)?.matches(code, now) {
        Some(step) => use_step(table, account, step).await,
        None => Ok(false),
    }
}

/// Update `P#ACC#<account>` / `MFA#TOTP`: the code of this step is used, if none of it or of a later one was.
/// Of many calls at once one hears yes.
pub async fn use_step(table: &PlatformTable, account: AccountId, step: u64) -> Result<bool> {
    let unused = Condition::any([
        Condition::absent("last_step"),
        Condition::at_most("last_step", step.saturating_sub(1)),
    ]);
    let update = Update::new().set("last_step", step).add("version", 1_u64);
    happened(table, Write::update(key(table, account), update).when(confirmed().and(unused))).await
}

/// Update `P#ACC#<account>` / `MFA#TOTP`: this recovery code is used, if it was not. Of many calls at once one
/// hears yes.
pub async fn use_recovery(
    table: &PlatformTable,
    account: AccountId,
    code: &RecoveryCode,
) -> Result<bool> {
    let hash = code.hash(account);
    let left = Condition::contains("recovery", hash.as_str());
    let update = Update::new().delete("recovery", Value::texts([hash])).add("version", 1_u64);
    happened(table, Write::update(key(table, account), update).when(confirmed().and(left))).await
}

async fn happened(table: &PlatformTable, write: Write) -> Result<bool> {
    Ok(matches!(table.attempt(write).await?, Attempt::Done(_)))
}

/// Update `P#ACC#<account>` / `MFA#TOTP`: these recovery codes in the place of all that were left. Where there
/// is no second factor: `not_found`, `SECOND_FACTOR_NOT_FOUND`.
pub fn replace_recovery(
    table: &PlatformTable,
    account: AccountId,
    codes: &[RecoveryCode],
) -> Write {
    let update = Update::new().set("recovery", hashes(account, codes)).add("version", 1_u64);
    Write::update(key(table, account), update).when(confirmed()).or(|_| missing())
}
