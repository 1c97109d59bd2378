//! `DELETE /v1/api-keys/{key_id}`.

use audit::Entry;
use axum::extract::State;
use kernel::ApiKeyId;
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply, api_key};

/// Revoke an API key. It changes nothing from this moment on, and reads nothing a minute later.
#[utoipa::path(
    delete,
    path = "/v1/api-keys/{key_id}",
    tag = "access",
    params(("key_id" = ApiKeyId, Path)),
    responses(
        (status = 204, description = "Revoked."),
        (status = 404, body = Problem, description = "KEY_NOT_FOUND: the club has none of this id that is not revoked."),
    )
)]
pub(crate) async fn revoke_key(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ApiKeyId>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let told = Entry::new(caller.origin(), "api_key.revoked", id);
    audit::write(&table, told, now, api_key::revoke(&table, id, now)).await?;
    Ok(Reply::no_content())
}
