//! Roles as callers ask for them.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use identity::Placement;
use kernel::{Result, Role, VenueId};
use table::TenantTable;

/// The most roles that somebody has in the club, and at each venue.
pub(crate) const ROLES_LIMIT: usize = 10;
/// The most venues at which somebody has roles of their own.
pub(crate) const VENUES_LIMIT: usize = 20;

/// The roles by venue that a body names.
pub(crate) type VenueRoles = BTreeMap<VenueId, BTreeSet<Role>>;

/// No venue has more roles than the limit.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde calls it so")]
pub(crate) fn few_at_each(venues: &VenueRoles, _: &()) -> garde::Result {
    if venues.values().all(|roles| roles.len() <= ROLES_LIMIT) {
        return Ok(());
    }
    Err(garde::Error::new(format!("must have at most {ROLES_LIMIT} roles at each venue")))
}

/// The placement that is asked for, at venues that the club has: else `not_found`, `VENUE_NOT_FOUND`.
pub(crate) async fn placement(
    table: &TenantTable,
    roles: BTreeSet<Role>,
    venue_roles: VenueRoles,
) -> Result<Placement> {
    let placement = Placement::new(roles, venue_roles);
    let venues = placement.venue_roles.keys().map(|venue| facilities::venue(table, *venue));
    try_join_all(venues).await?;
    Ok(placement)
}
