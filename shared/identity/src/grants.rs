//! Who may give, take and define which rights.
//!
//! Three rules: nobody grants or takes what they lack; nobody changes somebody who may do what they may
//! not; the last owner stays (that one is the store's, since two may go at once).

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Error, Permission, PermissionSet, Result, Role, VenueId};
use tenancy::CustomRole;

use crate::{Invitation, Membership, Rights};

/// What somebody is, or is to be: in the whole club, and more at single venues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// In the whole club.
    pub roles: BTreeSet<Role>,
    /// At single venues; none of them is empty.
    pub venue_roles: BTreeMap<VenueId, BTreeSet<Role>>,
}

impl Placement {
    /// These roles, and these at venues.
    pub fn new(
        roles: impl IntoIterator<Item = Role>,
        venue_roles: impl IntoIterator<Item = (VenueId, BTreeSet<Role>)>,
    ) -> Self {
        let venues = venue_roles.into_iter().filter(|(_, roles)| !roles.is_empty());
        Self { roles: roles.into_iter().collect(), venue_roles: venues.collect() }
    }

    /// Of a member.
    pub fn of(membership: &Membership) -> Self {
        Self::read(&membership.roles, &membership.venue_roles)
    }

    /// That an invitation promises.
    pub fn promised(invitation: &Invitation) -> Self {
        Self::read(&invitation.roles, &invitation.venue_roles)
    }

    fn read(roles: &[Role], venue_roles: &BTreeMap<VenueId, Vec<Role>>) -> Self {
        let venues = venue_roles.iter().map(|(id, roles)| (*id, roles.iter().cloned().collect()));
        Self::new(roles.iter().cloned(), venues)
    }

    /// The roles in the order in which they are kept.
    pub fn club_roles(&self) -> Vec<Role> {
        self.roles.iter().cloned().collect()
    }

    /// The roles at venues in the order in which they are kept.
    pub fn roles_at_venues(&self) -> BTreeMap<VenueId, Vec<Role>> {
        let listed = |roles: &BTreeSet<Role>| roles.iter().cloned().collect();
        self.venue_roles.iter().map(|(venue, roles)| (*venue, listed(roles))).collect()
    }

    /// Whether a club with these roles of its own has all of them: else `invalid`, `ROLE_UNKNOWN`, or
    /// `ROLE_NOT_FOR_VENUES` where somebody is to own a venue.
    pub fn exists_in(&self, own: &[CustomRole]) -> Result<()> {
        let known = |role: &Role| match role {
            Role::Operator => false,
            Role::Custom(_) => own.iter().any(|record| record.role == *role),
            _ => true,
        };
        let mut all = self.roles.iter().chain(self.venue_roles.values().flatten());
        if let Some(unknown) = all.find(|role| !known(role)) {
            return Err(role_unknown(unknown));
        }
        if self.venue_roles.values().flatten().any(|role| *role == Role::Owner) {
            return Err(Error::invalid(
                "ROLE_NOT_FOR_VENUES",
                "a club is owned as a whole; give another role at a venue",
            ));
        }
        Ok(())
    }
}

/// `invalid`, `ROLE_UNKNOWN`: the club has no such role.
fn role_unknown(role: &Role) -> Error {
    Error::invalid("ROLE_UNKNOWN", format!("the club has no role {role}; GET /v1/roles lists them"))
}

/// Whether the actor may turn one placement into the other: every role that comes or goes must allow only
/// what the actor may do in the club, or at that venue. Else `forbidden`, `GRANT_EXCEEDS_OWN`.
pub fn may_place(
    actor: &Rights,
    own: &[CustomRole],
    before: &Placement,
    after: &Placement,
) -> Result<()> {
    for role in before.roles.symmetric_difference(&after.roles) {
        within(
            &tenancy::allowed(own, [role]),
            |it| actor.permissions.contains(&it),
            role.as_str(),
        )?;
    }
    let none = BTreeSet::new();
    let venues: BTreeSet<_> = before.venue_roles.keys().chain(after.venue_roles.keys()).collect();
    for venue in venues {
        let had = before.venue_roles.get(venue).unwrap_or(&none);
        let gets = after.venue_roles.get(venue).unwrap_or(&none);
        for role in had.symmetric_difference(gets) {
            let held = |permission| actor.has_at(permission, *venue);
            within(&tenancy::allowed(own, [role]), held, role.as_str())?;
        }
    }
    Ok(())
}

/// Whether the actor may change what a role of the club allows: what comes or goes they must have
/// themselves. Else `forbidden`, `GRANT_EXCEEDS_OWN`.
pub fn may_define(actor: &Rights, before: &PermissionSet, after: &PermissionSet) -> Result<()> {
    let changed = before.symmetric_difference(after).copied().collect();
    within(&changed, |it| actor.permissions.contains(&it), "this role")
}

