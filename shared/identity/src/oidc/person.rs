//! What a provider says of somebody.

use kernel::{Email, Locale, PersonName};
use openidconnect::core::CoreUserInfoClaims;

use super::{IdentityId, Issuer, claims::Claims};

/// Whom a validated ID token is about, by what it and `UserInfo` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who says so.
    pub issuer: Issuer,
    /// Who it is to the issuer, for good.
    pub subject: String,
    /// Where the issuer writes to.
    pub email: Option<Email>,
    /// Whether the issuer knows that they read it; `None` where it says nothing of that.
    pub email_verified: Option<bool>,
    /// Whether the ID token names an organisation that hosts the account (`hd`).
    pub names_host: bool,
    /// How they are called.
    pub name: Option<PersonName>,
    /// The language they read.
    pub locale: Option<Locale>,
}

impl Person {
    pub(super) fn of(issuer: &Issuer, claims: &Claims) -> Self {
        let name = claims.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        let email = claims.email().and_then(|email| email.parse().ok());
        Self {
            issuer: issuer.clone(),
            subject: claims.subject().to_string(),
            email_verified: claims.email_verified(),
            email,
            names_host: claims.additional_claims().is_named(),
            name: name.and_then(|name| name.parse().ok()),
            locale: claims.locale().and_then(|locale| locale.as_ref().parse().ok()),
        }
    }

    /// The same with what the issuer's `UserInfo` adds.
    pub(super) fn with(self, told: &CoreUserInfoClaims) -> Self {
        let name = told.name().and_then(|name| name.get(None));
        let locale = told.locale();
        Self {
            email: told.email().and_then(|email| email.parse().ok()),
            email_verified: told.email_verified(),
            name: self.name.or_else(|| name?.as_str().parse().ok()),
            locale: self.locale.or_else(|| locale?.as_ref().parse().ok()),
            ..self
        }
    }

    /// The identity that an account may be linked with.
    pub fn id(&self) -> IdentityId {
        IdentityId::of(&self.issuer, &self.subject)
    }
}
