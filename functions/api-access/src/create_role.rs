//! `POST /v1/roles`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{Actor, grants};
use kernel::{Error, Permission, PermissionSet, Result, Role};
use runtime::App;
use serde::Deserialize;
use tenancy::CustomRole;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{list_permissions::is_grantable, read_role::RoleView};

/// The most roles of its own that a club has.
const ROLES_LIMIT: usize = 50;
pub(crate) const DESCRIPTION_CHARACTERS: usize = 200;

/// The role to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewRole {
    /// 2 to 40 of a-z, 0-9 and _, a letter first; it stays.
    name: Role,
    /// What it is for.
    #[serde(default)]
    #[garde(length(chars, max = DESCRIPTION_CHARACTERS))]
    description: String,
    /// What it allows.
    #[garde(length(min = 1))]
    #[schema(value_type = Vec<Permission>)]
    permissions: PermissionSet,
}

/// Make a role of the club's own. Nobody puts into it what they lack themselves.
#[utoipa::path(
    post,
    path = "/v1/roles",
    tag = "roles",
    request_body = NewRole,
    responses(
        (status = 201, body = Envelope<RoleView>, description = "Made; with its ETag."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, STEP_UP_REQUIRED, GRANT_EXCEEDS_OWN."),
        (status = 409, body = Problem, description = "ROLE_EXISTS, TOO_MANY_ROLES."),
        (
            status = 422,
            body = Problem,
            description = "BODY_INVALID, VALIDATION_FAILED, PERMISSION_NOT_GRANTABLE."
        ),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewRole>,
) -> Outcome<RoleView> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::RoleManage).await?;
    grantable(&input.permissions)?;
    grants::may_define(&actor.rights, &PermissionSet::new(), &input.permissions)?;
    if !matches!(input.name, Role::Custom(_)) {
        let message = "this is the name of a built-in role; choose another";
        return Err(Error::conflict("ROLE_EXISTS", message).into());
    }
    // Two at once may make one more; nothing depends on the exact number.
    if actor.own_roles.len() >= ROLES_LIMIT {
        let message = format!("a club has at most {ROLES_LIMIT} roles of its own; remove one");
        return Err(Error::conflict("TOO_MANY_ROLES", message).into());
    }
    let role = CustomRole {
        role: input.name,
        description: input.description,
        permissions: texts(&input.permissions),
        version: 1,
    };
    let mut writes = vec![tenancy::store::create_role(&table, &role)?];
    writes.extend(actor.unchanged(&table, None));
    let told = Entry::new(caller.origin(), "role.created", &role.role).making(&role)?;
    audit::write(&table, told, app.clock().now(), writes).await?;
    let (location, version) = (format!("/v1/roles/{}", role.role), role.version);
    Ok(Reply::created(location, RoleView::from(role)).etag(version))
}

/// None of them is the platform's or the ownership: else `invalid`, `PERMISSION_NOT_GRANTABLE`.
pub(crate) fn grantable(permissions: &PermissionSet) -> Result<()> {
    let Some(wrong) = permissions.iter().find(|permission| !is_grantable(**permission)) else {
        return Ok(());
    };
    Err(Error::invalid(
        "PERMISSION_NOT_GRANTABLE",
        format!("no role of a club's own can have {}; leave it out", wrong.as_str()),
    ))
}

/// As they are kept.
pub(crate) fn texts(permissions: &PermissionSet) -> Vec<String> {
    permissions.iter().map(|permission| permission.as_str().to_owned()).collect()
}
