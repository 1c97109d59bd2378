//! Who and what a club lets in, and what was done with it: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/audit-log` | `audit:read` |
//! | `GET /v1/audit-log/verify` | `audit:read` |
//! | `GET /v1/audit-log/export` | `audit:read` |
//! | `POST /v1/api-keys` | `key:manage`, and a recent proof |
//! | `GET /v1/api-keys` | `key:manage` |
//! | `DELETE /v1/api-keys/{key_id}` | `key:manage` |
//! | `GET /v1/sign-in-policy` | `club:security` |
//! | `PUT /v1/sign-in-policy` | `club:security`, and a recent proof |
//! | `GET /v1/permissions` | `member:read` |
//! | `GET /v1/roles` | `member:read` |
//! | `GET /v1/roles/{role}` | `member:read` |
//! | `POST /v1/roles` | `role:manage`, and a recent proof |
//! | `PATCH`, `DELETE /v1/roles/{role}` | `role:manage`, and a recent proof |
//! | `POST /v1/users/me/exports` | `profile:self` |
//! | `POST /v1/users/{account_id}/exports` | `profile:erase`, a recent proof |
//! | `GET /v1/exports/{export_id}` | `profile:self`; of others `profile:erase` |
//! | `POST /v1/users/me/erase` | `profile:self`, a recent proof |
//! | `POST /v1/users/{account_id}/erase` | `profile:erase`, a recent proof |
//! | `GET /v1/erasures/{account_id}` | `profile:erase` |

mod ahead;
mod change_policy;
mod change_role;
mod create_key;
mod create_role;
mod erase;
mod export_audit;
mod family;
mod list_audit;
mod list_keys;
mod list_permissions;
mod list_roles;
mod read_erasure;
mod read_export;
mod read_policy;
mod read_role;
mod remove_role;
mod revoke_key;
mod start_export;
mod verify_audit;
mod wallet;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::AuditRead, routes!(list_audit::list))
        .allow(Permission::AuditRead, routes!(verify_audit::verify))
        .allow(Permission::AuditRead, routes!(export_audit::export))
        .allow_fresh(Permission::KeyManage, routes!(create_key::create_key))
        .allow(Permission::KeyManage, routes!(list_keys::list_keys))
        .allow(Permission::KeyManage, routes!(revoke_key::revoke_key))
        .allow(Permission::ClubSecurity, routes!(read_policy::read))
        .allow_fresh(Permission::ClubSecurity, routes!(change_policy::change))
        .allow(Permission::MemberRead, routes!(list_permissions::list))
        .allow(Permission::MemberRead, routes!(list_roles::list))
        .allow(Permission::MemberRead, routes!(read_role::read))
        .allow_fresh(Permission::RoleManage, routes!(create_role::create))
        .allow_fresh(Permission::RoleManage, routes!(change_role::change))
        .allow_fresh(Permission::RoleManage, routes!(remove_role::remove))
        .allow(Permission::ProfileSelf, routes!(start_export::start_own))
        .allow_fresh(Permission::ProfileErase, routes!(start_export::start_of))
        .allow(Permission::ProfileSelf, routes!(read_export::read))
        .allow_fresh(Permission::ProfileSelf, routes!(erase::erase_own))
        .allow_fresh(Permission::ProfileErase, routes!(erase::erase_member))
        .allow(Permission::ProfileErase, routes!(read_erasure::read))
}
