//! Whom a club asks for a second factor.

use std::collections::BTreeMap;

use kernel::{Error, Method, Result, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::MembershipStatus;

/// When a second factor is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorDemand {
    /// Where somebody has one.
    Optional,
    /// Always: who has none enrols one before coming in.
    Required,
    /// Of all but those who sign in with the club's own identity provider, which asks for what the club wants.
    RequiredForLocal,
}

impl SecondFactorDemand {
    fn demands(self, by_club_s_provider: bool) -> bool {
        match self {
            Self::Optional => false,
            Self::Required => true,
            Self::RequiredForLocal => !by_club_s_provider,
        }
    }
}

/// What is asked of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorPolicy {
    /// Of everybody whose role is not named.
    pub default: SecondFactorDemand,
    /// Of those with this role. Who has several roles hears the strictest.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, SecondFactorDemand>)]
    pub by_role: BTreeMap<Role, SecondFactorDemand>,
}

/// Who becomes a member by registering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationPolicy {
    /// Everybody, at once.
    #[default]
    Open,
    /// Whoever the club approves; at once only who proves an address of one of its verified domains.
    Approval,
    /// Nobody without an invitation.
    Invitation,
}

impl RegistrationPolicy {
    /// What somebody without an invitation becomes: `forbidden`, `INVITATION_REQUIRED`, where that is nothing.
    pub fn status(self) -> Result<MembershipStatus> {
        match self {
            Self::Open => Ok(MembershipStatus::Active),
            Self::Approval => Ok(MembershipStatus::Pending),
            Self::Invitation => {
                let message = "this club takes members by invitation alone; ask it for one";
                Err(Error::forbidden("INVITATION_REQUIRED", message))
            }
        }
    }
}

/// How one signs in to a club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPolicy {
    /// Whom it asks for a second factor.
    pub second_factor: SecondFactorPolicy,
    /// Who becomes a member by registering.
    #[serde(default)]
    pub registration: RegistrationPolicy,
    /// Whether the platform's identity providers, such as Google, let people in.
    #[serde(default = "yes")]
    pub platform_providers: bool,
    /// Grows with every change; 0 where the club has chosen none.
    pub version: u64,
}

fn yes() -> bool {
    true
}

/// Of a club that has chosen none: nobody needs a second factor.
impl Default for SignInPolicy {
    fn default() -> Self {
        Self::of_all(SecondFactorDemand::Optional)
    }
}

impl SignInPolicy {
    fn of_all(default: SecondFactorDemand) -> Self {
        let second_factor = SecondFactorPolicy { default, by_role: BTreeMap::new() };
        let registration = RegistrationPolicy::default();
        Self { second_factor, registration, platform_providers: true, version: 0 }
    }

    /// The platform's own: its operators always need one, and their own password.
    pub fn for_operators() -> Self {
        Self { platform_providers: false, ..Self::of_all(SecondFactorDemand::Required) }
    }

    /// Whether somebody with these roles needs a second factor, who came by these methods.
    pub fn demands(&self, roles: &[Role], methods: &[Method]) -> bool {
        let by_club_s_provider = methods.contains(&Method::Fed);
        let SecondFactorPolicy { default, by_role } = &self.second_factor;
        let of_role = |role| by_role.get(role).unwrap_or(default).demands(by_club_s_provider);
        if roles.is_empty() {
            default.demands(by_club_s_provider)
        } else {
            roles.iter().any(of_role)
        }
    }

    /// The policy with these in the place of its own, and whether that is another than before.
    pub fn changed(
        &self,
        second_factor: SecondFactorPolicy,
        registration: RegistrationPolicy,
        platform_providers: bool,
    ) -> (Self, bool) {
        let version = self.version;
        let wanted = Self { second_factor, registration, platform_providers, version };
        let differs = wanted != *self;
        (Self { version: version + u64::from(differs), ..wanted }, differs)
    }
}

#[cfg(test)]
mod tests {
    use super::{SecondFactorDemand::*, *};

    fn policy(default: SecondFactorDemand, by_role: &[(Role, SecondFactorDemand)]) -> SignInPolicy {
        let by_role = by_role.iter().cloned().collect();
        let second_factor = SecondFactorPolicy { default, by_role };
        SignInPolicy { second_factor, version: 1, ..SignInPolicy::default() }
    }

    #[test]
    fn nobody_needs_a_second_factor_until_the_club_says_so() {
        let none = SignInPolicy::default();
        assert!(!none.demands(&[Role::Owner, Role::Admin], &[Method::Pwd]));
        assert!(!none.demands(&[], &[Method::Pwd]));
        assert!(SignInPolicy::for_operators().demands(&[Role::Operator], &[Method::Pwd]));
        assert!(SignInPolicy::for_operators().demands(&[Role::Operator], &[Method::Fed]));
    }

    #[test]
    fn who_has_several_roles_hears_the_strictest() {
        let policy = policy(Optional, &[(Role::Admin, Required), (Role::Guest, Optional)]);
        assert!(policy.demands(&[Role::Guest, Role::Admin], &[Method::Pwd]));
        assert!(!policy.demands(&[Role::Guest, Role::Member], &[Method::Pwd]));
        let porter: Role = "porter".parse().unwrap();
        assert!(!policy.demands(&[porter], &[Method::Pwd]));
    }

    #[test]
    fn a_named_role_may_be_asked_for_less_than_the_others() {
        let policy = policy(Required, &[(Role::Guest, Optional)]);
        assert!(!policy.demands(&[Role::Guest], &[Method::Pwd]));
        assert!(policy.demands(&[Role::Guest, Role::Member], &[Method::Pwd]));
        assert!(policy.demands(&[], &[Method::Pwd]));
    }

    #[test]
    fn the_club_s_own_provider_s_word_may_be_enough() {
        let policy = policy(RequiredForLocal, &[(Role::Owner, Required)]);
        assert!(policy.demands(&[Role::Member], &[Method::Pwd]));
        assert!(!policy.demands(&[Role::Member], &[Method::Fed]));
        assert!(policy.demands(&[Role::Owner], &[Method::Fed]));
        let everybody_s = [Method::Soc];
        assert!(policy.demands(&[Role::Member], &everybody_s), "the club did not choose it");
    }

    #[test]
    fn the_version_moves_with_a_change_alone() {
        let before = policy(Optional, &[]);
        let open = RegistrationPolicy::Open;
        let (same, differs) = before.changed(before.second_factor.clone(), open, true);
        assert_eq!((same, differs), (before.clone(), false));
        let strict = SignInPolicy::for_operators().second_factor;
        let after = SignInPolicy { second_factor: strict.clone(), version: 2, ..before.clone() };
        assert_eq!(before.changed(strict, open, true), (after, true));
        let own = before.second_factor.clone();
        let off = SignInPolicy { platform_providers: false, version: 2, ..before.clone() };
        assert_eq!(before.changed(own, open, false), (off, true));
    }

    #[test]
    fn a_policy_from_before_there_were_providers_of_the_platform_takes_them() {
        let kept = r#"{"second_factor":{"default":"optional"},"version":1}"#;
        assert_eq!(serde_json::from_str::<SignInPolicy>(kept).unwrap(), policy(Optional, &[]));
    }
}
