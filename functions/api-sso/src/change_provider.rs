//! `PATCH /v1/identity-providers/{provider_id}`.

use axum::extract::State;
use garde::Validate;
use identity::{MailDomain, ProviderChange, ProviderName, RedirectUri, store};
use kernel::IdentityProviderId;
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{
    create_provider::distinct,
    read_provider::IdentityProviderView,
    registrar::{CREDENTIAL_LIMIT, ENTRIES_LIMIT, Registrar},
};

/// What changes; what is absent stays. Another issuer is another provider.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangeIdentityProvider {
    name: Option<ProviderName>,
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_id: Option<String>,
    /// A new one, after the provider issued it.
    #[garde(length(min = 1, max = CREDENTIAL_LIMIT))]
    client_secret: Option<String>,
    /// All of them.
    #[garde(length(max = ENTRIES_LIMIT))]
    domains: Option<Vec<MailDomain>>,
    /// All of them.
    #[garde(length(min = 1, max = ENTRIES_LIMIT))]
    redirect_uris: Option<Vec<RedirectUri>>,
    enabled: Option<bool>,
}

/// Change an identity provider of the club. One that is not enabled signs nobody in.
#[utoipa::path(
    patch,
    path = "/v1/identity-providers/{provider_id}",
    tag = "sso",
    params(
        ("provider_id" = IdentityProviderId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeIdentityProvider,
    responses(
        (status = 200, body = Envelope<IdentityProviderView>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "IDENTITY_PROVIDER_NOT_FOUND."),
        (status = 409, body = Problem, description = "DOMAIN_HAS_PROVIDER."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "DOMAIN_NOT_VERIFIED, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<IdentityProviderId>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeIdentityProvider>,
) -> Outcome<IdentityProviderView> {
    let table = app.tenant_table(&caller)?;
    let before = store::provider(&table, id).await?;
    before.at(version)?;
    let after = before.changed(ProviderChange {
        name: input.name,
        client_id: input.client_id,
        domains: input.domains.map(distinct),
        redirect_uris: input.redirect_uris,
        enabled: input.enabled,
        trusts: None,
    });
    let registrar = Registrar::Club(table);
    registrar.change(&app, &caller, (&before, &after), input.client_secret).await?;
    let version = after.version;
    Ok(Reply::ok(IdentityProviderView::from(after)).etag(version))
}
