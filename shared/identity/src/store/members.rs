//! `T#<club>#MEMBER#<account>` / `MEMBER`, and how many owners can act: `T#<club>#OWNERS` / `OWNERS`.

use kernel::{
    AccountId, ClubId, Email, Error, LastKey, Page, PageLimit, PageRequest, PersonName, Result,
    Role, jiff::Timestamp, stale_version,
};
use serde::Deserialize;
use table::{
    Condition, Index, Key, Partition, PlatformTable, Query, TenantTable, Update, Value, Write,
};

use crate::{FoldedName, MemberRegistered, Membership, MembershipStatus, event::MEMBER_IMPORTED};

/// How many members one reading of a filtered list looks at, at most, before it answers what it found.
const LOOKED_AT_PAGES: usize = 10;
/// How many such readings look for a holder of a role.
const HOLDER_READINGS: usize = 20;

/// A member's item: for a round of reads.
pub fn member_key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("MEMBER#{account}"), "MEMBER")
}

fn owners_key(table: &TenantTable) -> Key {
    table.key("OWNERS", "OWNERS")
}

/// All memberships of an account: gsi1 `P#ACC#<account>` → `CLUB#<club>`.
fn of_account(table: &PlatformTable, account: AccountId) -> Partition {
    table.partition(format_args!("ACC#{account}"))
}

/// All members of a club by name: gsi2 `T#<club>#MEMBERS` → `<folded name>#<account>`.
fn by_name(table: &TenantTable) -> Partition {
    table.partition("MEMBERS")
}

fn name_sort(name: &PersonName, account: AccountId) -> String {
    format!("{}#{account}", FoldedName::from(name))
}

/// Get `T#<club>#MEMBER#<account>` / `MEMBER`.
pub async fn membership(table: &TenantTable, account: AccountId) -> Result<Option<Membership>> {
    table.get(&member_key(table, account)).await
}

/// The same: `not_found`, `MEMBER_NOT_FOUND`, where they are no member.
pub async fn member(table: &TenantTable, account: AccountId) -> Result<Membership> {
    membership(table, account).await?.ok_or_else(not_found)
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

/// Which members are looked for.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// Their name begins so.
    pub name: Option<FoldedName>,
    /// They are this, in the club or at a venue.
    pub role: Option<Role>,
    /// They have this status.
    pub status: Option<MembershipStatus>,
}

impl MemberFilter {
    /// Whether the index alone answers it.
    fn is_by_name_alone(&self) -> bool {
        self.role.is_none() && self.status.is_none()
    }

    /// Whether the member is one of those that are looked for.
    pub fn takes(&self, member: &Membership) -> bool {
        self.name.as_ref().is_none_or(|name| FoldedName::from(&member.name).begins_with(name))
            && self.role.as_ref().is_none_or(|role| member.holds(role))
            && self.status.is_none_or(|status| member.status == status)
    }
}

/// A member with the place in the index where the list can go on.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "PK")]
    pk: String,
    #[serde(rename = "SK")]
    sk: String,
    #[serde(rename = "GSI2PK")]
    index_pk: String,
    #[serde(rename = "GSI2SK")]
    index_sk: String,
    #[serde(flatten)]
    member: Membership,
}

impl Listed {
    fn place(&self) -> LastKey {
        let names = ["PK", "SK", "GSI2PK", "GSI2SK"].map(str::to_owned);
        let values = [&self.pk, &self.sk, &self.index_pk, &self.index_sk].map(Clone::clone);
        names.into_iter().zip(values).collect()
    }
}

/// Query gsi2 `T#<club>#MEMBERS`, by name: one page of the members that the filter takes. Roles and statuses
/// are filtered while reading on, through 1,000 members at most: a page may hold fewer than asked for and
/// still have a next one.
pub async fn members(
    table: &TenantTable,
    filter: &MemberFilter,
    page: PageRequest,
) -> Result<Page<Membership>> {
    let mut query = Query::index(Index::Gsi2, by_name(table));
    if let Some(name) = &filter.name {
        query = query.begins_with(name.to_string());
    }
    let wanted = usize::from(page.limit.get());
    let whole = PageLimit::new(PageLimit::MAX).unwrap_or_default();
    let limit = if filter.is_by_name_alone() { page.limit } else { whole };
    let (mut items, mut after) = (Vec::new(), page.after);
    for _ in 0..LOOKED_AT_PAGES {
        let read: Page<Listed> =
            table.query(&query.clone().page(PageRequest { limit, after })).await?;
        let mut rest = read.items.into_iter().peekable();
        while let Some(listed) = rest.next() {
            if !filter.takes(&listed.member) {
                continue;
            }
            let place = listed.place();
            items.push(listed.member);
            if items.len() == wanted {
                let next = if rest.peek().is_some() { Some(place) } else { read.next };
                return Ok(Page { items, next });
            }
        }
        after = read.next;
        if after.is_none() {
            break;
        }
    }
    Ok(Page { items, next: after })
}

