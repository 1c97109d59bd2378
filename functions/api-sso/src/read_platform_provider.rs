//! `GET /v1/admin/identity-providers/{key}`.

use axum::extract::State;
use identity::{
    IdentityProvider, Issuer, PlatformWide, ProviderKey, ProviderName, RedirectUri, Trust, store,
};
use kernel::{Error, Result, jiff::Timestamp, serialize_timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Envelope, Id, Outcome, Problem, Reply};

/// An identity provider of the platform, without its client secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlatformProviderView {
    key: ProviderKey,
    name: ProviderName,
    issuer: Issuer,
    trusts: Trust,
    client_id: String,
    redirect_uris: Vec<RedirectUri>,
    enabled: bool,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    version: u64,
}

impl PlatformProviderView {
    /// Of one that the platform keeps: they all have a key.
    pub(crate) fn of(provider: IdentityProvider) -> Result<Self> {
        let PlatformWide { key, trusts } = provider
            .platform
            .ok_or_else(|| Error::internal("a provider of the platform has no key"))?;
        let IdentityProvider { name, issuer, client_id, redirect_uris, enabled, .. } = provider;
        let IdentityProvider { created_at, version, .. } = provider;
        Ok(Self {
            key,
            name,
            issuer,
            trusts,
            client_id,
            redirect_uris,
            enabled,
            created_at,
            version,
        })
    }
}

/// Read an identity provider of the platform.
#[utoipa::path(
    get,
    path = "/v1/admin/identity-providers/{key}",
    tag = "sso",
    params(("key" = ProviderKey, Path)),
    responses(
        (status = 200, body = Envelope<PlatformProviderView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "IDENTITY_PROVIDER_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    Id(key): Id<ProviderKey>,
) -> Outcome<PlatformProviderView> {
    let provider = store::platform_provider(&app.table().platform(), &key).await?;
    let version = provider.version;
    Ok(Reply::ok(PlatformProviderView::of(provider)?).etag(version))
}
