//! `DELETE /v1/identity-providers/{provider_id}`.

use axum::extract::State;
use identity::store;
use kernel::IdentityProviderId;
use runtime::App;
use web::{Caller, Id, IfMatch, Outcome, Problem, Reply};

use crate::registrar::Registrar;

/// Remove an identity provider of the club.
///
/// Nobody signs in with it any more; sessions go on, and people's identities stay, for the case that the
/// club registers the same issuer again.
#[utoipa::path(
    delete,
    path = "/v1/identity-providers/{provider_id}",
    tag = "sso",
    params(
        ("provider_id" = IdentityProviderId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, body = Problem, description = "IDENTITY_PROVIDER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<IdentityProviderId>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let provider = store::provider(&table, id).await?;
    provider.at(version)?;
    Registrar::Club(table).remove(&app, &caller, &provider).await?;
    Ok(Reply::no_content())
}
