//! Whom a club asks for a second factor.

use std::collections::BTreeMap;

use kernel::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a second factor is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorDemand {
    /// Where somebody has one.
    Optional,
    /// Always: who has none enrols one before coming in.
    Required,
    /// Of those who sign in with our own password; another identity provider's word is enough.
    RequiredForLocal,
}

impl SecondFactorDemand {
    fn demands(self, federated: bool) -> bool {
        match self {
            Self::Optional => false,
            Self::Required => true,
            Self::RequiredForLocal => !federated,
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

/// How one signs in to a club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPolicy {
    /// Whom it asks for a second factor.
    pub second_factor: SecondFactorPolicy,
    /// Who becomes a member by registering.
    #[serde(default)]
    pub registration: RegistrationPolicy,
    /// Grows with every change; 0 where the club has chosen none.
    pub version: u64,
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
        Self { second_factor, registration: RegistrationPolicy::default(), version: 0 }
    }

    /// The platform's own: its operators always need one.
    pub fn for_operators() -> Self {
        Self::of_all(SecondFactorDemand::Required)
    }

    /// Whether somebody with these roles needs a second factor. `federated` says that another identity
    /// provider vouched for them.
    pub fn demands(&self, roles: &[Role], federated: bool) -> bool {
        let SecondFactorPolicy { default, by_role } = &self.second_factor;
        let of_role = |role| by_role.get(role).unwrap_or(default).demands(federated);
        if roles.is_empty() { default.demands(federated) } else { roles.iter().any(of_role) }
    }

    /// The policy with these in the place of its own, and whether that is another than before.
    pub fn changed(
        &self,
        second_factor: SecondFactorPolicy,
        registration: RegistrationPolicy,
    ) -> (Self, bool) {
        let differs = second_factor != self.second_factor || registration != self.registration;
        let version = self.version + u64::from(differs);
        (Self { second_factor, registration, version }, differs)
    }
}

#[cfg(test)]
mod tests {
    use super::{SecondFactorDemand::*, *};

    fn policy(default: SecondFactorDemand, by_role: &[(Role, SecondFactorDemand)]) -> SignInPolicy {
        let by_role = by_role.iter().cloned().collect();
        let second_factor = SecondFactorPolicy { default, by_role };
        SignInPolicy { second_factor, registration: RegistrationPolicy::Open, version: 1 }
    }

    #[test]
    fn nobody_needs_a_second_factor_until_the_club_says_so() {
        let none = SignInPolicy::default();
        assert!(!none.demands(&[Role::Owner, Role::Admin], false));
        assert!(!none.demands(&[], false));
        assert!(SignInPolicy::for_operators().demands(&[Role::Operator], false));
        assert!(SignInPolicy::for_operators().demands(&[Role::Operator], true));
    }

    #[test]
    fn who_has_several_roles_hears_the_strictest() {
        let policy = policy(Optional, &[(Role::Admin, Required), (Role::Guest, Optional)]);
        assert!(policy.demands(&[Role::Guest, Role::Admin], false));
        assert!(!policy.demands(&[Role::Guest, Role::Member], false));
        let porter: Role = "porter".parse().unwrap();
        assert!(!policy.demands(&[porter], false));
    }

    #[test]
    fn a_named_role_may_be_asked_for_less_than_the_others() {
        let policy = policy(Required, &[(Role::Guest, Optional)]);
        assert!(!policy.demands(&[Role::Guest], false));
        assert!(policy.demands(&[Role::Guest, Role::Member], false));
        assert!(policy.demands(&[], false));
    }

    #[test]
    fn another_provider_s_word_may_be_enough() {
        let policy = policy(RequiredForLocal, &[(Role::Owner, Required)]);
        assert!(policy.demands(&[Role::Member], false));
        assert!(!policy.demands(&[Role::Member], true));
        assert!(policy.demands(&[Role::Owner], true));
    }

    #[test]
    fn the_version_moves_with_a_change_alone() {
        let before = policy(Optional, &[]);
        let (same, differs) =
            before.changed(before.second_factor.clone(), RegistrationPolicy::Open);
        assert_eq!((same, differs), (before.clone(), false));
        let strict = SignInPolicy::for_operators().second_factor;
        assert_eq!(
            before.changed(strict.clone(), RegistrationPolicy::Open),
            (
                SignInPolicy {
                    second_factor: strict,
                    registration: RegistrationPolicy::Open,
                    version: 2
                },
                true
            )
        );
    }
}
