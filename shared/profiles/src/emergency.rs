//! Whom to call when something happens.

use std::fmt;

use kernel::{PersonName, TextError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phone;

/// What one person is to another, in their words: 1 to 50 characters, no control characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "mother")]
pub struct Relation(String);

kernel::text_value! {
    Relation(parse_relation);
}

// Personal data stays out of logs.
impl fmt::Debug for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Relation(…)")
    }
}

fn parse_relation(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=50).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 50 characters and no control characters"))
}

/// Somebody's emergency contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyContact {
    /// Who it is.
    pub name: PersonName,
    /// Where they are called.
    pub phone: Phone,
    /// What they are to the person, `mother` for instance.
    pub relation: Relation,
    /// Grows with every change.
    pub version: u64,
}
