//! Custom roles, keys, domains, policies, the audit log, exports.

use kernel::ExportId;
use serde_json::{Value, json};

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { key, member, .. }: &Things) -> Cases {
    let new_key = json!({ "name": "Website", "permissions": ["facility:read"] });
    let theirs = "/v1/roles/night_porter";
    let made = json!({ "name": "porter", "permissions": ["facility:read"] });
    let policy = json!({ "second_factor": { "default": "optional" } });
    Cases::from([
        ("GET /v1/sign-in-policy", own("/v1/sign-in-policy")),
        ("PUT /v1/sign-in-policy", case("/v1/sign-in-policy", policy, Sees::NothingOfIt)),
        ("GET /v1/audit-log", own("/v1/audit-log")),
        ("GET /v1/audit-log/verify", own("/v1/audit-log/verify")),
        ("GET /v1/audit-log/export", own("/v1/audit-log/export")),
        ("POST /v1/api-keys", case("/v1/api-keys", new_key, Sees::NothingOfIt)),
        ("GET /v1/api-keys", own("/v1/api-keys")),
        ("DELETE /v1/api-keys/{key_id}", foreign(format!("/v1/api-keys/{key}"))),
        ("GET /v1/permissions", own("/v1/permissions")),
        ("GET /v1/roles", own("/v1/roles")),
        ("GET /v1/roles/{role}", foreign(theirs.to_owned())),
        ("POST /v1/roles", case("/v1/roles", made, Sees::NothingOfIt)),
        (
            "PATCH /v1/roles/{role}",
            case(theirs, json!({ "description": "Ours now" }), Sees::NotFound),
        ),
        ("DELETE /v1/roles/{role}", foreign(theirs.to_owned())),
        ("POST /v1/users/me/exports", own("/v1/users/me/exports")),
        ("POST /v1/users/{account_id}/exports", foreign(format!("/v1/users/{member}/exports"))),
        ("GET /v1/erasures/{account_id}", foreign(format!("/v1/erasures/{member}"))),
        (
            "POST /v1/users/me/erase",
            // By then the owner has a child, too.
            case("/v1/users/me/erase", Value::Null, Sees::Refused("GUARDIAN_NEEDED")),
        ),
        ("POST /v1/users/{account_id}/erase", foreign(format!("/v1/users/{member}/erase"))),
        ("GET /v1/exports/{export_id}", foreign(format!("/v1/exports/{}", ExportId::new()))),
    ])
}
