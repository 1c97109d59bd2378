//! A day on a calendar, as people write it.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};

/// `2026-11-21`, and nothing else: the calendar's own parser is more lenient than this API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalDate(Date);

impl LocalDate {
    /// The day.
    pub fn get(self) -> Date {
        self.0
    }
}

impl From<Date> for LocalDate {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for LocalDate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
        date.map(Self).ok_or("must be a day such as 2026-11-21")
    }
}

crate::kept_as_text! { LocalDate; }

impl utoipa::PartialSchema for LocalDate {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .examples(["2026-11-21"])
            .into()
    }
}

impl utoipa::ToSchema for LocalDate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_one_way() {
        assert!("2026-11-21".parse::<LocalDate>().is_ok());
        for wrong in
            ["", "2026-02-30", "20261121", "2026-11-21T18:00", "2026-11-21[UTC]", "21.11.2026"]
        {
            assert!(wrong.parse::<LocalDate>().is_err(), "{wrong}");
        }
    }
}
