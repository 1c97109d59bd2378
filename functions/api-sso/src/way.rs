//! The way to a provider and back, the same for signing in and for linking.

use futures::future::try_join;
use garde::Validate;
use identity::{
    Account, ClientSecret, Connection, Credential, Departure, IdentityProvider, MailDomain, Person,
    ProviderRef, Purpose, Reach, RedirectUri, store,
};
use kernel::{ClubId, Email, Error, PageLimit, PageRequest, Result, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::TenantTable;
use utoipa::ToSchema;
use web::Caller;

use crate::registrar::Registrar;

/// Where to go, and what to bring back.
#[derive(Serialize, ToSchema)]
pub(crate) struct SsoStarted {
    /// Open it in the browser.
    authorization_url: String,
    /// Seconds until the way back is closed.
    expires_in: i64,
    /// Comes back in the redirect; take no answer with another one.
    state: String,
    /// Keep it in this browser or app, and send it with the code.
    browser_key: String,
}

/// What came back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SsoReturn {
    /// Of the redirect.
    #[garde(length(max = 100))]
    pub(crate) state: String,
    /// Of the redirect.
    #[garde(length(min = 1, max = 4096))]
    pub(crate) code: String,
    /// Of the start.
    #[garde(length(max = 100))]
    pub(crate) browser_key: String,
    /// Of the redirect, where it has one (RFC 9207).
    #[garde(length(max = 500))]
    pub(crate) iss: Option<String>,
}

/// Which provider is meant: by itself, or by the address of who wants to sign in.
pub(crate) struct Wanted<'a> {
    pub(crate) provider: Option<&'a ProviderRef>,
    pub(crate) email: Option<&'a Email>,
    pub(crate) redirect_uri: Option<&'a RedirectUri>,
}

/// The provider that is meant and that lets people of the club in: else `not_found`,
/// `IDENTITY_PROVIDER_NOT_FOUND`.
async fn wanted_provider(
    app: &App,
    table: &TenantTable,
    wanted: &Wanted<'_>,
) -> Result<IdentityProvider> {
    match (wanted.provider, wanted.email) {
        (Some(provider), _) => open_provider(app, table, provider).await,
        (None, Some(email)) => provider_of(app, table, email).await,
        (None, None) => {
            let message = "say which provider: with provider_id, or with email";
            Err(Error::invalid("SSO_PROVIDER_UNCLEAR", message))
        }
    }
}

/// The club's provider of the address's domain, or else the platform's that receives its mail.
async fn provider_of(app: &App, table: &TenantTable, email: &Email) -> Result<IdentityProvider> {
    let owner = store::domain_owner(&app.table().platform(), &MailDomain::of(email)).await?;
    let owner = owner.filter(|owner| owner.club_id == table.tenant().club());
    if let Some(provider) = owner.and_then(|owner| owner.provider_id) {
        return open_provider(app, table, &ProviderRef::Club(provider)).await;
    }
    let names_it = |provider: &IdentityProvider| {
        provider.platform.as_ref().is_some_and(|platform| platform.trusts.names(email))
    };
    let mut open = open_platform_providers(app, table).await?.into_iter();
    open.find(names_it).ok_or_else(store::provider_not_found)
}

/// The platform's providers that let people of the club in.
pub(crate) async fn open_platform_providers(
    app: &App,
    table: &TenantTable,
) -> Result<Vec<IdentityProvider>> {
    let (platform, all) =
        (app.table().platform(), PageRequest { limit: PageLimit::default(), after: None });
    let (policy, providers) =
        Box::pin(try_join(store::sign_in_policy(table), store::platform_providers(&platform, all)))
            .await?;
    let mut open = providers.items;
    open.retain(|provider| provider.enabled && policy.platform_providers);
    Ok(open)
}

