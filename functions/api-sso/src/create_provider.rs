//! `POST /v1/identity-providers`.

use std::collections::BTreeSet;

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{
    ClientSecret, IdentityProvider, Issuer, MailDomain, ProviderName, Reach, RedirectUri,
    client_secret_name, store,
};
use kernel::{ClubId, Error, IdentityProviderId, PageLimit, PageRequest, Result};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::read_provider::IdentityProviderView;

/// The most providers a club has.
const PROVIDERS_LIMIT: usize = 10;
/// The longest client id and client secret taken.
pub(crate) const CREDENTIAL_LIMIT: usize = 1_000;
/// The most domains and redirect addresses a provider has: they are written in one transaction.
pub(crate) const ENTRIES_LIMIT: usize = 20;

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
    let table = app.tenant_table(&caller)?;
    let reach = Reach::of_stage(app.config().stage()?);
    let provider = IdentityProvider {
        id: IdentityProviderId::new(),
        name: input.name,
        issuer: Issuer::parse(&input.issuer, reach)?,
        client_id: input.client_id,
        domains: distinct(input.domains),
        redirect_uris: input.redirect_uris,
        enabled: input.enabled.unwrap_or(true),
        created_at: app.clock().now(),
        version: 1,
    };
    has_room(&table).await?;
    let secret = ClientSecret { client_secret: input.client_secret };
    keep(&app, &caller, &table, caller.club()?, &provider, &secret).await?;
    let location = format!("/v1/identity-providers/{}", provider.id);
    Ok(Reply::created(location, IdentityProviderView::from(provider)).etag(1))
}

/// The secret first: a provider without one could not be used, a secret without a provider is only waste,
/// which goes where the provider is refused.
async fn keep(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    club: ClubId,
    provider: &IdentityProvider,
    secret: &ClientSecret,
) -> Result<()> {
    let name = app.config().provider_secret_id(club, client_secret_name(provider.id))?;
    let writes = store::create_provider(&app.table().platform(), table, provider)?;
    app.secrets().put(&name, secret).await?;
    let told =
        Entry::new(caller.origin(), "identity_provider.created", provider.id).making(provider)?;
    let kept = audit::write(table, told, app.clock().now(), writes).await.map(drop);
    if kept.is_err() {
        // What the caller hears is why the provider was refused.
        app.secrets().delete(&name).await.ok();
    }
    kept
}

async fn has_room(table: &TenantTable) -> Result<()> {
    let all = PageRequest { limit: PageLimit::default(), after: None };
    if store::providers(table, all).await?.items.len() < PROVIDERS_LIMIT {
        return Ok(());
    }
    let message = format!("a club has at most {PROVIDERS_LIMIT} identity providers");
    Err(Error::conflict("PROVIDERS_LIMIT_REACHED", message))
}

/// A transaction takes no item twice.
pub(crate) fn distinct(domains: Vec<MailDomain>) -> Vec<MailDomain> {
    domains.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}
