//! What is deleted of somebody who is forgotten.

use kernel::{AccountId, ClubId, Email, Result};
use serde::Deserialize;
use table::{Index, Key, PlatformTable, Query, Write};

use crate::Account;

/// Names an item in its partition, or in an index.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "SK")]
    sort: String,
    #[serde(rename = "GSI1SK")]
    index_sort: Option<String>,
    club_id: Option<ClubId>,
    account_id: Option<AccountId>,
}

fn of_account(table: &PlatformTable, account: AccountId, sort: &str) -> Key {
    table.key(format_args!("ACC#{account}"), sort)
}

/// Query `P#ACC#<account>` / `SES#…`, and delete those that are for this club.
pub async fn remove_sessions(
    table: &PlatformTable,
    account: AccountId,
    club: ClubId,
) -> Result<Vec<Write>> {
    let partition = of_account(table, account, "").partition();
    let sessions: Vec<Entry> = table.query_all(&Query::of(partition).begins_with("SES#")).await?;
    let ours = sessions.into_iter().filter(|session| session.club_id == Some(club));
    Ok(ours.map(|session| Write::delete(of_account(table, account, &session.sort))).collect())
}

/// Query gsi1 `P#ACC#<account>` / `IDENTITY#…`, `P#EMAIL#<email>` and `P#ACC#<account>`, and delete all of
/// them, the account last: by it a repetition finds the rest. There may be more writes than a transaction
/// takes.
pub async fn remove_account(table: &PlatformTable, account: &Account) -> Result<Vec<Write>> {
    let own = of_account(table, account.id, "").partition();
    let identities = Query::index(Index::Gsi1, own.clone()).begins_with("IDENTITY#");
    let identities: Vec<Entry> = table.query_all(&identities).await?;
    let mut writes: Vec<_> = identities
        .into_iter()
        .filter_map(|entry| Some(Write::delete(table.key(entry.index_sort?, "IDENTITY"))))
        .collect();
    if let Some(email) = &account.email {
        writes.extend(remove_address(table, email, account.id).await?);
    }
    let mut items: Vec<Entry> = table.query_all(&Query::of(own)).await?;
    items.sort_by_key(|item| item.sort == "ACCOUNT");
    let items = items.into_iter();
    writes.extend(items.map(|item| Write::delete(of_account(table, account.id, &item.sort))));
    Ok(writes)
}

/// What is known of an address, if it is this account's.
async fn remove_address(
    table: &PlatformTable,
    email: &Email,
    account: AccountId,
) -> Result<Vec<Write>> {
    let key = |sort: &str| table.key(format_args!("EMAIL#{email}"), sort);
    let items: Vec<Entry> = table.query_all(&Query::of(key("").partition())).await?;
    let is_theirs = items.iter().any(|item| item.account_id == Some(account));
    let theirs = items.into_iter().filter(|_| is_theirs);
    Ok(theirs.map(|item| Write::delete(key(&item.sort))).collect())
}