async fn open_provider(
    app: &App,
    table: &TenantTable,
    provider: &ProviderRef,
) -> Result<IdentityProvider> {
    let (provider, lets_in) = match provider {
        ProviderRef::Club(id) => (store::provider(table, *id).await?, true),
        ProviderRef::Platform(key) => {
            let platform = app.table().platform();
            let (provider, policy) = Box::pin(try_join(
                store::platform_provider(&platform, key),
                store::sign_in_policy(table),
            ))
            .await?;
            (provider, policy.platform_providers)
        }
    };
    Some(provider).filter(|it| it.enabled && lets_in).ok_or_else(store::provider_not_found)
}

fn connection<'a>(
    app: &'a App,
    club: ClubId,
    provider: &'a IdentityProvider,
    now: Timestamp,
) -> Result<Connection<'a>> {
    let reach = Reach::of_stage(app.config().stage()?);
    Ok(Connection::new(app.http()?, reach, club, provider, now))
}

/// Sends somebody away. Nothing is kept where the provider does not answer.
pub(crate) async fn leave(
    app: &App,
    table: &TenantTable,
    wanted: &Wanted<'_>,
    purpose: Purpose,
    device: Option<identity::DeviceName>,
) -> Result<SsoStarted> {
    let (club, now) = (table.tenant().club(), app.clock().now());
    let provider = wanted_provider(app, table, wanted).await?;
    let redirect_uri = provider.redirect_uri(wanted.redirect_uri)?;
    let (departure, tickets) = Departure::new(club, &provider, redirect_uri, purpose, device, now)?;
    let connection = connection(app, club, &provider, now)?;
    let authorization_url =
        connection.authorization_url(&departure, &tickets.state, wanted.email).await?;
    table.write(vec![store::depart(&app.table().platform(), &tickets.state, &departure)?]).await?;
    Ok(SsoStarted {
        authorization_url,
        expires_in: departure.expires_in(now),
        state: tickets.state,
        browser_key: tickets.browser_key,
    })
}

/// The departure that somebody comes back from, which is over with that. Another browser does not end it.
pub(crate) async fn come_back(
    app: &App,
    input: &SsoReturn,
    is_meant: impl Fn(&Purpose) -> bool,
) -> Result<Departure> {
    let platform = app.table().platform();
    let departure = store::departure(&platform, &input.state).await?;
    if !is_meant(&departure.purpose) {
        return Err(store::unknown_state());
    }
    if !departure.is_by(&input.browser_key) {
        return Err(Error::forbidden(
            "SSO_WRONG_BROWSER",
            "this sign-in was started in another browser or app; start again in this one",
        ));
    }
    store::redeem(&platform, &input.state).await?;
    if departure.is_over(app.clock().now()) {
        let message = "this sign-in took longer than ten minutes; start again";
        return Err(Error::unauthenticated("SSO_STATE_EXPIRED", message));
    }
    Ok(departure)
}

/// Whom the provider says they are, and the provider as it is now.
pub(crate) async fn identify(
    app: &App,
    table: &TenantTable,
    departure: &Departure,
    input: SsoReturn,
) -> Result<(Person, IdentityProvider)> {
    let provider = open_provider(app, table, &departure.provider_id).await?;
    if provider.issuer != departure.issuer {
        return Err(store::provider_not_found());
    }
    // As it is now, not as it was five minutes ago: a club that corrects its secret tries at once.
    let id = Registrar::of(app, table, &provider).secret_id(app, &provider)?;
    let secret: Option<ClientSecret> = app.secrets().get(&id).await?;
    let secret = secret.ok_or_else(|| Error::internal("a provider has no client secret"))?;
    let connection = connection(app, table.tenant().club(), &provider, app.clock().now())?;
    let person = connection.person(departure, input.code, input.iss.as_deref(), &secret).await?;
    Ok((person, provider))
}

/// Who calls, and what they sign in with.
pub(crate) async fn own_account(app: &App, caller: &Caller) -> Result<(Account, Credential)> {
    let platform = app.table().platform();
    let found = store::account_with_credential(&platform, caller.account()).await?;
    found.ok_or_else(|| Error::internal("a caller has no account"))
}
