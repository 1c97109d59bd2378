//! Domains of e-mail addresses, and the proof that one is a club's.

mod dns;
mod public;

use kernel::{
    ClubId, Email, IdentityProviderId, Result, TextError, jiff::Timestamp, secret, text_value,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use dns::texts;

const PROOF: &str = "clubpulse-verification=";

/// What follows the `@` of an address: a DNS name in lower case, at most 253 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 253)]
pub struct MailDomain(String);

text_value! { MailDomain(parse); }

fn parse(text: &str) -> Result<String, TextError> {
    let text = text.trim().to_lowercase();
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // The last label of a name is never a number; of an IP address it is.
    let named = text.rsplit('.').next().is_some_and(|last| last.parse::<u32>().is_err());
    let fits = text.len() <= 253 && text.contains('.') && text.split('.').all(label_fits) && named;
    fits.then_some(text).ok_or(TextError("must be a domain such as club.example.org"))
}

impl MailDomain {
    /// Of an address.
    pub fn of(email: &Email) -> Self {
        Self(email.as_str().rsplit('@').next().unwrap_or_default().to_owned())
    }

    /// Whether anybody can get an address there.
    pub fn is_public(&self) -> bool {
        public::DOMAINS.binary_search(&self.0.as_str()).is_ok()
    }

    /// Where the proof is published.
    pub fn record_name(&self) -> String {
        format!("_clubpulse.{self}")
    }
}

/// How far the proof is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DomainStatus {
    /// The record to publish was told.
    Pending,
    /// It was found.
    Verified,
}

/// A domain that a club says is its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClubDomain {
    /// The name.
    pub domain: MailDomain,
    /// What the record must say; no secret, it is published.
    pub proof: String,
    /// How far the proof is.
    pub status: DomainStatus,
    /// When the club said so.
    pub created_at: Timestamp,
    /// When the record was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: u64,
}

impl ClubDomain {
    /// A domain to be proved.
    pub fn new(domain: MailDomain, now: Timestamp) -> Result<Self> {
        Ok(Self {
            domain,
            proof: secret::write_token(PROOF, &secret::random::<24>()?),
            status: DomainStatus::Pending,
            created_at: now,
            verified_at: None,
            version: 1,
        })
    }

    /// Whether these TXT records prove it.
    pub fn is_proved_by(&self, texts: &[String]) -> bool {
        texts.iter().any(|text| text.trim() == self.proof)
    }

    /// The domain with its proof found.
    #[must_use]
    pub fn verified(&self, now: Timestamp) -> Self {
        Self {
            status: DomainStatus::Verified,
            verified_at: Some(now),
            version: self.version + 1,
            ..self.clone()
        }
    }
}

/// Whose a verified domain is, for everybody who asks by address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainOwner {
    /// The name.
    pub domain: MailDomain,
    /// The one club that proved it.
    pub club_id: ClubId,
    /// The provider that its people sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<IdentityProviderId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> MailDomain {
        text.parse().unwrap()
    }

    #[test]
    fn domains_are_lower_cased_and_nonsense_is_refused() {
        assert_eq!(domain(" Club.Example.ORG ").as_str(), "club.example.org");
        for wrong in
            ["", "org", "a..b", "-a.org", "a-.org", "a b.org", "10.0.0.1", "ñ.org", "a.org."]
        {
            assert!(wrong.parse::<MailDomain>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_the_domain_behind_its_at() {
        let email: Email = "Ana@Club.example.org".parse().unwrap();
        assert_eq!(MailDomain::of(&email), domain("club.example.org"));
    }

    #[test]
    fn a_domain_is_proved_by_its_own_record_alone() {
        let now = Timestamp::UNIX_EPOCH;
        let claimed = ClubDomain::new(domain("club.example.org"), now).unwrap();
        let other = ClubDomain::new(domain("club.example.org"), now).unwrap();
        assert_ne!(claimed.proof, other.proof);
        assert!(claimed.is_proved_by(&["v=spf1 -all".to_owned(), format!(" {} ", claimed.proof)]));
        assert!(!claimed.is_proved_by(&[other.proof, "clubpulse-verification=".to_owned()]));
        assert!(!claimed.is_proved_by(&[]));
        assert_eq!(claimed.verified(now).status, DomainStatus::Verified);
    }

    #[test]
    fn domains_of_everybody_are_nobody_s() {
        assert!(domain("gmail.com").is_public());
        assert!(domain("hotmail.com.ar").is_public());
        assert!(!domain("club.example.org").is_public());
        assert!(public::DOMAINS.is_sorted(), "it is searched by halves");
    }
}
