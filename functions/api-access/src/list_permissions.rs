//! `GET /v1/permissions`.

use kernel::Permission;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// Something that can be allowed in a club.
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionView {
    permission: Permission,
    /// What it lets one do.
    description: &'static str,
    /// Whether a role of the club's own may have it; the ownership alone it may not.
    grantable: bool,
}

/// Whether a role of the club's own may have it.
pub(crate) fn is_grantable(permission: Permission) -> bool {
    !matches!(permission, Permission::PlatformClubs | Permission::ClubOwn)
}

/// List everything that can be allowed in a club.
#[utoipa::path(
    get,
    path = "/v1/permissions",
    tag = "roles",
    responses((status = 200, body = Envelope<Vec<PermissionView>>, description = "All of them."))
)]
pub(crate) async fn list(caller: Caller) -> Outcome<Vec<PermissionView>> {
    caller.tenant()?;
    let of_clubs = Permission::ALL.iter().copied().filter(|it| *it != Permission::PlatformClubs);
    let views = of_clubs.map(|permission| PermissionView {
        permission,
        description: permission.description(),
        grantable: is_grantable(permission),
    });
    Ok(Reply::ok(views.collect()))
}
