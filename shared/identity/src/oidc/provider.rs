//! Identity providers: a club's own, and the platform's.

use std::fmt;

use kernel::{
    Error, IdentityProviderId, Method, Result, TextError, jiff::Timestamp, same_version, text_value,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Issuer, Person, PlatformWide, ProviderRef, RedirectUri, Trust};
use crate::MailDomain;

/// What a provider is called on sign-in pages: 1 to 60 characters, no control characters.
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

/// A provider that people may sign in with: a club's, or everybody's. Its client secret is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// The id.
    pub id: IdentityProviderId,
    /// On sign-in pages.
    pub name: ProviderName,
    /// Who it is, for good: people's identities are its.
    pub issuer: Issuer,
    /// Who the club, or the platform, is to it.
    pub client_id: String,
    /// The club's verified domains whose people it signs in; none of the platform's.
    pub domains: Vec<MailDomain>,
    /// Where it may send people back to; the first unless another is asked for.
    pub redirect_uris: Vec<RedirectUri>,
    /// Whether it can be signed in with.
    pub enabled: bool,
    /// Of one of the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformWide>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

/// What changes of a provider; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ProviderChange {
    /// On sign-in pages.
    pub name: Option<ProviderName>,
    /// Who the club, or the platform, is to it.
    pub client_id: Option<String>,
    /// Whose people it signs in.
    pub domains: Option<Vec<MailDomain>>,
    /// Where it may send people back to.
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// Whether it can be signed in with.
    pub enabled: Option<bool>,
    /// How far one of the platform is believed.
    pub trusts: Option<Trust>,
}

impl IdentityProvider {
    /// The provider with the change, as its next version.
    #[must_use]
    pub fn changed(&self, change: ProviderChange) -> Self {
        let platform = self.platform.clone().map(|before| PlatformWide {
            trusts: change.trusts.unwrap_or(before.trusts),
            key: before.key,
        });
        Self {
            name: change.name.unwrap_or_else(|| self.name.clone()),
            client_id: change.client_id.unwrap_or_else(|| self.client_id.clone()),
            domains: change.domains.unwrap_or_else(|| self.domains.clone()),
            redirect_uris: change.redirect_uris.unwrap_or_else(|| self.redirect_uris.clone()),
            enabled: change.enabled.unwrap_or(self.enabled),
            platform,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// By what it is meant.
    pub fn reference(&self) -> ProviderRef {
        match &self.platform {
            None => ProviderRef::Club(self.id),
            Some(platform) => ProviderRef::Platform(platform.key.clone()),
        }
    }

    /// What its word is to a session.
    pub fn method(&self) -> Method {
        if self.platform.is_some() { Method::Soc } else { Method::Fed }
    }

    /// Whether it is believed that the person reads the mail of their address. `is_club_s` says that the
    /// address's domain is proved to be the club's that they come to.
    ///
    /// A club's provider is believed about the club's own domains alone, because any club can register one that
    /// says anything; the platform's as far as its operators say.
    pub fn is_believed(&self, person: &Person, is_club_s: bool) -> bool {
        let Some(email) = person.email.as_ref().filter(|_| person.email_verified == Some(true))
        else {
            return false;
        };
        match &self.platform {
            None => is_club_s,
            Some(platform) => platform.trusts.covers(email, person.names_host),
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

/// The secret `oidc/<provider>`, of the club or of the platform.
#[derive(Clone, Serialize, Deserialize)]
pub struct ClientSecret {
    /// What proves to the provider that it is the club, or the platform.
    pub client_secret: String,
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// What the secret with the [`ClientSecret`] of a provider is called. Another registration under the same key has
/// another id, so none overwrites the other's.
pub fn secret_name(provider: IdentityProviderId) -> String {
    format!("oidc/{provider}")
}
