//! `GET /v1/roles/{role}`.

use axum::extract::State;
use kernel::{Error, Permission, PermissionSet, Result, Role};
use runtime::App;
use serde::Serialize;
use table::TenantTable;
use tenancy::CustomRole;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// A role and what it allows.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleView {
    name: Role,
    /// What it is for, in the club's words; null of the built-in ones.
    description: Option<String>,
    /// Whether every club has it, and none can change it.
    built_in: bool,
    #[schema(value_type = Vec<Permission>)]
    permissions: PermissionSet,
}

impl RoleView {
    /// Of a built-in role.
    pub(crate) fn built_in(role: &Role) -> Self {
        let permissions = tenancy::allowed(&[], [role]);
        Self { name: role.clone(), description: None, built_in: true, permissions }
    }
}

impl From<CustomRole> for RoleView {
    fn from(record: CustomRole) -> Self {
        let role = record.role.clone();
        let permissions = tenancy::allowed(std::slice::from_ref(&record), [&role]);
        Self { name: role, description: Some(record.description), built_in: false, permissions }
    }
}

/// The record of a role of the club's own: `not_found`, `ROLE_NOT_FOUND`, where it has none of that name;
/// `conflict`, `ROLE_BUILT_IN`, of those that are everybody's.
pub(crate) async fn own_role(table: &TenantTable, role: &Role) -> Result<CustomRole> {
    if Role::OF_CLUBS.contains(role) {
        let message = "this role is the same in every club; make one of your own instead";
        return Err(Error::conflict("ROLE_BUILT_IN", message));
    }
    let roles = tenancy::store::roles(table).await?;
    roles.into_iter().find(|record| record.role == *role).ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::not_found("ROLE_NOT_FOUND", "the club has no role of this name")
}

/// Read a role, built in or the club's own.
#[utoipa::path(
    get,
    path = "/v1/roles/{role}",
    tag = "roles",
    params(("role" = Role, Path)),
    responses(
        (status = 200, body = Envelope<RoleView>, description = "One of the club's own with its ETag."),
        (status = 404, body = Problem, description = "ROLE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(role): Id<Role>,
) -> Outcome<RoleView> {
    let table = app.tenant_table(&caller)?;
    if Role::OF_CLUBS.contains(&role) {
        return Ok(Reply::ok(RoleView::built_in(&role)));
    }
    let record = own_role(&table, &role).await?;
    let version = record.version;
    Ok(Reply::ok(RoleView::from(record)).etag(version))
}
