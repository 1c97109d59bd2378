//! Who acts for whom: everybody for themselves, a guardian for a child, the staff for the club's members.

use futures::future::{try_join, try_join4};
use identity::{Membership, store::membership};
use kernel::{AccountId, Error, LocalDate, Result, jiff::Timestamp};
use table::TenantTable;

use crate::{not_guardian, store, today};

/// As what somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// For themselves.
    Themselves,
    /// For a child under age.
    Guardian,
    /// For the club.
    Staff,
}

/// Somebody acting for somebody.
#[derive(Debug, Clone)]
pub struct Acting {
    /// For whom.
    pub account: AccountId,
    /// Who.
    pub by: AccountId,
    /// As what.
    pub capacity: Capacity,
    /// Who they act for, as a member; not read of oneself.
    pub member: Option<Membership>,
}

impl Acting {
    /// Whether who is acted for may come in themselves: `forbidden`, `MEMBER_SUSPENDED` or `MEMBER_PENDING`. Whoever
    /// acts for themselves has come in.
    pub fn comes_in(&self) -> Result<()> {
        self.member.as_ref().map_or(Ok(()), |member| member.status.comes_in())
    }
}

/// Lets oneself in, a guardian while the child is under age, and the staff where they may do this. Nobody of this
/// club: `not_found`, `USER_NOT_FOUND`; anybody else: `forbidden`, `NOT_GUARDIAN`.
///
/// What is read of somebody else: their membership, and for who is no staff the guardianship, their profile and
/// the club's settings, at once.
pub async fn acting_for(
    table: &TenantTable,
    (by, account): (AccountId, AccountId),
    is_staff: bool,
    now: Timestamp,
) -> Result<Acting> {
    if account == by {
        return Ok(Acting { account, by, capacity: Capacity::Themselves, member: None });
    }
    let (member, capacity) = if is_staff {
        (membership(table, account).await?, Some(Capacity::Staff))
    } else {
        let (member, guards) = look(table, by, account, now).await?;
        (member, guards.then_some(Capacity::Guardian))
    };
    let member = Some(member.ok_or_else(user_not_found)?);
    let capacity = capacity.ok_or_else(not_guardian)?;
    Ok(Acting { account, by, capacity, member })
}

/// Whether somebody is the guardian of one of these members at this moment. One query where they have no child
/// among them.
pub async fn guards_any(
    table: &TenantTable,
    by: AccountId,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<bool> {
    for link in store::children(table, by).await? {
        if accounts.contains(&link.child_id) {
            let (member, guards) = look(table, by, link.child_id, now).await?;
            if guards && member.is_some() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Who acts for a member at this moment: its guardians who are members themselves, while it is under age.
pub async fn acting_guardians(
    table: &TenantTable,
    child: AccountId,
    now: Timestamp,
) -> Result<Vec<Membership>> {
    let (profile, today) = try_join(store::profile(table, child), club_today(table, now)).await?;
    if !profile.is_minor(today) {
        return Ok(Vec::new());
    }
    let guardians = store::guardians(table, child).await?;
    let members = guardians.iter().map(|link| membership(table, link.guardian_id));
    let members = futures::future::try_join_all(members).await?;
    Ok(members.into_iter().flatten().collect())
}

/// The day that it is in the club.
pub async fn club_today(table: &TenantTable, now: Timestamp) -> Result<LocalDate> {
    let settings = tenancy::store::settings(table).await?;
    Ok(today(now, &settings.time_zone.zone()))
}

/// 404: who is not a member of this club is not there.
pub fn user_not_found() -> Error {
    Error::not_found("USER_NOT_FOUND", "nobody in this club has that id")
}

/// Somebody as a member, and whether this guardian acts for them now.
async fn look(
    table: &TenantTable,
    by: AccountId,
    account: AccountId,
    now: Timestamp,
) -> Result<(Option<Membership>, bool)> {
    let (member, guardianship, profile, today) = Box::pin(try_join4(
        membership(table, account),
        store::guardianship(table, account, by),
        store::profile(table, account),
        club_today(table, now),
    ))
    .await?;
    Ok((member, guardianship.is_some() && profile.is_minor(today)))
}
