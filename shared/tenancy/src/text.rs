//! Texts of a club that are domain values.

use jiff::tz::TimeZone;
use kernel::TextError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A club's name as its members know it: 1 to 100 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct ClubName(String);

/// A time zone of the IANA database, in the database's own spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct TimeZoneName(String);

kernel::text_value! {
    ClubName(parse_name);
    TimeZoneName(parse_time_zone);
}

impl TimeZoneName {
    /// The zone's rules.
    pub fn zone(&self) -> TimeZone {
        // It was found when the name was made, in the database that is a part of this program.
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

fn parse_name(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 100 characters and no control characters"))
}

fn parse_time_zone(text: &str) -> Result<String, TextError> {
    const WRONG: TextError = TextError(
        "must be a time zone of the IANA database, such as America/Argentina/Buenos_Aires",
    );
    let zone = TimeZone::get(text).map_err(|_| WRONG)?;
    if zone.is_unknown() {
        return Err(WRONG);
    }
    zone.iana_name().map(str::to_owned).ok_or(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones_are_those_of_the_database() {
        let name: TimeZoneName = "america/argentina/buenos_aires".parse().unwrap();
        assert_eq!(name.as_str(), "America/Argentina/Buenos_Aires");
        assert_eq!(name.zone().iana_name(), Some("America/Argentina/Buenos_Aires"));
        for wrong in ["", "Mars/Olympus", "UTC+3", "-03:00", "Etc/Unknown", " UTC"] {
            assert!(wrong.parse::<TimeZoneName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn club_names_are_trimmed_and_plain() {
        assert_eq!(
            "  Club Ñandú ".parse::<ClubName>().map(String::from).as_deref(),
            Ok("Club Ñandú")
        );
        for wrong in [" ", "a\nb", &"x".repeat(101)] {
            assert!(wrong.parse::<ClubName>().is_err(), "{wrong:?}");
        }
    }
}
