//! `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT`.

use kernel::{AccountId, Email, Error, Result};
use table::{Condition, Key, PlatformTable, Update, Value, Write};

use crate::{Account, Credential, CredentialStatus};

fn credential_key(table: &PlatformTable, email: &Email) -> Key {
    table.key(format_args!("EMAIL#{email}"), "EMAIL")
}

fn account_key(table: &PlatformTable, account: AccountId) -> Key {
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

/// Put `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT` if absent: an account with a password.
/// Where the address is somebody's already: `conflict`, `EMAIL_TAKEN`.
pub fn create_account(
    table: &PlatformTable,
    account: &Account,
    password_hash: String,
) -> Result<Vec<Write>> {
    let credential = Credential {
        account_id: account.id,
        password_hash: Some(password_hash),
        status: CredentialStatus::Active,
    };
    put_both(table, account, &credential)
}

/// Put the same two if absent, without a password: an account for somebody who is invited.
pub fn invite_account(table: &PlatformTable, account: &Account) -> Result<Vec<Write>> {
    let credential = Credential {
        account_id: account.id,
        password_hash: None,
        status: CredentialStatus::Invited,
    };
    put_both(table, account, &credential)
}

fn put_both(
    table: &PlatformTable,
    account: &Account,
    credential: &Credential,
) -> Result<Vec<Write>> {
    Ok(vec![
        Write::put(credential_key(table, &account.email), "Credential", credential)?
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
) -> Result<Vec<Write>> {
    let credential = Update::new().set("password_hash", password_hash).set("status", "active");
    let invited = Condition::equals("status", "invited")
        .and(Condition::equals("account_id", account.id.to_string()));
    Ok(vec![
        Write::update(credential_key(table, &account.email), credential)
            .when(invited)
            .or(|_| email_taken()),
        change_profile(table, account),
    ])
}

/// Update `P#ACC#<account>` / `ACCOUNT` if its version is the one before this account's:
/// else `stale`, `STALE_VERSION`.
pub fn change_profile(table: &PlatformTable, account: &Account) -> Write {
    let update = Update::new()
        .set("name", account.name.as_str())
        .set("locale", account.locale.as_str())
        .set("version", account.version);
    let before = Condition::equals("version", account.version - 1);
    Write::update(account_key(table, account.id), update).when(before).or(|_| {
        Error::stale("STALE_VERSION", "somebody changed this account meanwhile; read it again")
    })
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

/// Make the account of this address one that runs the platform, with this password: put both items
/// where the address is nobody's, else update them (one read before). Doing it again changes nothing but
/// the password's salt.
pub async fn set_operator(
    table: &PlatformTable,
    account: &Account,
    password_hash: String,
) -> Result<()> {
    let Some(found) = credential(table, &account.email).await? else {
        return table.write(create_account(table, account, password_hash)?).await;
    };
    let same = Condition::equals("account_id", found.account_id.to_string());
    let password = Update::new().set("password_hash", password_hash).set("status", "active");
    let rights = Update::new()
        .set("platform_roles", Value::of(&account.platform_roles)?)
        .add("version", 1_u64);
    table
        .write(vec![
            Write::update(credential_key(table, &account.email), password).when(same),
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
