//! `PATCH /v1/roles/{role}`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{Actor, grants};
use kernel::{Permission, PermissionSet, Role, same_version};
use runtime::App;
use serde::Deserialize;
use tenancy::CustomRole;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{
    create_role::{DESCRIPTION_CHARACTERS, grantable, texts},
    read_role::{RoleView, own_role},
};

/// What changes; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangeRole {
    /// What it is for.
    #[garde(length(chars, max = DESCRIPTION_CHARACTERS))]
    description: Option<String>,
    /// All that it allows from now on.
    #[garde(length(min = 1))]
    #[schema(value_type = Option<Vec<Permission>>)]
    permissions: Option<PermissionSet>,
}

/// Change a role of the club's own.
///
/// Nobody puts into it, or takes out of it, what they lack themselves. Whoever has the role gets the new
/// rights with their next access token.
#[utoipa::path(
    patch,
    path = "/v1/roles/{role}",
    tag = "roles",
    params(
        ("role" = Role, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeRole,
    responses(
        (status = 200, body = Envelope<RoleView>, description = "As it is now, with its ETag."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, STEP_UP_REQUIRED, GRANT_EXCEEDS_OWN."),
        (status = 404, body = Problem, description = "ROLE_NOT_FOUND."),
        (status = 409, body = Problem, description = "ROLE_BUILT_IN."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (
            status = 422,
            body = Problem,
            description = "BODY_INVALID, VALIDATION_FAILED, PERMISSION_NOT_GRANTABLE."
        ),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(role): Id<Role>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeRole>,
) -> Outcome<RoleView> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::RoleManage).await?;
    let before = own_role(&table, &role).await?;
    same_version(version, before.version, "this role")?;
    let allowed = tenancy::allowed(std::slice::from_ref(&before), [&role]);
    let permissions = input.permissions.unwrap_or_else(|| allowed.clone());
    grantable(&permissions)?;
    grants::may_define(&actor.rights, &allowed, &permissions)?;
    let description = input.description.unwrap_or_else(|| before.description.clone());
    if permissions == allowed && description == before.description {
        let version = before.version;
        return Ok(Reply::ok(RoleView::from(before)).etag(version));
    }
    let version = before.version + 1;
    let after = CustomRole { role, description, permissions: texts(&permissions), version };
    let mut writes = vec![tenancy::store::change_role(&table, &after)?];
    writes.extend(actor.unchanged(&table, None));
    let told =
        Entry::new(caller.origin(), "role.changed", &after.role).changing(&before, &after)?;
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::ok(RoleView::from(after)).etag(version))
}