/// Query gsi2 `T#<club>#MEMBERS`: whether somebody holds the role, as far as 20,000 members and the index,
/// which may be a moment behind, tell.
pub async fn is_held(table: &TenantTable, role: &Role) -> Result<bool> {
    let filter = MemberFilter { role: Some(role.clone()), ..MemberFilter::default() };
    let limit = PageLimit::new(1).unwrap_or_default();
    let mut after = None;
    for _ in 0..HOLDER_READINGS {
        let page = members(table, &filter, PageRequest { limit, after }).await?;
        if !page.items.is_empty() {
            return Ok(true);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(false)
}

/// Put `T#<club>#MEMBER#<account>` / `MEMBER` if absent, telling `member.registered`, and count an owner. Where
/// they are a member already: `conflict`, `ALREADY_MEMBER`.
pub fn join(
    platform: &PlatformTable,
    table: &TenantTable,
    membership: &Membership,
    now: Timestamp,
) -> Result<Vec<Write>> {
    put(platform, table, membership, MemberRegistered::TYPE, now)
}

/// The same, telling `member.imported`.
pub fn import(
    platform: &PlatformTable,
    table: &TenantTable,
    membership: &Membership,
    now: Timestamp,
) -> Result<Vec<Write>> {
    put(platform, table, membership, MEMBER_IMPORTED, now)
}

fn put(
    platform: &PlatformTable,
    table: &TenantTable,
    membership: &Membership,
    fact: &str,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let told = MemberRegistered::from(membership);
    let event = table.event(fact, MemberRegistered::VERSION, now, &told)?;
    let account = membership.account_id;
    let put = Write::put(member_key(table, account), "Membership", membership)?
        .gsi1(&of_account(platform, account), format!("CLUB#{}", table.tenant().club()))
        .gsi2(&by_name(table), name_sort(&membership.name, account))
        .if_absent()
        .or(|_| Error::conflict("ALREADY_MEMBER", "this account is in that club already; log in"))
        .telling(&[event])?;
    let owner = owners(table, false, membership.is_acting_owner());
    Ok(std::iter::once(put).chain(owner).collect())
}

/// Update `T#<club>#MEMBER#<account>` / `MEMBER` if its version is the one before: roles and status, counting
/// owners. Else `conflict`, `CONCURRENT_CHANGE`; where the last owner would go, `LAST_OWNER`.
pub fn change(table: &TenantTable, before: &Membership, after: &Membership) -> Result<Vec<Write>> {
    let mut update = Update::new()
        .set("roles", Value::of(&after.roles)?)
        .set("status", after.status.as_str())
        .set("version", after.version);
    update = if after.venue_roles.is_empty() {
        update.remove("venue_roles")
    } else {
        update.set("venue_roles", Value::of(&after.venue_roles)?)
    };
    let same = Condition::equals("version", before.version);
    let write = Write::update(member_key(table, after.account_id), update).when(same).or(overtaken);
    let owner = owners(table, before.is_acting_owner(), after.is_acting_owner());
    Ok(std::iter::once(write).chain(owner).collect())
}

/// Delete `T#<club>#MEMBER#<account>` / `MEMBER` of this version, counting owners: else as [`change`].
pub fn expel(table: &TenantTable, member: &Membership) -> Vec<Write> {
    let same = Condition::equals("version", member.version);
    let write = Write::delete(member_key(table, member.account_id)).when(same).or(overtaken);
    let owner = owners(table, member.is_acting_owner(), false);
    std::iter::once(write).chain(owner).collect()
}

/// Check of `T#<club>#MEMBER#<account>` / `MEMBER`: still the version that was read, else `conflict`,
/// `CONCURRENT_CHANGE`.
pub fn unchanged(table: &TenantTable, member: &Membership) -> Write {
    let same = Condition::equals("version", member.version);
    Write::check(member_key(table, member.account_id), same)
}

/// Update `T#<club>#OWNERS` / `OWNERS`: one owner more or less who can act. The last stays: `conflict`,
/// `LAST_OWNER`.
fn owners(table: &TenantTable, before: bool, after: bool) -> Option<Write> {
    let by = |count: i64| {
        let update = Update::new().set("kind", "Owners").add("count", count).add("version", 1_u64);
        Write::update(owners_key(table), update)
    };
    match (before, after) {
        (false, true) => Some(by(1)),
        (true, false) => {
            let others = Condition::at_most("count", 1_u64).negated();
            Some(by(-1).when(Condition::exists("count").and(others)).or(|_| last_owner()))
        }
        _ => None,
    }
}

/// Update `T#<club>#MEMBER#<account>` / `MEMBER` if there: the club's copy of the name, and its place in the
/// list by name. Else `not_found`, `MEMBER_NOT_FOUND`.
pub fn rename(table: &TenantTable, account: AccountId, name: &PersonName) -> Write {
    let update = Update::new().set("name", name.as_str()).add("version", 1_u64);
    Write::update(member_key(table, account), update)
        .gsi2(&by_name(table), name_sort(name, account))
        .when(Condition::item_exists())
        .or(|_| not_found())
}

/// Update `T#<club>#MEMBER#<account>` / `MEMBER` if it is still this version: the club's copy of the name,
/// by the club itself. Else `stale`, `STALE_VERSION`.
pub fn rename_member(table: &TenantTable, membership: &Membership, name: &PersonName) -> Write {
    let update = Update::new().set("name", name.as_str()).set("version", membership.version + 1);
    let same = Condition::equals("version", membership.version);
    Write::update(member_key(table, membership.account_id), update)
        .gsi2(&by_name(table), name_sort(name, membership.account_id))
        .when(same)
        .or(|_| stale_version("this member"))
}

/// Update `T#<club>#MEMBER#<account>` / `MEMBER` if there: the club's copy of the address, of a child that
/// signs in from now on.
pub fn set_member_address(table: &TenantTable, account: AccountId, email: &Email) -> Write {
    let update = Update::new().set("email", email.as_str()).add("version", 1_u64);
    let gone = |_| Error::not_found("MEMBER_NOT_FOUND", "this member has left the club");
    Write::update(member_key(table, account), update).when(Condition::item_exists()).or(gone)
}

/// Check `T#<club>#MEMBER#<account>` / `MEMBER`: there, else `not_found`, `USER_NOT_FOUND`.
pub fn stays_member(table: &TenantTable, account: AccountId) -> Write {
    let gone = |_| Error::not_found("USER_NOT_FOUND", "nobody in this club has that id");
    Write::check(member_key(table, account), Condition::item_exists()).or(gone)
}

/// Check `T#<club>#MEMBER#<account>` / `MEMBER`: still this version, else `stale`, `STALE_VERSION`.
pub fn member_unchanged(table: &TenantTable, membership: &Membership) -> Write {
    let same = Condition::equals("version", membership.version);
    Write::check(member_key(table, membership.account_id), same)
        .or(|_| stale_version("this member"))
}

/// Delete `T#<club>#MEMBER#<account>` / `MEMBER` and `T#<club>#OWNERS` / `OWNERS`, of a club that never opened.
pub fn disband(table: &TenantTable, owner: AccountId) -> Vec<Write> {
    vec![Write::delete(member_key(table, owner)), Write::delete(owners_key(table))]
}

fn not_found() -> Error {
    Error::not_found("MEMBER_NOT_FOUND", "nobody of this id is a member of this club")
}

fn last_owner() -> Error {
    let message = "a club keeps at least one active owner; make somebody else an owner first";
    Error::conflict("LAST_OWNER", message)
}

/// Between reading and writing, somebody else was quicker.
fn overtaken(now: Option<table::Item>) -> Error {
    let message = "somebody changed this member at the same moment; read it again and repeat";
    now.map_or_else(not_found, |_| Error::conflict("CONCURRENT_CHANGE", message))
}
