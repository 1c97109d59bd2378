//! Names of booked facts.

use std::{fmt, str::FromStr};

use kernel::TextError;
use serde::{Deserialize, Serialize};

/// What a transaction books, `mercadopago:payment:17014025134` for instance: 1 to 200 of `A-Za-z0-9:_.-`.
/// A reference posts once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let fits = (1..=200).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":_.-".contains(&b));
        fits.then(|| Self(text.to_owned()))
            .ok_or(TextError("must have 1 to 200 of letters, digits and : _ . -"))
    }
}

impl TryFrom<String> for Reference {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_cannot_leave_its_key() {
        assert!("mercadopago:refund:1009042015".parse::<Reference>().is_ok());
        for wrong in ["", "a#b", "a b", "a/b", "é"] {
            assert!(wrong.parse::<Reference>().is_err(), "{wrong:?}");
        }
    }
}
