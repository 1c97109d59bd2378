//! The facts that memberships tell.

use kernel::{AccountId, InvitationId, Role};
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

/// The club brought a member along from elsewhere. They are not greeted: they know the club, and nobody
/// has proved that the address is theirs. Its data are those of [`MemberRegistered`].
pub(crate) const MEMBER_IMPORTED: &str = "member.imported";

/// Somebody is invited, or is to get the mail once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationCreated {
    /// Which invitation says who, and what they will be.
    pub invitation_id: InvitationId,
}

impl InvitationCreated {
    /// Its type.
    pub const TYPE: &'static str = "invitation.created";
    /// The version of its shape.
    pub const VERSION: u16 = 1;
}

impl From<&Membership> for MemberRegistered {
    fn from(membership: &Membership) -> Self {
        Self { account_id: membership.account_id, roles: membership.roles.clone() }
    }
}