/// Whether the actor may do all that the target may, so that they may change them: else `forbidden`,
/// `TARGET_OUTRANKS`.
pub fn may_change(actor: &Rights, target: &Rights) -> Result<()> {
    let in_club = target.permissions.is_subset(&actor.permissions);
    let mut at_venues = target.venues.iter();
    let everywhere = at_venues
        .all(|(venue, may)| may.iter().all(|permission| actor.has_at(*permission, *venue)));
    if in_club && everywhere {
        return Ok(());
    }
    Err(Error::forbidden(
        "TARGET_OUTRANKS",
        "this member may do what you may not; ask somebody with more rights",
    ))
}

fn within(wanted: &PermissionSet, held: impl Fn(Permission) -> bool, role: &str) -> Result<()> {
    let lacking: Vec<_> = wanted.iter().copied().filter(|it| !held(*it)).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = lacking.iter().map(|permission| permission.as_str()).collect();
    let message = "nobody gives or takes what they lack themselves; ask somebody who has it";
    Err(Error::forbidden("GRANT_EXCEEDS_OWN", message)
        .with_details(serde_json::json!({ "role": role, "lacking": names })))
}

impl Rights {
    /// Whether they may do this at this venue, there or in the whole club.
    pub fn has_at(&self, permission: Permission, venue: VenueId) -> bool {
        let there = self.venues.get(&venue);
        self.permissions.contains(&permission) || there.is_some_and(|it| it.contains(&permission))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn own() -> Vec<CustomRole> {
        let record = |name: &str, permissions: &[&str]| CustomRole {
            role: name.parse().unwrap(),
            description: String::new(),
            permissions: permissions.iter().map(ToString::to_string).collect(),
            version: 1,
        };
        vec![
            record("porter", &["profile:self", "facility:manage"]),
            record("auditor", &["audit:read", "ledger:read"]),
        ]
    }

    fn roles(names: &[&str]) -> BTreeSet<Role> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn in_club(names: &[&str]) -> Placement {
        Placement { roles: roles(names), ..Placement::default() }
    }

    fn rights(placement: &Placement) -> Rights {
        let venues = placement.venue_roles.iter();
        Rights {
            roles: placement.club_roles(),
            permissions: tenancy::allowed(&own(), &placement.roles),
            venues: venues.map(|(id, roles)| (*id, tenancy::allowed(&own(), roles))).collect(),
        }
    }

    fn code(outcome: Result<()>) -> &'static str {
        outcome.map_or_else(|error| error.code(), |()| "allowed")
    }

