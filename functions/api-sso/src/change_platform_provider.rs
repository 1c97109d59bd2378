//! `PATCH /v1/admin/identity-providers/{key}`.

use axum::extract::State;
use garde::Validate;
use identity::{ProviderChange, ProviderKey, ProviderName, RedirectUri, Trust, store};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{
    create_platform_provider::few_domains,
    read_platform_provider::PlatformProviderView,
    registrar::{CREDENTIAL_LIMIT, ENTRIES_LIMIT, Registrar},
};

/// What changes; what is absent stays. Key and issuer are for good.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangePlatformProvider {
    name: Option<ProviderName>,
    /// About whose addresses it is believed from now on; what it was believed before stays.
    #[garde(inner(custom(few_domains)))]
    trusts: Option<Trust>,
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_id: Option<String>,
    /// A new one, after the provider issued it.
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_secret: Option<String>,
    /// All of them.
    #[garde(length(min = 1, max = ENTRIES_LIMIT))]
    redirect_uris: Option<Vec<RedirectUri>>,
    /// One that is not enabled signs nobody in, in any club.
    enabled: Option<bool>,
}

/// Change an identity provider of the platform.
#[utoipa::path(
    patch,
    path = "/v1/admin/identity-providers/{key}",
    tag = "sso",
    params(
        ("key" = ProviderKey, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangePlatformProvider,
    responses(
        (status = 200, body = Envelope<PlatformProviderView>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "IDENTITY_PROVIDER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(key): Id<ProviderKey>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangePlatformProvider>,
) -> Outcome<PlatformProviderView> {
    let before = store::platform_provider(&app.table().platform(), &key).await?;
    before.at(version)?;
    let ChangePlatformProvider { name, trusts, client_id, redirect_uris, enabled, .. } = input;
    let domains = None;
    let change = ProviderChange { name, client_id, domains, redirect_uris, enabled, trusts };
    let after = before.changed(change);
    let changed = (&before, &after);
    Registrar::platform(&app).change(&app, &caller, changed, input.client_secret).await?;
    let version = after.version;
    Ok(Reply::ok(PlatformProviderView::of(after)?).etag(version))
}
