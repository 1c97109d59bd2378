//! `DELETE /v1/admin/identity-providers/{key}`.

use axum::extract::State;
use identity::{ProviderKey, store};
use runtime::App;
use web::{Caller, Id, IfMatch, Outcome, Problem, Reply};

use crate::registrar::Registrar;

/// Remove an identity provider of the platform.
///
/// Nobody of any club signs in with it any more, and who has nothing else resets their password; sessions go on.
/// People's identities stay, for the case that the same issuer is registered again.
#[utoipa::path(
    delete,
    path = "/v1/admin/identity-providers/{key}",
    tag = "sso",
    params(
        ("key" = ProviderKey, Path),
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
    Id(key): Id<ProviderKey>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let provider = store::platform_provider(&app.table().platform(), &key).await?;
    provider.at(version)?;
    Registrar::platform(&app).remove(&app, &caller, &provider).await?;
    Ok(Reply::no_content())
}
