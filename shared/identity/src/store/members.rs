//! `T#<club>#MEMBER#<account>` / `MEMBER`.

use kernel::{AccountId, ClubId, Error, PersonName, Result, jiff::Timestamp};
use serde::Deserialize;
use table::{Condition, Index, Key, Partition, PlatformTable, Query, TenantTable, Update, Write};

use crate::{MemberRegistered, Membership};

fn key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("MEMBER#{account}"), "MEMBER")
}

/// All memberships of an account: gsi1 `P#ACC#<account>` → `CLUB#<club>`.
fn of_account(table: &PlatformTable, account: AccountId) -> Partition {
    table.partition(format_args!("ACC#{account}"))
}

/// Get `T#<club>#MEMBER#<account>` / `MEMBER`.
pub async fn membership(table: &TenantTable, account: AccountId) -> Result<Option<Membership>> {
    table.get(&key(table, account)).await
}

/// Query gsi1 `P#ACC#<account>`: the clubs that the account is in.
pub async fn memberships(table: &PlatformTable, account: AccountId) -> Result<Vec<ClubId>> {
    #[derive(Deserialize)]
    struct Entry {
        #[serde(rename = "GSI1SK")]
        club: String,
    }
    let query = Query::index(Index::Gsi1, of_account(table, account)).begins_with("CLUB#");
    let entries: Vec<Entry> = table.query_all(&query).await?;
    entries
        .iter()
        .map(|entry| entry.club.trim_start_matches("CLUB#").parse())
        .collect::<Result<_, _>>()
        .map_err(|cause| Error::internal("a membership names no club").with_source(cause))
}

/// Put `T#<club>#MEMBER#<account>` / `MEMBER` if absent, telling `member.registered`. Where they are a member
/// already: `conflict`, `ALREADY_MEMBER`.
pub fn join(
    platform: &PlatformTable,
    table: &TenantTable,
    membership: &Membership,
    now: Timestamp,
) -> Result<Write> {
    let told = MemberRegistered::from(membership);
    let event = table.event(MemberRegistered::TYPE, MemberRegistered::VERSION, now, &told)?;
    let account = membership.account_id;
    Write::put(key(table, account), "Membership", membership)?
        .gsi1(&of_account(platform, account), format!("CLUB#{}", table.tenant().club()))
        .if_absent()
        .or(|_| Error::conflict("ALREADY_MEMBER", "this account is in that club already; log in"))
        .telling(&[event])
}

/// Update `T#<club>#MEMBER#<account>` / `MEMBER` if there: the club's copy of the name.
pub fn rename(table: &TenantTable, account: AccountId, name: &PersonName) -> Write {
    let update = Update::new().set("name", name.as_str()).add("version", 1_u64);
    let gone = |_| Error::not_found("MEMBER_NOT_FOUND", "you are no longer a member of this club");
    Write::update(key(table, account), update).when(Condition::item_exists()).or(gone)
}

/// Delete `T#<club>#MEMBER#<account>` / `MEMBER`, of a club that never opened.
pub fn expel(table: &TenantTable, account: AccountId) -> Write {
    Write::delete(key(table, account))
}
