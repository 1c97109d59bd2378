//! The application: every edge of one process, each built on first use.

use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use axum::extract::FromRef;
use cloud::{Mail, Queue, Secrets, Storage, Topic, Workflows};
use kernel::{Clock, ClubId, Error, Result};
use serde::de::DeserializeOwned;
use table::{Engine, Table, TenantTable, Usage};
use web::{Caller, Edge, EdgeKeysDocument};

use crate::Config;

const CONNECT_LIMIT: Duration = Duration::from_secs(1);
const ATTEMPT_LIMIT: Duration = Duration::from_secs(3);
/// A provider that takes longer has an unknown outcome.
const PROVIDER_LIMIT: Duration = Duration::from_secs(4);

/// Everything that handlers use. Clones share it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: Config,
    clock: Clock,
    credentials: SharedCredentialsProvider,
    sdk: OnceLock<SdkConfig>,
    table: OnceLock<Table>,
    secrets: OnceLock<Secrets>,
    storage: OnceLock<Storage>,
    mail: OnceLock<Mail>,
    queue: OnceLock<Queue>,
    topic: OnceLock<Topic>,
    workflows: OnceLock<Workflows>,
    http: OnceLock<reqwest::Client>,
    edge: OnceLock<Edge>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl App {
    /// Of this process: its environment, the system's clock, the function's role.
    pub fn from_env() -> Self {
        let role = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
        Self::new(Config::from_env(), Clock::system(), role)
    }

    /// With everything given.
    pub fn new(config: Config, clock: Clock, credentials: SharedCredentialsProvider) -> Self {
        Self(Arc::new(Inner {
            config,
            clock,
            credentials,
            sdk: OnceLock::new(),
            table: OnceLock::new(),
            secrets: OnceLock::new(),
            storage: OnceLock::new(),
            mail: OnceLock::new(),
            queue: OnceLock::new(),
            topic: OnceLock::new(),
            workflows: OnceLock::new(),
            http: OnceLock::new(),
            edge: OnceLock::new(),
        }))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    fn sdk(&self) -> &SdkConfig {
        self.0.sdk()
    }

    /// The table.
    pub fn table(&self) -> &Table {
        self.0.table()
    }

    /// The data of the caller's club.
    pub fn tenant_table(&self, caller: &Caller) -> Result<TenantTable> {
        Ok(self.table().tenant(caller.tenant()?))
    }

    /// Secrets Manager.
    pub fn secrets(&self) -> &Secrets {
        self.0.secrets.get_or_init(|| Secrets::new(self.sdk()))
    }

    /// The document behind `TOKEN_SIGNING_KEY_SECRET_ID`, at most five minutes old: `unavailable`,
    /// `KEYS_MISSING`, where there is none yet.
    pub async fn signing_key<K: DeserializeOwned>(&self) -> Result<K> {
        let key = self.secrets().get_cached(self.config().token_signing_key_secret_id()?).await?;
        key.ok_or_else(keys_missing)
    }

    /// The document behind `FACTOR_KEY_SECRET_ID`, at most five minutes old: `unavailable`, `KEYS_MISSING`,
    /// where there is none.
    pub async fn factor_key<K: DeserializeOwned>(&self) -> Result<K> {
        let key = self.secrets().get_cached(self.config().factor_key_secret_id()?).await?;
        key.ok_or_else(keys_missing)
    }

    /// A club's secret for the provider of this name, at most five minutes old; `None` where there is none.
    pub async fn provider_secret<S>(&self, club: ClubId, name: &str) -> Result<Option<S>>
    where
        S: DeserializeOwned,
    {
        self.secrets().get_cached(&self.config().provider_secret_id(club, name)?).await
    }

    /// The bucket of photos and exports.
    pub fn storage(&self) -> Result<&Storage> {
        let bucket = self.0.config.files_bucket()?;
        Ok(self.0.storage.get_or_init(|| Storage::new(self.sdk(), bucket)))
    }

    /// E-mail.
    pub fn mail(&self) -> Result<&Mail> {
        let from = self.0.config.mail_from()?;
        Ok(self.0.mail.get_or_init(|| Mail::new(self.sdk(), from)))
    }

    /// Queues.
    pub fn queue(&self) -> &Queue {
        self.0.queue.get_or_init(|| Queue::new(self.sdk()))
    }

    /// The events topic.
    pub fn topic(&self) -> &Topic {
        self.0.topic.get_or_init(|| Topic::new(self.sdk()))
    }

    /// Workflows.
    pub fn workflows(&self) -> &Workflows {
        self.0.workflows.get_or_init(|| Workflows::new(self.sdk()))
    }

    /// The HTTP client for providers: TLS, no redirects, every call bounded.
    pub fn http(&self) -> Result<&reqwest::Client> {
        if let Some(client) = self.0.http.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(PROVIDER_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|cause| Error::internal("no HTTP client").with_source(cause))?;
        Ok(self.0.http.get_or_init(|| client))
    }

    /// The HTTP edge's state.
    pub fn edge(&self) -> &Edge {
        self.0.edge.get_or_init(|| {
            let issuer = self.0.config.public_base_url().unwrap_or_default().to_owned();
            // The edge is kept inside the application, so it must not keep it alive.
            let (for_keys, for_table) = (Arc::downgrade(&self.0), Arc::downgrade(&self.0));
            Edge::new(
                self.0.clock.clone(),
                issuer,
                move || Box::pin(load_keys(for_keys.clone())),
                move || {
                    let inner = for_table
                        .upgrade()
                        .unwrap_or_else(|| unreachable!("the application serves a request"));
                    inner.table().clone()
                },
            )
        })
    }

    /// What the table cost since the process started; nothing where it was not used.
    pub(crate) fn usage(&self) -> Usage {
        self.0.table.get().map(|table| table.meter().usage()).unwrap_or_default()
    }
}

impl Inner {
    fn sdk(&self) -> &SdkConfig {
        self.sdk.get_or_init(|| sdk_config(self))
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let mut sdk = self.sdk().clone().into_builder();
            sdk.set_endpoint_url(self.config.dynamodb_endpoint_url().map(str::to_owned));
            Table::new(Engine::new(&sdk.build(), self.config.table_name().unwrap_or_default()))
        })
    }
}

/// Built by hand: loading the default chain would link, and ask, providers that no function has. All
/// services share one HTTP client, and so one reading of the machine's certificates.
fn sdk_config(inner: &Inner) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_LIMIT)
        .operation_attempt_timeout(ATTEMPT_LIMIT)
        .build();
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(inner.config.region().to_owned()))
        .credentials_provider(inner.credentials.clone())
        .http_client(http)
        .timeout_config(timeouts);
    builder.set_endpoint_url(inner.config.endpoint_url().map(str::to_owned));
    builder.build()
}

async fn load_keys(inner: Weak<Inner>) -> Result<EdgeKeysDocument> {
    let inner = inner.upgrade().ok_or_else(|| Error::internal("the application is gone"))?;
    let app = App(inner);
    let id = app.config().edge_keys_secret_id()?;
    app.secrets().get(id).await?.ok_or_else(keys_missing)
}

fn keys_missing() -> Error {
    Error::unavailable("KEYS_MISSING", "the platform has no keys yet")
}

impl FromRef<App> for Edge {
    fn from_ref(app: &App) -> Self {
        app.edge().clone()
    }
}
