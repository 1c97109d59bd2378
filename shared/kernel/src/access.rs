//! Rights: permissions, roles and the claims of an access token.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AccountId, ClubId, SessionId};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a caller may do, `<context>:<action>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// `<context>:<action>`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

permissions! {
    /// Onboard and see clubs: the platform's operators alone.
    PlatformClubs = "platform:clubs";
    /// Read and change one's own profile.
    ProfileSelf = "profile:self";
    /// See venues, courts and free slots.
    FacilityRead = "facility:read";
    /// Create, change and retire venues and courts.
    FacilityManage = "facility:manage";
    /// Book for oneself, see and cancel one's own bookings, pay them.
    BookingSelf = "booking:self";
    /// See and cancel anybody's bookings.
    BookingManage = "booking:manage";
    /// See any payment.
    PaymentRead = "payment:read";
    /// Give money back.
    PaymentRefund = "payment:refund";
    /// See the ledger.
    LedgerRead = "ledger:read";
}

/// A set of permissions, in a fixed order.
pub type PermissionSet = BTreeSet<Permission>;

/// A built-in role: a name for a set of permissions.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Of the platform, of no club.
    Operator,
    /// The club is theirs.
    Owner,
    /// Runs the club day by day.
    Manager,
    /// Serves at the desk.
    FrontDesk,
    /// Plays.
    Member,
}

impl Role {
    /// The roles a club's template grants permissions to.
    pub const OF_CLUBS: [Self; 4] = [Self::Owner, Self::Manager, Self::FrontDesk, Self::Member];

    /// What the role may do unless the club's own record says otherwise.
    pub fn default_permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Operator => &[P::PlatformClubs, P::ProfileSelf],
            Self::Owner | Self::Manager => &[
                P::ProfileSelf,
                P::FacilityRead,
                P::FacilityManage,
                P::BookingSelf,
                P::BookingManage,
                P::PaymentRead,
                P::PaymentRefund,
                P::LedgerRead,
            ],
            Self::FrontDesk => {
                &[P::ProfileSelf, P::FacilityRead, P::BookingSelf, P::BookingManage, P::PaymentRead]
            }
            Self::Member => &[P::ProfileSelf, P::FacilityRead, P::BookingSelf],
        }
    }
}

/// The claims of an access token (RFC 9068), valid 15 minutes, for one club or for the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer: the platform's public address.
    pub iss: String,
    /// Audience: always [`Claims::AUDIENCE`].
    pub aud: String,
    /// Whose token it is.
    pub sub: AccountId,
    /// The one club it is for; absent on an operator's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub club: Option<ClubId>,
    /// Roles in that club.
    pub roles: Vec<Role>,
    /// What the roles allowed when the token was made.
    pub permissions: PermissionSet,
    /// The session it belongs to.
    pub sid: SessionId,
    /// Seconds since the epoch: made.
    pub iat: i64,
    /// Seconds since the epoch: no longer valid.
    pub exp: i64,
}

impl Claims {
    /// The one audience of access tokens.
    pub const AUDIENCE: &'static str = "clubpulse-api";
    /// The `typ` header of access tokens (RFC 9068 2.1).
    pub const TOKEN_TYPE: &'static str = "at+jwt";
    /// How long an access token is valid.
    pub const LIFETIME_SECONDS: i64 = 15 * 60;
}
