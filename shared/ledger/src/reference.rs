//! Names of booked facts.

use kernel::TextError;
use serde::{Deserialize, Serialize};

/// What a transaction books, `mercadopago:payment:17014025134` for instance: 1 to 200 of `A-Za-z0-9:_.-`.
/// A reference posts once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

kernel::text_value! { Reference(parse); }

fn parse(text: &str) -> Result<String, TextError> {
    let fits = (1..=200).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":_.-".contains(&b));
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 200 of letters, digits and : _ . -"))
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
