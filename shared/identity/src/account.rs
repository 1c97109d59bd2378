//! Accounts, their credentials, and their memberships.

use kernel::{AccountId, Email, Locale, PersonName, Role, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// Where they are written to, and what they sign in with.
    pub email: Email,
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
    /// Not until the club lifts it.
    Suspended,
}

/// An account's place in one club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Whose it is.
    pub account_id: AccountId,
    /// The club's copy of their name.
    pub name: PersonName,
    /// What they are there.
    pub roles: Vec<Role>,
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
            roles,
            status: MembershipStatus::Active,
            joined_at: now,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: AccountId::new(),
            email: "ana@example.org".parse().unwrap(),
            name: "Ana".parse().unwrap(),
            locale: Locale::default(),
            platform_roles: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
            version: 3,
        }
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
