//! What registering providers is, for a club as for the platform: who keeps them, their secrets, and the log.

use audit::{Entry, Log};
use identity::{ClientSecret, IdentityProvider, client_secret_name, store};
use kernel::{Error, PageLimit, PageRequest, Result};
use runtime::App;
use table::{PlatformTable, TenantTable};
use web::Caller;

/// The most providers that each has.
const PROVIDERS_LIMIT: usize = 10;
/// The longest client id and client secret taken.
pub(crate) const CREDENTIAL_LIMIT: usize = 1_000;
/// The most domains and redirect addresses a provider has: they are written in one transaction.
pub(crate) const ENTRIES_LIMIT: usize = 20;

/// Who registers providers.
pub(crate) enum Registrar {
    Club(TenantTable),
    Platform(PlatformTable),
}

impl Registrar {
    /// The club of the caller's token.
    pub(crate) fn club(app: &App, caller: &Caller) -> Result<Self> {
        app.tenant_table(caller).map(Self::Club)
    }

    pub(crate) fn platform(app: &App) -> Self {
        Self::Platform(app.table().platform())
    }

    /// Who keeps this provider, to whose sign-in page somebody comes of the club.
    pub(crate) fn of(app: &App, club: &TenantTable, provider: &IdentityProvider) -> Self {
        match provider.platform {
            None => Self::Club(club.clone()),
            Some(_) => Self::platform(app),
        }
    }

    /// The secret of the provider's client.
    pub(crate) fn secret_id(&self, app: &App, provider: &IdentityProvider) -> Result<String> {
        let name = client_secret_name(provider.id);
        match self {
            Self::Club(table) => app.config().provider_secret_id(table.tenant().club(), name),
            Self::Platform(_) => app.config().platform_secret_id(name),
        }
    }

    fn log(&self) -> Log {
        match self {
            Self::Club(table) => Log::Club(table.clone()),
            Self::Platform(table) => Log::Platform(table.clone()),
        }
    }

    /// The secret first: a provider without one could not be used, a secret without a provider is only waste,
    /// which goes where the provider is refused.
    pub(crate) async fn create(
        &self,
        app: &App,
        caller: &Caller,
        provider: &IdentityProvider,
        client_secret: String,
    ) -> Result<()> {
        self.has_room().await?;
        let name = self.secret_id(app, provider)?;
        let writes = match self {
            Self::Club(table) => store::create_provider(&app.table().platform(), table, provider)?,
            Self::Platform(table) => store::create_platform_provider(table, provider)?,
        };
        app.secrets().put(&name, &ClientSecret { client_secret }).await?;
        let told = Entry::new(caller.origin(), "identity_provider.created", provider.reference());
        let told = told.making(provider)?;
        let kept = self.log().commit(&told, app.clock().now(), || Ok(writes.clone())).await;
        if kept.is_err() {
            // What the caller hears is why the provider was refused.
            app.secrets().delete(&name).await.ok();
        }
        kept.map(drop)
    }

    /// The secret after the record, so that whoever is refused there changes no secret.
    pub(crate) async fn change(
        &self,
        app: &App,
        caller: &Caller,
        (before, after): (&IdentityProvider, &IdentityProvider),
        client_secret: Option<String>,
    ) -> Result<()> {
        let writes = match self {
            Self::Club(table) => {
                store::change_provider(&app.table().platform(), table, before, after)?
            }
            Self::Platform(table) => store::change_platform_provider(table, before, after)?,
        };
        let told = Entry::new(caller.origin(), "identity_provider.changed", after.reference());
        let told = told.changing(before, after)?;
        self.log().commit(&told, app.clock().now(), || Ok(writes.clone())).await?;
        if let Some(client_secret) = client_secret {
            let name = self.secret_id(app, after)?;
            app.secrets().put(&name, &ClientSecret { client_secret }).await?;
        }
        Ok(())
    }

    pub(crate) async fn remove(
        &self,
        app: &App,
        caller: &Caller,
        provider: &IdentityProvider,
    ) -> Result<()> {
        let writes = match self {
            Self::Club(table) => store::remove_provider(&app.table().platform(), table, provider),
            Self::Platform(table) => store::remove_platform_provider(table, provider)?,
        };
        let told = Entry::new(caller.origin(), "identity_provider.removed", provider.reference());
        let told = told.removing(provider)?;
        self.log().commit(&told, app.clock().now(), || Ok(writes.clone())).await?;
        app.secrets().delete(&self.secret_id(app, provider)?).await
    }

    async fn has_room(&self) -> Result<()> {
        let all = PageRequest { limit: PageLimit::default(), after: None };
        let page = match self {
            Self::Club(table) => store::providers(table, all).await?,
            Self::Platform(table) => store::platform_providers(table, all).await?,
        };
        if page.items.len() < PROVIDERS_LIMIT {
            return Ok(());
        }
        let message =
            format!("{PROVIDERS_LIMIT} identity providers are the most; remove one first");
        Err(Error::conflict("PROVIDERS_LIMIT_REACHED", message))
    }
}
