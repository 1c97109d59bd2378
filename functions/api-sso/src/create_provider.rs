//! `POST /v1/identity-providers`.

use std::collections::BTreeSet;

use axum::extract::State;
use garde::Validate;
use identity::{IdentityProvider, Issuer, MailDomain, ProviderName, Reach, RedirectUri};
use kernel::IdentityProviderId;
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    read_provider::IdentityProviderView,
    registrar::{CREDENTIAL_LIMIT, ENTRIES_LIMIT, Registrar},
};

/// The provider to be registered. Register the club there first, with the same redirect addresses.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewIdentityProvider {
    /// On the club's sign-in page.
    name: ProviderName,
    /// Its issuer, as its discovery document writes it; for good.
    #[garde(length(max = 500))]
    issuer: String,
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_id: String,
    /// Kept as a secret; never shown again.
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_secret: String,
    /// Verified domains of the club whose people it signs in; none, if absent.
    #[garde(length(max = ENTRIES_LIMIT))]
    #[serde(default)]
    domains: Vec<MailDomain>,
    /// Addresses of the club's own app; the first unless another is asked for.
    #[garde(length(min = 1, max = ENTRIES_LIMIT))]
    redirect_uris: Vec<RedirectUri>,
    /// Whether it can be signed in with; true, if absent.
    enabled: Option<bool>,
}

/// Register an identity provider (`OpenID` Connect) of the club's own.
#[utoipa::path(
    post,
    path = "/v1/identity-providers",
    tag = "sso",
    request_body = NewIdentityProvider,
    responses(
        (status = 201, body = Envelope<IdentityProviderView>, description = "Registered; with its ETag."),
        (status = 409, body = Problem, description = "DOMAIN_HAS_PROVIDER, PROVIDERS_LIMIT_REACHED."),
        (
            status = 422,
            body = Problem,
            description = "ISSUER_REFUSED, DOMAIN_NOT_VERIFIED, VALIDATION_FAILED, BODY_INVALID."
        ),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewIdentityProvider>,
) -> Outcome<IdentityProviderView> {
    let registrar = Registrar::club(&app, &caller)?;
    let reach = Reach::of_stage(app.config().stage()?);
    let provider = IdentityProvider {
        id: IdentityProviderId::new(),
        name: input.name,
        issuer: Issuer::parse(&input.issuer, reach)?,
        client_id: input.client_id,
        domains: distinct(input.domains),
        redirect_uris: input.redirect_uris,
        enabled: input.enabled.unwrap_or(true),
        platform: None,
        created_at: app.clock().now(),
        version: 1,
    };
    registrar.create(&app, &caller, &provider, input.client_secret).await?;
    let location = format!("/v1/identity-providers/{}", provider.id);
    Ok(Reply::created(location, IdentityProviderView::from(provider)).etag(1))
}

/// A transaction takes no item twice.
pub(crate) fn distinct(domains: Vec<MailDomain>) -> Vec<MailDomain> {
    domains.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}
