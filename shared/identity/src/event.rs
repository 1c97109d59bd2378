//! The facts that memberships tell.

use kernel::{AccountId, Role};
use serde::{Deserialize, Serialize};

use crate::Membership;

/// Somebody became a member of the club, by themselves or by invitation. Who that is, the account says:
/// events outlive people's wish to be forgotten, so they name nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRegistered {
    /// Who.
    pub account_id: AccountId,
    /// What they are in the club.
    pub roles: Vec<Role>,
}

impl MemberRegistered {
    /// Its type.
    pub const TYPE: &'static str = "member.registered";
    /// The version of its shape.
    pub const VERSION: u16 = 1;
}

impl From<&Membership> for MemberRegistered {
    fn from(membership: &Membership) -> Self {
        Self { account_id: membership.account_id, roles: membership.roles.clone() }
    }
}
