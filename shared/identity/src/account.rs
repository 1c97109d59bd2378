//! Accounts, their credentials, and their memberships.

use std::collections::BTreeMap;

use kernel::{AccountId, Email, Error, Locale, PersonName, Result, Role, VenueId, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ExternalId, Placement};

/// Whether an address can be signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// The account was made for somebody who has not chosen a password yet.
    Invited,
    /// It has a password.
    Active,
}

/// An e-mail address and the password that goes with it. The guard that makes an address one account's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Whose it is.
    pub account_id: AccountId,
    /// PHC string; `None` while invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Whether it can be signed in with.
    pub status: CredentialStatus,
    /// When its owner proved to read its mail; `None` while nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// Whether a second factor is asked for after the password.
    #[serde(default)]
    pub second_factor: bool,
    /// Grows with every other password; the same one hashed anew leaves it.
    #[serde(default)]
    pub password_version: u64,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// Where they are written to, and what they sign in with; a child's account has none until its
    /// guardian promotes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// How they are addressed.
    pub name: PersonName,
    /// The language they read.
    pub locale: Locale,
    /// Rights on the platform itself; of nearly everybody none.
    #[serde(default)]
    pub platform_roles: Vec<Role>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

impl Account {
    /// Whether they run the platform.
    pub fn is_operator(&self) -> bool {
        self.platform_roles.contains(&Role::Operator)
    }

    /// The address, where there must be one: of whoever signs in or is invited by mail.
    pub fn address(&self) -> Result<&Email> {
        self.email.as_ref().ok_or_else(|| Error::internal("an account without an address signs in"))
    }
}

/// What somebody changes of themselves; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// How they are addressed.
    pub name: Option<PersonName>,
    /// The language they read.
    pub locale: Option<Locale>,
}

impl ProfileChange {
    /// The account with the change, and whether that is another than before.
    pub fn applied(self, account: &Account) -> (Account, bool) {
        let changed = Account {
            name: self.name.unwrap_or_else(|| account.name.clone()),
            locale: self.locale.unwrap_or_else(|| account.locale.clone()),
            ..account.clone()
        };
        let differs = changed != *account;
        let version = account.version + u64::from(differs);
        (Account { version, ..changed }, differs)
    }
}

/// Whether a member may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MembershipStatus {
    /// Yes.
    Active,
    /// Not until the club approves it.
    Pending,
    /// Not until the club lifts it.
    Suspended,
}

impl MembershipStatus {
    /// `active` for instance.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Suspended => "suspended",
        }
    }

    /// What a member of this status becomes when the club approves them: `None` where they are let in
    /// already. Who is suspended is not approved, but reinstated: `conflict`, `MEMBER_NOT_PENDING`.
    pub fn approved(self) -> Result<Option<Self>> {
        match self {
            Self::Active => Ok(None),
            Self::Pending => Ok(Some(Self::Active)),
            Self::Suspended => {
                let message = "this member is suspended, not waiting for approval; reinstate them";
                Err(Error::conflict("MEMBER_NOT_PENDING", message))
            }
        }
    }

    /// What they become when the club suspends them: `None` where they are suspended already.
    pub fn suspended(self) -> Option<Self> {
        (self != Self::Suspended).then_some(Self::Suspended)
    }

    /// What they become when the club takes its suspension back: `None` where they are let in already.
    /// Who waits for approval is not reinstated: `conflict`, `MEMBER_NOT_SUSPENDED`.
    pub fn reinstated(self) -> Result<Option<Self>> {
        match self {
            Self::Active => Ok(None),
            Self::Suspended => Ok(Some(Self::Active)),
            Self::Pending => {
                let message = "this member waits for approval and is not suspended; approve them";
                Err(Error::conflict("MEMBER_NOT_SUSPENDED", message))
            }
        }
    }
}

/// An account's place in one club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Whose it is.
    pub account_id: AccountId,
    /// The club's copy of their name.
    pub name: PersonName,
    /// The club's copy of their address; a child that has not signed in yet has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// What they are in the whole club.
    pub roles: Vec<Role>,
    /// What more they are at single venues.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub venue_roles: BTreeMap<VenueId, Vec<Role>>,
    /// What the club knows them by elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Whether they may come in.
    pub status: MembershipStatus,
    /// Since when.
    pub joined_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

impl Membership {
    /// A new member with these roles.
    pub fn new(account: &Account, roles: Vec<Role>, now: Timestamp) -> Self {
        Self {
            account_id: account.id,
            name: account.name.clone(),
            email: account.email.clone(),
            roles,
            venue_roles: BTreeMap::new(),
            external_id: None,
            status: MembershipStatus::Active,
            joined_at: now,
            version: 1,
        }
    }

    /// The same member as somebody else in the club.
    #[must_use]
    pub fn placed(&self, placement: &Placement) -> Self {
        Self {
            roles: placement.club_roles(),
            venue_roles: placement.roles_at_venues(),
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The same member of another status.
    #[must_use]
    pub fn with_status(&self, status: MembershipStatus) -> Self {
        Self { status, version: self.version + 1, ..self.clone() }
    }

    /// Whether they are this in the club or at a venue.
    pub fn holds(&self, role: &Role) -> bool {
        self.roles.contains(role) || self.venue_roles.values().flatten().any(|it| it == role)
    }

    /// Whether they are one of those who own the club, and can act for it.
    pub fn is_acting_owner(&self) -> bool {
        self.status == MembershipStatus::Active && self.roles.contains(&Role::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: AccountId::new(),
            email: Some("ana@example.org".parse().unwrap()),
            name: "Ana".parse().unwrap(),
            locale: Locale::default(),
            platform_roles: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
            version: 3,
        }
    }

    #[test]
    fn statuses_follow_one_another_and_nothing_is_undone_by_the_wrong_verb() {
        use MembershipStatus::{Active, Pending, Suspended};
        assert_eq!(Pending.approved().unwrap(), Some(Active));
        assert_eq!(Active.approved().unwrap(), None);
        assert_eq!(Suspended.approved().unwrap_err().code(), "MEMBER_NOT_PENDING");
        assert_eq!((Active.suspended(), Pending.suspended()), (Some(Suspended), Some(Suspended)));
        assert_eq!(Suspended.suspended(), None);
        assert_eq!(Suspended.reinstated().unwrap(), Some(Active));
        assert_eq!(Active.reinstated().unwrap(), None);
        assert_eq!(Pending.reinstated().unwrap_err().code(), "MEMBER_NOT_SUSPENDED");
    }

    #[test]
    fn an_owner_acts_while_they_may_come_in() {
        let member = Membership::new(&account(), vec![Role::Owner], Timestamp::UNIX_EPOCH);
        assert!(member.is_acting_owner());
        assert!(!member.with_status(MembershipStatus::Suspended).is_acting_owner());
        let placed = member.placed(&Placement::new([Role::Coach], []));
        assert!(!placed.is_acting_owner() && placed.holds(&Role::Coach));
        assert_eq!((placed.version, placed.account_id), (2, member.account_id));
    }

    #[test]
    fn a_change_moves_the_version_and_nothing_moves_without_one() {
        let account = account();
        let change = ProfileChange { name: Some("Ana María".parse().unwrap()), locale: None };
        let (changed, differs) = change.applied(&account);
        assert!(differs);
        assert_eq!((changed.version, changed.locale), (4, account.locale.clone()));
        let same = ProfileChange { name: Some("Ana".parse().unwrap()), locale: None };
        assert_eq!(same.applied(&account), (account, false));
    }
}
