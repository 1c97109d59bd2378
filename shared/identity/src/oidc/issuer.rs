//! Issuers.

use std::fmt;

use kernel::{Error, Result};
use openidconnect::{IssuerUrl, url::Url};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fetch::Reach;

/// The longest issuer taken, in bytes.
const LIMIT_BYTES: usize = 500;

/// Who an identity provider is: an address, compared character by character (Discovery 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, max_length = 500)]
pub struct Issuer(String);

impl Issuer {
    /// An issuer that may be spoken to: `invalid`, `ISSUER_REFUSED`, for any other.
    pub fn parse(text: &str, reach: Reach) -> Result<Self> {
        // No spaces and no line breaks: an identity is the hash of issuer, line break, subject.
        let printable = text.len() <= LIMIT_BYTES && text.bytes().all(|b| b.is_ascii_graphic());
        let url = Url::parse(text).ok().filter(|_| printable);
        let fits =
            |url: &Url| url.query().is_none() && url.fragment().is_none() && reach.admits(url);
        url.filter(fits).map(|_| Self(text.to_owned())).ok_or_else(refused)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn url(&self) -> Result<IssuerUrl> {
        IssuerUrl::new(self.0.clone())
            .map_err(|cause| Error::internal("a kept issuer is no address").with_source(cause))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn refused() -> Error {
    Error::invalid(
        "ISSUER_REFUSED",
        "an issuer is https:// with a public name and the usual port, without query or user, such as \
         https://accounts.google.com",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_public_addresses_as_they_are_written() {
        for good in ["https://accounts.google.com", "https://id.example.org/realms/club/"] {
            assert_eq!(Issuer::parse(good, Reach::Internet).unwrap().as_str(), good);
        }
        let long = format!("https://example.org/{}", "x".repeat(500));
        for wrong in [
            "",
            "accounts.google.com",
            "https://example.org?x=1",
            "https://example.org#x",
            "https://example.org/a b",
            "https://example.org/\n",
            "https://127.0.0.1",
            "http://127.0.0.1:9000",
            &long,
        ] {
            let refused = Issuer::parse(wrong, Reach::Internet).unwrap_err();
            assert_eq!(refused.code(), "ISSUER_REFUSED", "{wrong}");
        }
        assert!(Issuer::parse("http://127.0.0.1:9000", Reach::Loopback).is_ok());
    }
}
