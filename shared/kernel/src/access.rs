//! Rights: permissions, roles and the claims of an access token.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::SchemaType, schema::Type},
};

use crate::{AccountId, ClubId, SessionId, TextError, VenueId, kept_as_text};

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)*) => {
        /// What a caller may do, `<context>:<action>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Permission {
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// `<context>:<action>`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it lets one do, in a sentence.
            pub fn description(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_start(),)* }
            }
        }
    };
}

permissions! {
    /// Onboard and see clubs, set their limits, register identity providers for all: the platform's operators alone.
    PlatformClubs = "platform:clubs";
    /// Read and change one's own profile, sessions and second factors.
    ProfileSelf = "profile:self";
    /// See other members' profiles.
    ProfileRead = "profile:read";
    /// Change other members' profiles, families and the club's own fields.
    ProfileManage = "profile:manage";
    /// Export and erase other members' data.
    ProfileErase = "profile:erase";
    /// Search members.
    MemberRead = "member:read";
    /// Invite people.
    MemberInvite = "member:invite";
    /// Approve, suspend, import and unlock members.
    MemberManage = "member:manage";
    /// Give people roles, define the club's own.
    RoleManage = "role:manage";
    /// Make and revoke API keys.
    KeyManage = "key:manage";
    /// Domains, identity providers and the policy of sign-in.
    ClubSecurity = "club:security";
    /// The club is theirs: make and unmake its owners.
    ClubOwn = "club:own";
    /// Read, verify and export the audit log.
    AuditRead = "audit:read";
    /// See venues, courts and free slots.
    FacilityRead = "facility:read";
    /// Create, change and retire venues and courts, their prices and booking rules.
    FacilityManage = "facility:manage";
    /// Close courts, and cancel what is booked on them.
    FacilityClose = "facility:close";
    /// Book for oneself, see and cancel one's own bookings, pay them.
    BookingSelf = "booking:self";
    /// Make, see, change and cancel anybody's bookings.
    BookingManage = "booking:manage";
    /// Book against the club's rules, naming each.
    BookingOverride = "booking:override";
    /// See any payment.
    PaymentRead = "payment:read";
    /// Give money back.
    PaymentRefund = "payment:refund";
    /// Pay into members' wallets at the desk, and pay their bookings out of them.
    WalletManage = "wallet:manage";
    /// See the ledger.
    LedgerRead = "ledger:read";
}

use Permission as P;

/// A set of permissions, in a fixed order.
pub type PermissionSet = BTreeSet<Permission>;

/// The club's own name for a set of permissions: 2 to 40 of `a-z0-9_`, a letter first, not a built-in role's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

/// What somebody is in a club: a name for a set of permissions, built in or the club's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// Of the platform, of no club.
    Operator,
    /// The club is theirs.
    Owner,
    /// Runs everything but the ownership.
    Admin,
    /// Runs the club day by day.
    Manager,
    /// Teaches.
    Coach,
    /// Serves at the desk.
    FrontDesk,
    /// Plays.
    Member,
    /// Plays along with a member.
    Guest,
    /// The club's own.
    Custom(RoleName),
}

impl Role {
    /// The built-in roles of clubs.
    pub const OF_CLUBS: [Self; 7] = [
        Self::Owner,
        Self::Admin,
        Self::Manager,
        Self::Coach,
        Self::FrontDesk,
        Self::Member,
        Self::Guest,
    ];

    /// `front_desk` for instance.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Operator => "operator",
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Coach => "coach",
            Self::FrontDesk => "front_desk",
            Self::Member => "member",
            Self::Guest => "guest",
            Self::Custom(RoleName(name)) => name,
        }
    }

    /// What a built-in role may do. A custom role may what its club says, so nothing here.
    pub fn permissions(&self) -> &'static [Permission] {
        match self {
            Self::Operator => &[P::PlatformClubs, P::ProfileSelf],
            Self::Owner => OWNER,
            // The owner's last permission is the ownership itself.
            Self::Admin => &OWNER[..OWNER.len() - 1],
            Self::Manager => &[
                P::ProfileSelf,
                P::ProfileRead,
                P::ProfileManage,
                P::MemberRead,
                P::MemberInvite,
                P::MemberManage,
                P::FacilityRead,
                P::FacilityManage,
                P::FacilityClose,
                P::BookingSelf,
                P::BookingManage,
                P::BookingOverride,
                P::PaymentRead,
                P::PaymentRefund,
                P::WalletManage,
                P::LedgerRead,
            ],
            Self::Coach => &[P::ProfileSelf, P::MemberRead, P::FacilityRead, P::BookingSelf],
            Self::FrontDesk => &[
                P::ProfileSelf,
                P::ProfileRead,
                P::MemberRead,
                P::MemberInvite,
                P::FacilityRead,
                P::BookingSelf,
                P::BookingManage,
                P::PaymentRead,
                P::WalletManage,
            ],
            Self::Member => &[P::ProfileSelf, P::FacilityRead, P::BookingSelf],
            Self::Guest => &[P::ProfileSelf, P::FacilityRead],
            Self::Custom(_) => &[],
        }
    }
}

