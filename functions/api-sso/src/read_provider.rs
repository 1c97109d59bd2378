//! `GET /v1/identity-providers/{provider_id}`.

use axum::extract::State;
use identity::{IdentityProvider, Issuer, MailDomain, ProviderName, RedirectUri, store};
use kernel::{IdentityProviderId, jiff::Timestamp, serialize_timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// An identity provider of the club, without its client secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityProviderView {
    id: IdentityProviderId,
    name: ProviderName,
    issuer: Issuer,
    client_id: String,
    domains: Vec<MailDomain>,
    redirect_uris: Vec<RedirectUri>,
    enabled: bool,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    version: u64,
}

impl From<IdentityProvider> for IdentityProviderView {
    fn from(provider: IdentityProvider) -> Self {
        Self {
            id: provider.id,
            name: provider.name,
            issuer: provider.issuer,
            client_id: provider.client_id,
            domains: provider.domains,
            redirect_uris: provider.redirect_uris,
            enabled: provider.enabled,
            created_at: provider.created_at,
            version: provider.version,
        }
    }
}

/// Read an identity provider of the club.
#[utoipa::path(
    get,
    path = "/v1/identity-providers/{provider_id}",
    tag = "sso",
    params(("provider_id" = IdentityProviderId, Path)),
    responses(
        (status = 200, body = Envelope<IdentityProviderView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "IDENTITY_PROVIDER_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<IdentityProviderId>,
) -> Outcome<IdentityProviderView> {
    let provider = store::provider(&app.tenant_table(&caller)?, id).await?;
    let version = provider.version;
    Ok(Reply::ok(provider.into()).etag(version))
}
