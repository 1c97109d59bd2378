//! `DELETE /v1/roles/{role}`.

use audit::Entry;
use axum::extract::State;
use identity::{Actor, grants};
use kernel::{Error, Permission, PermissionSet, Role, same_version};
use runtime::App;
use web::{Caller, Id, IfMatch, Outcome, Problem, Reply};

use crate::read_role::own_role;

/// Remove a role of the club's own that nobody holds.
///
/// Somebody who gets the role at the same moment, or by an invitation that is still open, holds a role that
/// allows nothing. Nobody removes a role that allows what they lack themselves.
#[utoipa::path(
    delete,
    path = "/v1/roles/{role}",
    tag = "roles",
    params(
        ("role" = Role, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Removed."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, STEP_UP_REQUIRED, GRANT_EXCEEDS_OWN."),
        (status = 404, body = Problem, description = "ROLE_NOT_FOUND."),
        (status = 409, body = Problem, description = "ROLE_BUILT_IN, ROLE_IN_USE."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(role): Id<Role>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::RoleManage).await?;
    let record = own_role(&table, &role).await?;
    same_version(version, record.version, "this role")?;
    let allowed = tenancy::allowed(std::slice::from_ref(&record), [&role]);
    grants::may_define(&actor.rights, &allowed, &PermissionSet::new())?;
    if identity::store::is_held(&table, &role).await? {
        let message =
            "members hold this role; give them another first, GET /v1/members?role= finds them";
        return Err(Error::conflict("ROLE_IN_USE", message).into());
    }
    let mut writes = vec![tenancy::store::remove_role(&table, &record)];
    writes.extend(actor.unchanged(&table, None));
    let told = Entry::new(caller.origin(), "role.removed", &role).removing(&record)?;
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::no_content())
}
