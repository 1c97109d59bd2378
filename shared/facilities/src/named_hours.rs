//! Named sets of hours, prime time above all: rules and prices name them, so that both mean the same.

use kernel::{DAY_MINUTES, TextError, jiff::civil::DateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::OpeningHours;

/// What a group of courts or a set of hours is called: 1 to 40 of `a-z0-9_`, a letter first; `prime_time` say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,39}$")]
pub struct Tag(String);

kernel::text_value! {
    Tag(parse_tag);
}

fn parse_tag(text: &str) -> Result<String, TextError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fits = (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(plain);
    fits.then(|| text.to_owned()).ok_or(TextError("must be 1 to 40 of a-z0-9_, a letter first"))
}

/// A name for some hours of the week, on the venue's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedHours {
    /// What they are called.
    pub name: Tag,
    /// Which they are.
    pub hours: OpeningHours,
}

impl NamedHours {
    /// The most sets of a venue.
    pub const MAX: usize = 8;

    /// How many minutes of a stretch of the wall clock lie in them.
    pub fn minutes_within(&self, from: DateTime, until: DateTime) -> u32 {
        let mut day = from.date();
        let mut minutes = 0;
        while day <= until.date() {
            let first = if day == from.date() { minute_of(from) } else { 0 };
            let last = if day == until.date() { minute_of(until) } else { DAY_MINUTES };
            for interval in self.hours.on(day.weekday()) {
                let begins = interval.opens.minutes().max(first);
                let ends = interval.closes.minutes().min(last);
                minutes += u32::from(ends.saturating_sub(begins));
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        minutes
    }
}

fn minute_of(time: DateTime) -> u16 {
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minutes_of_a_stretch_are_counted_on_every_day_it_touches() {
        let evenings: NamedHours = serde_json::from_str(
            r#"{"name": "prime_time", "hours": {
                "friday": [{"opens": "18:00", "closes": "24:00"}],
                "saturday": [{"opens": "00:00", "closes": "01:00"}, {"opens": "09:00", "closes": "12:00"}]
            }}"#,
        )
        .unwrap();
        let within = |from: &str, until: &str| {
            evenings.minutes_within(from.parse().unwrap(), until.parse().unwrap())
        };
        assert_eq!(within("2026-11-20T17:30", "2026-11-20T19:00"), 60);
        assert_eq!(within("2026-11-20T23:30", "2026-11-21T00:30"), 60);
        assert_eq!(within("2026-11-21T08:00", "2026-11-21T13:00"), 180);
        assert_eq!(within("2026-11-22T08:00", "2026-11-22T13:00"), 0);
    }

    #[test]
    fn tags_are_short_and_plain() {
        assert!("prime_time".parse::<Tag>().is_ok());
        for wrong in ["", "Prime", "9am", "prime time", &"a".repeat(41)] {
            assert!(wrong.parse::<Tag>().is_err(), "{wrong}");
        }
    }
}
