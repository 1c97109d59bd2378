//! What a venue or a court is called.

use kernel::TextError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name of a venue or a court: 1 to 80 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(as = FacilityName, value_type = String, min_length = 1, max_length = 80)]
pub struct Name(String);

impl Name {
    /// The most characters of a name.
    pub const MAX_CHARACTERS: usize = 80;
}

kernel::text_value! {
    Name(parse_name);
}

fn parse_name(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=Name::MAX_CHARACTERS).contains(&text.chars().count())
        && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 80 characters and no control characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_neither_empty_nor_endless() {
        assert_eq!(
            Name::try_from(" Cancha 1 ".to_owned()).map(String::from),
            Ok("Cancha 1".into())
        );
        for wrong in [String::new(), "  ".to_owned(), "a\nb".to_owned(), "x".repeat(81)] {
            assert!(Name::try_from(wrong.clone()).is_err(), "{wrong:?}");
        }
        assert!(Name::try_from("ñ".repeat(80)).is_ok());
    }
}
