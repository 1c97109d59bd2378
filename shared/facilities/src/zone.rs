//! The time zone of a venue.

use std::{fmt, sync::LazyLock};

use kernel::jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Zones whose rules changed after IANA 2026e, the release that jiff bundles: their compiled rules of 2026f
/// (public domain). Cuba keeps its summer time from March 2026 to November 2027.
const NEWER: [(&str, &[u8]); 2] = [
    ("America/Havana", include_bytes!("zone/America_Havana_2026f.tzif")),
    ("Cuba", include_bytes!("zone/America_Havana_2026f.tzif")),
];

static CORRECTED: LazyLock<Vec<(&str, TimeZone)>> = LazyLock::new(|| {
    let read = |(name, rules): &(&'static str, &[u8])| {
        TimeZone::tzif(name, rules).ok().map(|rules| (*name, rules))
    };
    NEWER.iter().filter_map(read).collect()
});

/// A time zone of the IANA database, with its rules at hand.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// Its name in the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its clocks show when.
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

impl TryFrom<String> for Zone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str =
            "must be a time zone of the IANA database, such as America/Argentina/Buenos_Aires";
        let rules = TimeZone::get(&text).map_err(|_| WRONG)?;
        if rules.is_unknown() {
            return Err(WRONG);
        }
        // The database answers to any case; what is kept is the name as it writes it.
        let name = rules.iana_name().ok_or(WRONG)?.to_owned();
        let newer = CORRECTED.iter().find(|(corrected, _)| *corrected == name);
        let rules = newer.map_or(rules, |(_, newer)| newer.clone());
        Ok(Self { name, rules })
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl utoipa::PartialSchema for Zone {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("a time zone of the IANA database"))
            .examples(["America/Argentina/Buenos_Aires"])
            .into()
    }
}

impl utoipa::ToSchema for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_read_and_still_needed() {
        assert_eq!(CORRECTED.len(), NEWER.len());
        let winter = "2026-12-15T12:00Z".parse().unwrap();
        for (name, _) in NEWER {
            let zone = Zone::try_from(name.to_owned()).unwrap();
            assert_eq!(zone.rules().to_offset(winter).seconds(), -4 * 3600);
            let bundled = TimeZone::get(name).unwrap().to_offset(winter);
            assert_ne!(bundled.seconds(), -4 * 3600, "the bundle is as new now: drop {name}");
        }
    }

    #[test]
    fn only_names_of_the_database_are_zones() {
        let zone = Zone::try_from("america/santiago".to_owned());
        assert_eq!(zone.map(String::from), Ok("America/Santiago".to_owned()));
        for wrong in ["", "Buenos Aires", "America/Atlantis", "-03:00", "Etc/Unknown", "GMT-3x"] {
            assert!(Zone::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
