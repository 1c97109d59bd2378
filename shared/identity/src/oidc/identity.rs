//! Identities: who an account is to a provider.

use kernel::{AccountId, Email, TextError, jiff::Timestamp, secret, text_value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Issuer, Person, ProviderName};

/// The hash of an issuer and a subject, which are never the same for two people (Core 2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 43, max_length = 43)]
pub struct IdentityId(String);

text_value! { IdentityId(parse); }

fn parse(text: &str) -> Result<String, TextError> {
    let fits = text.len() == 43
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then(|| text.to_owned()).ok_or(TextError("must be the id of an identity"))
}

impl IdentityId {
    /// Of this subject of this issuer. No issuer holds a line break, so no two pairs are one text.
    pub fn of(issuer: &Issuer, subject: &str) -> Self {
        Self(secret::hash(format!("{issuer}\n{subject}").as_bytes()))
    }
}

/// What an account signs in with besides a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The id.
    pub id: IdentityId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The provider that vouches for it.
    pub issuer: Issuer,
    /// What the club called that provider then.
    pub provider_name: ProviderName,
    /// The address that the provider knew then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Since when.
    pub linked_at: Timestamp,
}

impl Identity {
    /// This person's, for this account.
    pub fn new(
        person: &Person,
        provider_name: &ProviderName,
        account: AccountId,
        now: Timestamp,
    ) -> Self {
        Self {
            id: person.id(),
            account_id: account,
            issuer: person.issuer.clone(),
            provider_name: provider_name.clone(),
            email: person.email.clone(),
            linked_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reach;

    #[test]
    fn an_identity_is_issuer_and_subject_together() {
        let issuer = |text| Issuer::parse(text, Reach::Internet).unwrap();
        let one = IdentityId::of(&issuer("https://id.example.org/a"), "b|c");
        assert_eq!(one.as_str().parse::<IdentityId>().unwrap(), one);
        assert_ne!(one, IdentityId::of(&issuer("https://id.example.org/a|b"), "c"));
        assert_ne!(one, IdentityId::of(&issuer("https://id.example.org/a"), "b|C"));
        for wrong in ["", "x", &"x".repeat(44), &"#".repeat(43)] {
            assert!(wrong.parse::<IdentityId>().is_err(), "{wrong}");
        }
    }
}