/// Everything that can be done in a club, the ownership last.
const OWNER: &[Permission] = &[
    P::ProfileSelf,
    P::ProfileRead,
    P::ProfileManage,
    P::ProfileErase,
    P::MemberRead,
    P::MemberInvite,
    P::MemberManage,
    P::RoleManage,
    P::KeyManage,
    P::ClubSecurity,
    P::AuditRead,
    P::FacilityRead,
    P::FacilityManage,
    P::FacilityClose,
    P::BookingSelf,
    P::BookingManage,
    P::BookingOverride,
    P::PaymentRead,
    P::PaymentRefund,
    P::WalletManage,
    P::LedgerRead,
    P::ClubOwn,
];

impl FromStr for Role {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text == Self::Operator.as_str() {
            return Ok(Self::Operator);
        }
        if let Some(role) = Self::OF_CLUBS.into_iter().find(|role| role.as_str() == text) {
            return Ok(role);
        }
        let fits = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        fits.then(|| Self::Custom(RoleName(text.to_owned())))
            .ok_or(TextError("must be a role: 2 to 40 of a-z, 0-9 and _, a letter first"))
    }
}

kept_as_text! { Role; }

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialSchema for Role {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(
                "owner, admin, manager, coach, front_desk, member, guest, or one of the club's own.",
            ))
            .pattern(Some("^[a-z][a-z0-9_]{1,39}$"))
            .into()
    }
}

impl ToSchema for Role {}

/// How somebody proved who they are (RFC 8176).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A password.
    Pwd,
    /// A one-time code.
    Otp,
    /// A recovery code in the place of a one-time code.
    Rec,
    /// The word of an identity provider of the club.
    Fed,
    /// The word of an identity provider of the platform, such as Google.
    Soc,
    /// An API key.
    Key,
}

impl Method {
    /// Whether it is somebody else's word: another identity provider's.
    pub fn is_federated(self) -> bool {
        matches!(self, Self::Fed | Self::Soc)
    }
}

/// The claims of an access token (RFC 9068), valid 15 minutes, for one club or for the platform. An API
/// key's are made where it is presented.
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
    /// What the roles allowed in the whole club when the token was made.
    pub permissions: PermissionSet,
    /// What more they allowed at single venues.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub venues: BTreeMap<VenueId, PermissionSet>,
    /// The session it belongs to.
    pub sid: SessionId,
    /// How the session was proved.
    pub amr: Vec<Method>,
    /// Seconds since the epoch: when that was, last.
    pub auth_time: i64,
    /// Whether the account has a second factor, which sensitive actions then ask for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mfa: bool,
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
    /// How old a proof may be for a sensitive action.
    pub const FRESH_SECONDS: i64 = 15 * 60;

    /// Whether the proof is good enough for a sensitive action: recent, and by the second factor where
    /// there is one. An API key never is.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        let second = |method: &Method| matches!(method, Method::Otp | Method::Rec);
        let by_key = self.amr.contains(&Method::Key);
        let proved = !self.mfa || self.amr.iter().any(second);
        !by_key && proved && now.as_second() - self.auth_time <= Self::FRESH_SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_back_and_custom_ones_keep_the_rules() {
        for role in Role::OF_CLUBS.into_iter().chain([Role::Operator]) {
            assert_eq!(role.as_str().parse::<Role>().unwrap(), role);
        }
        let custom: Role = serde_json::from_str("\"night_porter\"").unwrap();
        assert_eq!(serde_json::to_string(&custom).unwrap(), "\"night_porter\"");
        assert!(custom.permissions().is_empty());
        for wrong in ["", "a", "Owner", "2nd", "night-porter", &"x".repeat(41)] {
            assert!(wrong.parse::<Role>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_admin_may_all_but_own() {
        let (owner, admin) = (Role::Owner.permissions(), Role::Admin.permissions());
        assert_eq!(owner.len(), admin.len() + 1);
        assert!(!admin.contains(&Permission::ClubOwn));
        let all = Permission::ALL.iter().filter(|it| **it != Permission::PlatformClubs);
        assert!(all.into_iter().all(|permission| owner.contains(permission)));
    }

    #[test]
    fn a_proof_is_fresh_for_a_quarter_of_an_hour_and_by_the_second_factor() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let claims = |amr: &[Method], mfa: bool, age: i64| Claims {
            iss: String::new(),
            aud: String::new(),
            sub: AccountId::new(),
            club: None,
            roles: Vec::new(),
            permissions: PermissionSet::new(),
            venues: BTreeMap::new(),
            sid: SessionId::new(),
            amr: amr.to_vec(),
            auth_time: now.as_second() - age,
            mfa,
            iat: 0,
            exp: 0,
        };
        assert!(claims(&[Method::Pwd], false, 900).is_fresh(now));
        assert!(!claims(&[Method::Pwd], false, 901).is_fresh(now));
        assert!(!claims(&[Method::Pwd], true, 0).is_fresh(now));
        assert!(claims(&[Method::Pwd, Method::Otp], true, 0).is_fresh(now));
        assert!(claims(&[Method::Fed, Method::Rec], true, 0).is_fresh(now));
        assert!(!claims(&[Method::Key], false, 0).is_fresh(now));
    }
}
