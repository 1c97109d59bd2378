//! `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT`.

use kernel::{AccountId, Email, Error, Result, jiff::Timestamp, stale_version};
use table::{Attempt, Condition, Key, PlatformTable, Update, Value, Write};

use crate::{Account, Credential, CredentialStatus};

pub(super) fn credential_key(table: &PlatformTable, email: &Email) -> Key {
    table.key(format_args!("EMAIL#{email}"), "EMAIL")
}

pub(super) fn account_key(table: &PlatformTable, account: AccountId) -> Key {
    table.key(format_args!("ACC#{account}"), "ACCOUNT")
}

/// Get `P#EMAIL#<email>` / `EMAIL`.
pub async fn credential(table: &PlatformTable, email: &Email) -> Result<Option<Credential>> {
    table.get(&credential_key(table, email)).await
}

/// Get `P#ACC#<account>` / `ACCOUNT`.
pub async fn account(table: &PlatformTable, id: AccountId) -> Result<Option<Account>> {
    table.get(&account_key(table, id)).await
}

/// Get `P#ACC#<account>` / `ACCOUNT`, then `P#EMAIL#<email>` / `EMAIL` of its address: an account and what it
/// signs in with. `None` where it is gone, or its address is another account's by now.
pub async fn account_with_credential(
    table: &PlatformTable,
    id: AccountId,
) -> Result<Option<(Account, Credential)>> {
    let Some(account) = account(table, id).await? else { return Ok(None) };
    let credential = credential(table, account.address()?).await?;
    let credential = credential.filter(|credential| credential.account_id == id);
    Ok(credential.map(|credential| (account, credential)))
}

/// Put `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT` if absent: an account with a password.
/// Where the address is somebody's already: `conflict`, `EMAIL_TAKEN`.
pub fn create_account(
    table: &PlatformTable,
    account: &Account,
    password_hash: String,
    verified_at: Option<Timestamp>,
) -> Result<Vec<Write>> {
    let credential = Credential {
        account_id: account.id,
        password_hash: Some(password_hash),
        status: CredentialStatus::Active,
        verified_at,
        second_factor: false,
        password_version: 0,
    };
    put_both(table, account, &credential)
}

/// Put the same two if absent, without a password: an account for somebody who is invited.
pub fn invite_account(table: &PlatformTable, account: &Account) -> Result<Vec<Write>> {
    let credential = Credential {
        account_id: account.id,
        password_hash: None,
        status: CredentialStatus::Invited,
        verified_at: None,
        second_factor: false,
        password_version: 0,
    };
    put_both(table, account, &credential)
}

pub(super) fn put_both(
    table: &PlatformTable,
    account: &Account,
    credential: &Credential,
) -> Result<Vec<Write>> {
    Ok(vec![
        Write::put(credential_key(table, account.address()?), "Credential", credential)?
            .if_absent()
            .or(|_| email_taken()),
        Write::put(account_key(table, account.id), "Account", account)?.if_absent(),
    ])
}

/// Update `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT`: an invited account gets its password,
/// and the name and language its owner gives; `account` is how it is afterwards. Where it has a password already: `conflict`, `EMAIL_TAKEN`.
pub fn claim_account(
    table: &PlatformTable,
    account: &Account,
    password_hash: String,
    now: Timestamp,
) -> Result<Vec<Write>> {
    // Whoever claims it got the invitation's mail.
    let credential = Update::new()
        .set("password_hash", password_hash)
        .set("status", "active")
        .set("verified_at", now)
        .add("password_version", 1_u64);
    let invited = Condition::equals("status", "invited")
        .and(Condition::equals("account_id", account.id.to_string()));
    Ok(vec![
        Write::update(credential_key(table, account.address()?), credential)
            .when(invited)
            .or(|_| email_taken()),
        change_profile(table, account),
    ])
}

/// Put `P#ACC#<account>` / `ACCOUNT` if absent: an account that nobody signs in to yet, a child's.
pub fn create_child_account(table: &PlatformTable, account: &Account) -> Result<Write> {
    Ok(Write::put(account_key(table, account.id), "Account", account)?.if_absent())
}

