//! Telephone numbers.

use std::fmt;

use kernel::TextError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A telephone number as E.164 writes it: `+`, a country code, at most 15 digits together. Spaces,
/// hyphens, dots and brackets between digits are taken out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "+5491122334455")]
pub struct Phone(String);

kernel::text_value! {
    Phone(parse);
}

// Personal data stays out of logs.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

fn parse(text: &str) -> Result<String, TextError> {
    const WRONG: TextError =
        TextError("must be a telephone number with its country code, such as +5491122334455");
    let plain: String = text.trim().chars().filter(|c| !" -.()".contains(*c)).collect();
    let digits = plain.strip_prefix('+').ok_or(WRONG)?;
    let fits = (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    fits.then_some(plain).ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_one_way() {
        let phone: Phone = " +54 9 (11) 2233-4455 ".parse().unwrap();
        assert_eq!(phone.as_str(), "+5491122334455");
        assert_eq!(format!("{phone:?}"), "Phone(…)");
        for wrong in ["", "1122334455", "+0123456789", "+54", "+1234567890123456", "+54a1122334"] {
            assert!(wrong.parse::<Phone>().is_err(), "{wrong}");
        }
    }
}
