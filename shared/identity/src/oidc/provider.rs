//! A club's identity providers.

use std::fmt;

use kernel::{
    Error, IdentityProviderId, Result, TextError, jiff::Timestamp, same_version, text_value,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Issuer, RedirectUri};
use crate::MailDomain;

/// What a club calls its provider, on its sign-in page: 1 to 60 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 60)]
pub struct ProviderName(String);

text_value! { ProviderName(parse); }

fn parse(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 60 characters and no control characters"))
}

/// A provider that a club's people may sign in with. Its client secret is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// The id.
    pub id: IdentityProviderId,
    /// What the club calls it.
    pub name: ProviderName,
    /// Who it is, for good: people's identities are its.
    pub issuer: Issuer,
    /// Who the club is to it.
    pub client_id: String,
    /// The club's verified domains whose people it signs in.
    pub domains: Vec<MailDomain>,
    /// Where it may send people back to; the first unless another is asked for.
    pub redirect_uris: Vec<RedirectUri>,
    /// Whether it can be signed in with.
    pub enabled: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

/// What a club changes of a provider; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ProviderChange {
    /// What the club calls it.
    pub name: Option<ProviderName>,
    /// Who the club is to it.
    pub client_id: Option<String>,
    /// Whose people it signs in.
    pub domains: Option<Vec<MailDomain>>,
    /// Where it may send people back to.
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// Whether it can be signed in with.
    pub enabled: Option<bool>,
}

impl IdentityProvider {
    /// The provider with the change, as its next version.
    #[must_use]
    pub fn changed(&self, change: ProviderChange) -> Self {
        Self {
            name: change.name.unwrap_or_else(|| self.name.clone()),
            client_id: change.client_id.unwrap_or_else(|| self.client_id.clone()),
            domains: change.domains.unwrap_or_else(|| self.domains.clone()),
            redirect_uris: change.redirect_uris.unwrap_or_else(|| self.redirect_uris.clone()),
            enabled: change.enabled.unwrap_or(self.enabled),
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Whether the caller's version is this one: else `stale`, `STALE_VERSION`.
    pub fn at(&self, version: Option<u64>) -> Result<()> {
        same_version(version, self.version, "this provider")
    }

    /// Where people come back to: `invalid`, `REDIRECT_URI_UNKNOWN`, where it is not registered.
    pub fn redirect_uri(&self, wanted: Option<&RedirectUri>) -> Result<&RedirectUri> {
        let found = match wanted {
            None => self.redirect_uris.first(),
            Some(wanted) => self.redirect_uris.iter().find(|it| *it == wanted),
        };
        found.ok_or_else(|| {
            let message = "this address is not one of the provider's redirect_uris";
            Error::invalid("REDIRECT_URI_UNKNOWN", message)
        })
    }
}

/// The club's secret `oidc/<provider>`.
#[derive(Clone, Serialize, Deserialize)]
pub struct ClientSecret {
    /// What proves to the provider that it is the club.
    pub client_secret: String,
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// What the club's secret with the [`ClientSecret`] of a provider is called.
pub fn secret_name(provider: IdentityProviderId) -> String {
    format!("oidc/{provider}")
}
