//! `POST /v1/admin/identity-providers`.

use axum::extract::State;
use garde::Validate;
use identity::{
    IdentityProvider, Issuer, PlatformWide, ProviderKey, ProviderName, Reach, RedirectUri, Trust,
};
use kernel::IdentityProviderId;
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    read_platform_provider::PlatformProviderView,
    registrar::{CREDENTIAL_LIMIT, ENTRIES_LIMIT, Registrar},
};

/// A provider that people of all clubs sign in with. Register the platform there first.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewPlatformProvider {
    /// What apps call it, for good, such as `google`.
    key: ProviderKey,
    /// On clubs' sign-in pages.
    name: ProviderName,
    /// As its discovery document writes it; for good.
    #[garde(length(max = 500))]
    issuer: String,
    /// About whose addresses it is believed.
    #[garde(custom(few_domains))]
    trusts: Trust,
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_id: String,
    /// It goes into a secret, and is shown to nobody.
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_secret: String,
    /// Addresses of the platform's apps, which the provider knows, too; the first unless another is asked for.
    #[garde(length(min = 1, max = ENTRIES_LIMIT))]
    redirect_uris: Vec<RedirectUri>,
    /// True, if absent.
    enabled: Option<bool>,
}

/// As many as the provider's record has room for.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde hands over its context by reference")]
pub(crate) fn few_domains(trusts: &Trust, _: &()) -> garde::Result {
    match trusts {
        Trust::AuthoritativeDomains { domains, .. } if domains.len() > ENTRIES_LIMIT => {
            Err(garde::Error::new(format!("at most {ENTRIES_LIMIT} domains")))
        }
        Trust::AuthoritativeDomains { .. } | Trust::VerifiedEmail => Ok(()),
    }
}

/// Register an identity provider (`OpenID` Connect) for people of all clubs, such as Google.
///
/// Each club may keep it from its own people (`/v1/sign-in-policy`).
#[utoipa::path(
    post,
    path = "/v1/admin/identity-providers",
    tag = "sso",
    request_body = NewPlatformProvider,
    responses(
        (status = 201, body = Envelope<PlatformProviderView>, description = "Registered; with its ETag."),
        (status = 409, body = Problem, description = "IDENTITY_PROVIDER_EXISTS, PROVIDERS_LIMIT_REACHED."),
        (status = 422, body = Problem, description = "ISSUER_REFUSED, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewPlatformProvider>,
) -> Outcome<PlatformProviderView> {
    let issuer = Issuer::parse(&input.issuer, Reach::of_stage(app.config().stage()?))?;
    let location = format!("/v1/admin/identity-providers/{}", input.key);
    let provider = IdentityProvider {
        id: IdentityProviderId::new(),
        name: input.name,
        issuer,
        client_id: input.client_id,
        domains: Vec::new(),
        redirect_uris: input.redirect_uris,
        enabled: input.enabled.unwrap_or(true),
        platform: Some(PlatformWide { key: input.key, trusts: input.trusts }),
        created_at: app.clock().now(),
        version: 1,
    };
    Registrar::platform(&app).create(&app, &caller, &provider, input.client_secret).await?;
    Ok(Reply::created(location, PlatformProviderView::of(provider)?).etag(1))
}
