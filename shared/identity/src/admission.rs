//! Whether, and with which rights, an account is let into a club or onto the platform, at this moment.

use std::collections::BTreeMap;

use futures::future::try_join;
use kernel::{AccountId, ClubId, Error, PermissionSet, Result, Role, Tenant, VenueId};
use table::{PlatformTable, Table};
use tenancy::{ClubSettings, ClubStatus, CustomRole};

use crate::{Account, Membership, MembershipStatus, SignInPolicy, store};

/// What somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// What they are in the whole club.
    pub roles: Vec<Role>,
    /// What that allows.
    pub permissions: PermissionSet,
    /// What more they may do at single venues.
    pub venues: BTreeMap<VenueId, PermissionSet>,
}

impl Rights {
    /// Of a member, in a club with these roles of its own.
    pub fn of(membership: &Membership, own: &[CustomRole]) -> Self {
        let venues = membership.venue_roles.iter();
        Self {
            roles: membership.roles.clone(),
            permissions: tenancy::allowed(own, &membership.roles),
            venues: venues.map(|(venue, roles)| (*venue, tenancy::allowed(own, roles))).collect(),
        }
    }
}

/// Who is let in.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// What they may do.
    pub rights: Rights,
    /// What is asked of whoever signs in there.
    pub policy: SignInPolicy,
}

/// Into a club, or without one onto the platform as its operator: two reads at once. `None` where they
/// have no place there. Who has one and may not come in hears `forbidden`: `MEMBER_SUSPENDED`,
/// `MEMBER_PENDING`, `CLUB_SUSPENDED`.
pub async fn admit(
    table: &Table,
    correlation: &str,
    account: AccountId,
    club: Option<ClubId>,
) -> Result<Option<Admitted>> {
    match club {
        Some(club) => member(table, correlation, account, club).await,
        None => operator(table, account).await,
    }
}

async fn member(
    table: &Table,
    correlation: &str,
    account: AccountId,
    club: ClubId,
) -> Result<Option<Admitted>> {
    let own = table.tenant(&Tenant::from_platform_record(club, correlation));
    let keys = [tenancy::store::settings_key(&own), store::member_key(&own, account)];
    let read = Box::pin(try_join(own.batch_get(&keys), store::roles_and_policy(&own)));
    let (mut items, (roles, policy)) = read.await?;
    let (club, membership): (Option<ClubSettings>, Option<Membership>) =
        (items.take(&keys[0])?, items.take(&keys[1])?);
    let (Some(club), Some(membership)) = (club, membership) else { return Ok(None) };
    match club.status {
        ClubStatus::Active => {}
        ClubStatus::Suspended => return Err(club_suspended()),
        ClubStatus::Onboarding | ClubStatus::Removed => return Ok(None),
    }
    membership.status.comes_in()?;
    Ok(Some(Admitted { rights: Rights::of(&membership, &roles), policy }))
}

/// Whether a club that has opened takes people in now: else `forbidden`, `CLUB_SUSPENDED`. One read.
pub async fn takes_people(table: &PlatformTable, club: ClubId) -> Result<()> {
    match tenancy::store::club(table, club).await?.status {
        ClubStatus::Suspended => Err(club_suspended()),
        ClubStatus::Onboarding | ClubStatus::Active | ClubStatus::Removed => Ok(()),
    }
}

impl MembershipStatus {
    /// Whether a member of this status may come in, else `forbidden`, `MEMBER_SUSPENDED` or
    /// `MEMBER_PENDING`.
    pub fn comes_in(self) -> Result<()> {
        let refuse = |code, message: &'static str| Err(Error::forbidden(code, message));
        match self {
            Self::Active => Ok(()),
            Self::Suspended => {
                refuse("MEMBER_SUSPENDED", "your membership is suspended; ask the club")
            }
            Self::Pending => {
                refuse("MEMBER_PENDING", "the club has not approved your membership yet")
            }
        }
    }
}

fn club_suspended() -> Error {
    Error::forbidden("CLUB_SUSPENDED", "this club is suspended; ask its owner")
}

async fn operator(table: &Table, account: AccountId) -> Result<Option<Admitted>> {
    let account = store::account(&table.platform(), account).await?;
    let rights = |_| Rights {
        roles: vec![Role::Operator],
        permissions: Role::Operator.permissions().iter().copied().collect(),
        venues: BTreeMap::new(),
    };
    let policy = SignInPolicy::for_operators();
    Ok(account.filter(Account::is_operator).map(rights).map(|rights| Admitted { rights, policy }))
}
