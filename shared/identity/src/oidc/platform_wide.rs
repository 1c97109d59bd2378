//! Providers that the platform's operators register, such as Google: people of all clubs sign in with them.

use std::{collections::BTreeSet, fmt, str::FromStr};

use kernel::{Email, IdentityProviderId, Result, TextError, kept_as_text, text_value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::MailDomain;

/// What a provider of the platform is called for good, in addresses and by apps: 2 to 30 of a-z, 0-9 and -, a
/// letter first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 2, max_length = 30, pattern = "^[a-z][a-z0-9-]{1,29}$")]
pub struct ProviderKey(String);

text_value! { ProviderKey(parse); }

fn parse(text: &str) -> Result<String, TextError> {
    let fits = (2..=30).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    fits.then(|| text.to_owned())
        .ok_or(TextError("must be 2 to 30 of a-z, 0-9 and -, a letter first"))
}

/// Which provider is meant: a club's by its id, the platform's by its key. No text is both: an id has a `_`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ProviderRef {
    /// One of the club.
    Club(IdentityProviderId),
    /// One of the platform.
    Platform(ProviderKey),
}

impl FromStr for ProviderRef {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Club(id));
        }
        text.parse().map(Self::Platform).map_err(|_| TextError("must be the id of a provider"))
    }
}

impl fmt::Display for ProviderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Club(id) => id.fmt(f),
            Self::Platform(key) => key.fmt(f),
        }
    }
}

kept_as_text! { ProviderRef; }

/// What a provider of the platform has that a club's has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformWide {
    /// What it is called, for good.
    pub key: ProviderKey,
    /// How far it is believed.
    pub trusts: Trust,
}

/// Whose addresses a provider of the platform is believed about. It is believed about none that it does not say
/// it has verified.
///
/// Google verifies an address when an account is made with it, and knows nothing of what becomes of it later,
/// unless it receives the address's mail itself: <https://developers.google.com/identity/gsi/web/guides/verify-google-id-token>
/// calls it authoritative for `@gmail.com`, and where `hd` names the organisation whose mail it hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trust {
    /// All addresses: the provider asks the owner of each again and again.
    VerifiedEmail,
    /// Addresses whose mail it receives itself.
    AuthoritativeDomains {
        /// Its own domains, such as `gmail.com`.
        #[schema(value_type = Vec<String>, max_items = 20)]
        domains: BTreeSet<MailDomain>,
        /// Whether an ID token with an `hd` says that the address's domain is hosted there, as Google's do.
        #[serde(default)]
        hosted: bool,
    },
}

impl Trust {
    /// Whether it covers an address that the provider has verified. `names_host` says that the token has an `hd`.
    pub fn covers(&self, email: &Email, names_host: bool) -> bool {
        let domain = MailDomain::of(email);
        match self {
            Self::VerifiedEmail => true,
            Self::AuthoritativeDomains { domains, hosted } => {
                // Nobody but its owner hosts a domain in which anybody gets an address.
                domains.contains(&domain) || (*hosted && names_host && !domain.is_public())
            }
        }
    }

    /// Whether it is known beforehand that the provider receives this address's mail.
    pub fn names(&self, email: &Email) -> bool {
        self.covers(email, false) && *self != Self::VerifiedEmail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn google() -> Trust {
        let domains = ["gmail.com".parse().unwrap()].into();
        Trust::AuthoritativeDomains { domains, hosted: true }
    }

    fn covers(trust: &Trust, email: &str, names_host: bool) -> bool {
        trust.covers(&email.parse().unwrap(), names_host)
    }

    #[test]
    fn google_is_believed_about_mail_that_it_receives_itself() {
        assert!(covers(&google(), "ana@gmail.com", false));
        assert!(covers(&google(), "ana@club.example.org", true));
        for foreign in [
            "ana@club.example.org",
            "ana@outlook.com",
            "ana@mail.gmail.com",
            "ana@gmail.com.example.org",
        ] {
            assert!(!covers(&google(), foreign, false), "{foreign}");
        }
        assert!(!covers(&google(), "ana@outlook.com", true), "nobody's organisation hosts that");
        let domains = ["gmail.com".parse().unwrap()].into();
        let alone = Trust::AuthoritativeDomains { domains, hosted: false };
        assert!(!covers(&alone, "ana@club.example.org", true));
    }

    #[test]
    fn a_provider_that_asks_again_and_again_is_believed_about_all() {
        assert!(covers(&Trust::VerifiedEmail, "ana@outlook.com", false));
        let email = "ana@outlook.com".parse().unwrap();
        assert!(!Trust::VerifiedEmail.names(&email), "it is no address's own provider");
        assert!(google().names(&"ana@gmail.com".parse().unwrap()));
        assert!(!google().names(&email));
    }

    #[test]
    fn trust_reads_as_it_is_written() {
        let text = r#"{"rule":"authoritative_domains","domains":["gmail.com"],"hosted":true}"#;
        assert_eq!(serde_json::from_str::<Trust>(text).unwrap(), google());
        assert_eq!(serde_json::to_string(&google()).unwrap(), text);
        assert_eq!(
            serde_json::from_str::<Trust>(r#"{"rule":"verified_email"}"#).unwrap(),
            Trust::VerifiedEmail
        );
        for wrong in [
            r#"{"rule":"everybody"}"#,
            r#"{"rule":"authoritative_domains"}"#,
            r#"{"rule":"authoritative_domains","domains":["gmail"]}"#,
            r#"{"rule":"authoritative_domains","domains":[],"all":true}"#,
            r#""verified_email""#,
        ] {
            assert!(serde_json::from_str::<Trust>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_provider_is_meant_by_its_id_or_its_key() {
        let id = IdentityProviderId::new();
        let read = |text: &str| text.parse::<ProviderRef>();
        assert_eq!(read(&id.to_string()).unwrap(), ProviderRef::Club(id));
        assert_eq!(read(&id.to_string()).unwrap().to_string(), id.to_string());
        assert_eq!(read("google").unwrap(), ProviderRef::Platform("google".parse().unwrap()));
        for wrong in ["", "g", "Google", "1google", "idp_1", "go ogle", "-g", &"g".repeat(31)] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
