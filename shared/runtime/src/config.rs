//! Configuration: environment variables, read once.

use std::{collections::HashMap, fmt::Display, time::Duration};

use kernel::{ClubId, Error, Result};

/// The configuration of one function. A function is given only the variables that it needs; asking for
/// another is a defect that names the variable.
#[derive(Debug, Clone, Default)]
pub struct Config(HashMap<&'static str, String>);

macro_rules! variables {
    ($($(#[$doc:meta])* $method:ident = $variable:literal;)*) => {
        impl Config {
            const VARIABLES: &'static [&'static str] = &[$($variable,)*
                "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "HOLD_SECONDS",
                "WEBHOOK_TOLERANCE_SECONDS", "LOG_LEVEL", "MERCADOPAGO_BASE_URL", "DNS_OVER_HTTPS_URL",
                "PASSWORD_MEMORY_KIB", "PASSWORD_PASSES"];

            $($(#[$doc])* pub fn $method(&self) -> Result<&str> { self.required($variable) })*
        }
    };
}

variables! {
    /// The one table.
    table_name = "TABLE_NAME";
    /// The topic that events are published to.
    events_topic_arn = "EVENTS_TOPIC_ARN";
    /// The FIFO queue of payment webhooks.
    payment_webhooks_queue_url = "PAYMENT_WEBHOOKS_QUEUE_URL";
    /// The queue whose messages are delayed until a hold ends.
    hold_expiry_queue_url = "HOLD_EXPIRY_QUEUE_URL";
    /// The secret that signs access tokens.
    token_signing_key_secret_id = "TOKEN_SIGNING_KEY_SECRET_ID";
    /// The secret with the public keys and the cursor key.
    edge_keys_secret_id = "EDGE_KEYS_SECRET_ID";
    /// What the ids of clubs' provider secrets begin with; see [`Config::provider_secret_id`].
    provider_secret_prefix = "PROVIDER_SECRET_PREFIX";
    /// The queue of mails that carry one-time tokens: resets, verifications.
    account_mail_queue_url = "ACCOUNT_MAIL_QUEUE_URL";
    /// The secret that second factors are encrypted with.
    factor_key_secret_id = "FACTOR_KEY_SECRET_ID";
    /// The bucket of photos and exports.
    files_bucket = "FILES_BUCKET";
    /// The workflow that closes courts.
    closing_state_machine_arn = "CLOSING_STATE_MACHINE_ARN";
    /// The workflow that exports a person's data.
    export_state_machine_arn = "EXPORT_STATE_MACHINE_ARN";
    /// The onboarding workflow.
    onboarding_state_machine_arn = "ONBOARDING_STATE_MACHINE_ARN";
    /// Where the API is reached from outside, without a slash at the end.
    public_base_url = "PUBLIC_BASE_URL";
    /// The sender of e-mail.
    mail_from = "MAIL_FROM";
    /// `dev`, `staging`, `prod`.
    stage = "STAGE";
}

const DEFAULT_HOLD: Duration = Duration::from_mins(10);
const DEFAULT_WEBHOOK_TOLERANCE: Duration = Duration::from_mins(5);
const DNS_OVER_HTTPS: &str = "https://cloudflare-dns.com/dns-query";
const MERCADOPAGO: &str = "https://api.mercadopago.com";

impl Config {
    /// Of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn from_env() -> Self {
        Self::from_lookup(|variable| std::env::var(variable).ok())
    }

    /// Of any source of variables; empty ones count as missing.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let known = Self::VARIABLES.iter();
        Self(
            known
                .filter_map(|name| Some((*name, lookup(name).filter(|v| !v.is_empty())?)))
                .collect(),
        )
    }

    fn optional(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }

    fn required(&self, variable: &'static str) -> Result<&str> {
        self.optional(variable)
            .ok_or_else(|| Error::internal(format!("{variable} is not configured")))
    }

    fn seconds(&self, variable: &'static str, default: Duration) -> Duration {
        self.optional(variable)
            .and_then(|text| text.parse().ok())
            .map_or(default, Duration::from_secs)
    }

    /// The id of a club's secret for a provider, `<prefix><club>/<name>`.
    pub fn provider_secret_id(&self, club: ClubId, name: impl Display) -> Result<String> {
        Ok(format!("{}{club}/{name}", self.provider_secret_prefix()?))
    }

    /// The id of the platform's own secret for a provider, beside the clubs': `<prefix>platform/<name>`.
    pub fn platform_secret_id(&self, name: impl Display) -> Result<String> {
        Ok(format!("{}platform/{name}", self.provider_secret_prefix()?))
    }

    /// The AWS region.
    pub fn region(&self) -> &str {
        self.optional("AWS_REGION").unwrap_or("us-east-1")
    }

    /// Another address for all AWS services: the local platform's.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.optional("AWS_ENDPOINT_URL")
    }

    /// Another address for DynamoDB alone: the embedded one's.
    pub fn dynamodb_endpoint_url(&self) -> Option<&str> {
        self.optional("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| self.endpoint_url())
    }

    /// How long a slot is held for payment; 10 minutes.
    pub fn hold(&self) -> Duration {
        self.seconds("HOLD_SECONDS", DEFAULT_HOLD)
    }

    /// How old a webhook's signature may be; 5 minutes.
    pub fn webhook_tolerance(&self) -> Duration {
        self.seconds("WEBHOOK_TOLERANCE_SECONDS", DEFAULT_WEBHOOK_TOLERANCE)
    }

    /// The address of MercadoPago's API.
    pub fn mercadopago_base_url(&self) -> &str {
        self.optional("MERCADOPAGO_BASE_URL").unwrap_or(MERCADOPAGO)
    }

    /// Where TXT records are looked up (DNS in JSON over HTTPS).
    pub fn dns_over_https_url(&self) -> &str {
        self.optional("DNS_OVER_HTTPS_URL").unwrap_or(DNS_OVER_HTTPS)
    }

    /// Memory of a password's hash in KiB and its passes, where the deployment chooses its own.
    pub fn password_cost(&self) -> Option<(u32, u32)> {
        let number = |variable| self.optional(variable)?.parse().ok();
        Some((number("PASSWORD_MEMORY_KIB")?, number("PASSWORD_PASSES")?))
    }

    /// `debug`, `info`, `warn`, `error`.
    pub fn log_level(&self) -> &str {
        self.optional("LOG_LEVEL").unwrap_or("info")
    }
}