/// Put `P#EMAIL#<email>` / `EMAIL` if absent and update `P#ACC#<account>` / `ACCOUNT` that has no address
/// yet: a child's account gets its own sign-in, by an invitation that its address was proved with;
/// `account` is how it is afterwards. Where the address is somebody's, or the account has one:
/// `conflict`, `EMAIL_TAKEN`.
pub fn promote_account(
    table: &PlatformTable,
    account: &Account,
    password_hash: String,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let email = account.address()?;
    let credential = Credential {
        account_id: account.id,
        password_hash: Some(password_hash),
        status: CredentialStatus::Active,
        verified_at: Some(now),
        second_factor: false,
        password_version: 0,
    };
    let update = Update::new()
        .set("email", email.as_str())
        .set("name", account.name.as_str())
        .set("locale", account.locale.as_str())
        .set("version", account.version);
    let still_a_child = Condition::item_exists().and(Condition::absent("email"));
    Ok(vec![
        Write::put(credential_key(table, email), "Credential", &credential)?
            .if_absent()
            .or(|_| email_taken()),
        Write::update(account_key(table, account.id), update)
            .when(still_a_child)
            .or(|_| email_taken()),
    ])
}

/// Check `P#ACC#<account>` / `ACCOUNT`: still this version, else `stale`, `STALE_VERSION`.
pub fn account_unchanged(table: &PlatformTable, account: &Account) -> Write {
    let same = Condition::equals("version", account.version);
    Write::check(account_key(table, account.id), same).or(|_| stale_version("this account"))
}

/// Update `P#ACC#<account>` / `ACCOUNT` if its version is the one before this account's:
/// else `stale`, `STALE_VERSION`.
pub fn change_profile(table: &PlatformTable, account: &Account) -> Write {
    let update = Update::new()
        .set("name", account.name.as_str())
        .set("locale", account.locale.as_str())
        .set("version", account.version);
    let before = Condition::equals("version", account.version - 1);
    Write::update(account_key(table, account.id), update)
        .when(before)
        .or(|_| stale_version("this account"))
}

/// Delete `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT` of an account that was made for an
/// invitation and never got its password; of any other, nothing (one read before).
pub async fn remove_invited_account(
    table: &PlatformTable,
    email: &Email,
    account: AccountId,
) -> Result<Vec<Write>> {
    let found = credential(table, email).await?;
    let removable = found.is_some_and(|found| {
        found.account_id == account && found.status == CredentialStatus::Invited
    });
    if !removable {
        return Ok(Vec::new());
    }
    let still = Condition::equals("status", "invited")
        .and(Condition::equals("account_id", account.to_string()));
    Ok(vec![
        Write::delete(credential_key(table, email)).when(still),
        Write::delete(account_key(table, account)),
    ])
}

/// Update `P#EMAIL#<email>` / `EMAIL`: the same password, hashed anew. Where it changed meanwhile, nothing.
pub async fn replace_hash(
    table: &PlatformTable,
    email: &Email,
    stale: &str,
    fresh: String,
) -> Result<()> {
    let update = Update::new().set("password_hash", fresh);
    let unchanged = Condition::equals("password_hash", stale);
    let write = Write::update(credential_key(table, email), update).when(unchanged);
    match table.attempt(write).await? {
        Attempt::Done(_) | Attempt::Refused(_) => Ok(()),
    }
}

/// Make the account of this address one that runs the platform, with this password: put both items
/// where the address is nobody's, else update them (one read before). Doing it again changes nothing but
/// the password's salt.
pub async fn set_operator(
    table: &PlatformTable,
    account: &Account,
    password_hash: String,
) -> Result<()> {
    let Some(found) = credential(table, account.address()?).await? else {
        return table
            .write(create_account(table, account, password_hash, Some(account.created_at))?)
            .await;
    };
    let same = Condition::equals("account_id", found.account_id.to_string());
    let password = Update::new()
        .set("password_hash", password_hash)
        .set("status", "active")
        .add("password_version", 1_u64);
    let rights = Update::new()
        .set("platform_roles", Value::of(&account.platform_roles)?)
        .add("version", 1_u64);
    table
        .write(vec![
            Write::update(credential_key(table, account.address()?), password).when(same),
            Write::update(account_key(table, found.account_id), rights)
                .when(Condition::item_exists()),
        ])
        .await
}

/// `conflict`, `EMAIL_TAKEN`: the address is somebody's.
pub fn email_taken() -> Error {
    Error::conflict(
        "EMAIL_TAKEN",
        "there is an account with this address; log in, or use the invitation that was sent to it",
    )
}
