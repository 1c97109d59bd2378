//! `GET /v1/auth/permissions`.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClubId, Permission, Role, VenueId};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// What the caller's token allows.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnPermissions {
    /// The club that the token is for; null of a platform operator's.
    club_id: Option<ClubId>,
    /// What the caller is in the whole club.
    roles: Vec<Role>,
    /// What that allows.
    permissions: Vec<Permission>,
    /// What more is allowed at single venues.
    venues: BTreeMap<VenueId, BTreeSet<Permission>>,
}

/// Read what one may do: in the whole club, and more at single venues.
///
/// It is what the token says; rights that were given since come with the next one.
#[utoipa::path(
    get,
    path = "/v1/auth/permissions",
    tag = "auth",
    responses((status = 200, body = Envelope<OwnPermissions>, description = "As the token says."))
)]
pub(crate) async fn read(caller: Caller) -> Outcome<OwnPermissions> {
    Ok(Reply::ok(OwnPermissions {
        club_id: caller.club().ok(),
        roles: caller.roles().to_vec(),
        permissions: caller.permissions().collect(),
        venues: caller.claims().venues.clone(),
    }))
}