    fn place(actor: &[&str], before: &[&str], after: &[&str]) -> &'static str {
        let actor = rights(&in_club(actor));
        code(may_place(&actor, &own(), &in_club(before), &in_club(after)))
    }

    #[test]
    fn nobody_grants_what_they_lack() {
        assert_eq!(place(&["owner"], &["member"], &["owner"]), "allowed");
        assert_eq!(place(&["admin"], &["member"], &["admin", "porter"]), "allowed");
        assert_eq!(place(&["admin"], &["member"], &["owner"]), "GRANT_EXCEEDS_OWN");
        assert_eq!(place(&["manager"], &["member"], &["auditor"]), "GRANT_EXCEEDS_OWN");
        assert_eq!(place(&["front_desk"], &[], &["member"]), "allowed");
        assert_eq!(place(&["front_desk"], &[], &["porter"]), "GRANT_EXCEEDS_OWN");
    }

    #[test]
    fn nobody_takes_what_they_lack_but_what_stays_is_not_asked_about() {
        assert_eq!(place(&["admin"], &["owner"], &["member"]), "GRANT_EXCEEDS_OWN");
        assert_eq!(place(&["admin"], &["owner"], &["owner", "coach"]), "allowed");
        assert_eq!(place(&["member"], &["owner"], &["owner"]), "allowed");
    }

    #[test]
    fn a_right_at_a_venue_is_good_for_that_venue_alone() {
        let (here, there) = (VenueId::new(), VenueId::new());
        let at = |venue| Placement::new(roles(&["member"]), [(venue, roles(&["porter"]))]);
        let actor = rights(&at(here));
        let member = in_club(&["member"]);
        let try_to = |after: &Placement| code(may_place(&actor, &own(), &member, after));
        assert_eq!(try_to(&at(here)), "allowed");
        assert_eq!(try_to(&at(there)), "GRANT_EXCEEDS_OWN");
        assert_eq!(try_to(&in_club(&["member", "porter"])), "GRANT_EXCEEDS_OWN");
        let chief = rights(&in_club(&["manager"]));
        assert_eq!(code(may_place(&chief, &own(), &at(there), &member)), "allowed");
        assert_eq!(code(may_change(&actor, &rights(&at(there)))), "TARGET_OUTRANKS");
        assert_eq!(code(may_change(&actor, &rights(&at(here)))), "allowed");
        assert_eq!(code(may_change(&chief, &rights(&at(there)))), "allowed");
    }

    #[test]
    fn roles_are_the_club_s_and_venues_have_no_owners() {
        assert_eq!(code(in_club(&["owner", "porter", "guest"]).exists_in(&own())), "allowed");
        assert_eq!(code(in_club(&["operator"]).exists_in(&own())), "ROLE_UNKNOWN");
        assert_eq!(code(in_club(&["night_porter"]).exists_in(&own())), "ROLE_UNKNOWN");
        let owning = Placement::new([], [(VenueId::new(), roles(&["owner"]))]);
        assert_eq!(code(owning.exists_in(&own())), "ROLE_NOT_FOR_VENUES");
        let nothing = Placement::new([], [(VenueId::new(), roles(&[]))]);
        assert_eq!(nothing, Placement::default());
    }

    #[test]
    fn a_role_is_made_of_what_its_maker_has() {
        let actor = rights(&in_club(&["manager"]));
        let set = |names: &[Permission]| names.iter().copied().collect::<PermissionSet>();
        let refund = set(&[Permission::PaymentRefund]);
        let keys = set(&[Permission::PaymentRefund, Permission::KeyManage]);
        assert_eq!(code(may_define(&actor, &set(&[]), &refund)), "allowed");
        assert_eq!(code(may_define(&actor, &refund, &keys)), "GRANT_EXCEEDS_OWN");
        assert_eq!(code(may_define(&actor, &keys, &refund)), "GRANT_EXCEEDS_OWN");
        assert_eq!(code(may_define(&actor, &keys, &set(&[Permission::KeyManage]))), "allowed");
    }

    const VENUES: [u128; 2] = [1, 2];

    fn any_roles() -> impl Strategy<Value = BTreeSet<Role>> {
        let custom = ["porter", "auditor"].map(|name| name.parse().unwrap());
        let all: Vec<Role> = Role::OF_CLUBS.into_iter().chain(custom).collect();
        proptest::sample::subsequence(all, 0..4).prop_map(|roles| roles.into_iter().collect())
    }

    fn any_placement() -> impl Strategy<Value = Placement> {
        (any_roles(), any_roles(), any_roles()).prop_map(|(club, first, second)| {
            let venues = VENUES.map(|id| VenueId::from_uuid(uuid::Uuid::from_u128(id)));
            Placement::new(club, venues.into_iter().zip([first, second]))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_anybody_gains_or_loses_its_giver_has(
            actor in any_placement(), before in any_placement(), after in any_placement(),
        ) {
            let actor = rights(&actor);
            if may_place(&actor, &own(), &before, &after).is_ok() {
                let (before, after) = (rights(&before), rights(&after));
                for permission in before.permissions.symmetric_difference(&after.permissions) {
                    prop_assert!(actor.permissions.contains(permission));
                }
                let none = PermissionSet::new();
                for venue in before.venues.keys().chain(after.venues.keys()) {
                    let had = before.venues.get(venue).unwrap_or(&none);
                    let has = after.venues.get(venue).unwrap_or(&none);
                    for permission in had.symmetric_difference(has) {
                        prop_assert!(actor.has_at(*permission, *venue));
                    }
                }
            }
        }

        #[test]
        fn nobody_raises_themselves(before in any_placement(), after in any_placement()) {
            let actor = rights(&before);
            if may_place(&actor, &own(), &before, &after).is_ok() {
                let after = rights(&after);
                prop_assert!(after.permissions.is_subset(&actor.permissions));
                prop_assert!(may_change(&actor, &after).is_ok());
            }
        }

        #[test]
        fn giving_and_taking_are_one_rule(
            actor in any_placement(), before in any_placement(), after in any_placement(),
        ) {
            let actor = rights(&actor);
            let there = may_place(&actor, &own(), &before, &after).is_ok();
            prop_assert_eq!(there, may_place(&actor, &own(), &after, &before).is_ok());
            prop_assert!(may_place(&actor, &own(), &before, &before).is_ok());
            let owner = rights(&in_club(&["owner"]));
            prop_assert!(may_place(&owner, &own(), &before, &after).is_ok());
            prop_assert!(may_change(&owner, &rights(&before)).is_ok());
        }
    }
}
