//! The start of a booking as people write it: the venue's wall clock, with an offset where an hour exists twice.

use std::{fmt, str::FromStr};

use kernel::{
    Error, Result,
    jiff::{
        Timestamp,
        civil::{Date, DateTime},
        tz::{AmbiguousOffset, Offset, TimeZone},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

use crate::{error::too_far_ahead, local_day::first_showing};

/// `2026-11-21T18:00`, seconds optional, with an offset such as `-03:00` or `Z` if need be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalStart {
    wall: DateTime,
    offset: Option<Offset>,
}

impl LocalStart {
    /// The local day it is written with.
    pub fn date(self) -> Date {
        self.wall.date()
    }

    /// The time on the wall clock.
    pub fn wall(self) -> DateTime {
        self.wall
    }

    /// The one instant at which the zone's clock shows it.
    ///
    /// `LOCAL_TIME_DOES_NOT_EXIST` where the clock skips it, `LOCAL_TIME_AMBIGUOUS` where it shows it twice and
    /// no offset says which, `OFFSET_MISMATCH` where the offset is not the zone's at that time.
    pub fn resolve(self, zone: &TimeZone) -> Result<Timestamp> {
        let offsets = match zone.to_ambiguous_timestamp(self.wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => vec![offset],
            AmbiguousOffset::Fold { before, after } => vec![before, after],
            AmbiguousOffset::Gap { .. } => return Err(self.does_not_exist(zone)?),
        };
        let offset = match (self.offset, offsets.as_slice()) {
            (None, [only]) => *only,
            (None, _) => return Err(self.ambiguous(&offsets)),
            (Some(offset), possible) if possible.contains(&offset) => offset,
            (Some(_), _) => return Err(self.mismatch(&offsets)),
        };
        offset.to_timestamp(self.wall).map_err(|_| too_far_ahead())
    }

    fn does_not_exist(self, zone: &TimeZone) -> Result<Error> {
        let next = first_showing(zone, self.wall)?;
        let next = next.display_with_offset(zone.to_offset(next)).to_string();
        let message = format!(
            "the clocks of the venue skip {} that day; the next time that exists is {next}",
            self.wall
        );
        Ok(Error::invalid("LOCAL_TIME_DOES_NOT_EXIST", message)
            .with_details(json!({ "next": next })))
    }

    fn ambiguous(self, offsets: &[Offset]) -> Error {
        let message = format!(
            "the clocks of the venue show {} twice that day; send one of the candidates, with its offset",
            self.wall
        );
        Error::invalid("LOCAL_TIME_AMBIGUOUS", message)
            .with_details(json!({ "candidates": self.candidates(offsets) }))
    }

    fn mismatch(self, offsets: &[Offset]) -> Error {
        Error::invalid(
            "OFFSET_MISMATCH",
            "the offset is not the venue's at that time; leave it out or send a candidate",
        )
        .with_details(json!({ "candidates": self.candidates(offsets) }))
    }

    fn candidates(self, offsets: &[Offset]) -> Vec<String> {
        let with = |offset: &Offset| Self { offset: Some(*offset), ..self }.to_string();
        offsets.iter().map(with).collect()
    }
}

const WRONG: &str = "must be a local time such as 2026-11-21T18:00, followed by an offset such as -03:00 \
                     where that time exists twice";

impl FromStr for LocalStart {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let zone_at = text.char_indices().skip(11).find(|(_, c)| "Z+-".contains(*c));
        let (wall, offset) = text.split_at(zone_at.map_or(text.len(), |(at, _)| at));
        let wall = match wall.len() {
            16 => format!("{wall}:00"),
            _ => wall.to_owned(),
        };
        // What is read must be what is written: the parser is more lenient than this API.
        let parsed: DateTime = wall.parse().map_err(|_| WRONG)?;
        if parsed.strftime("%Y-%m-%dT%H:%M:%S").to_string() != wall || parsed.year() < 0 {
            return Err(WRONG);
        }
        let offset = match offset {
            "" => None,
            text => Some(parse_offset(text).ok_or(WRONG)?),
        };
        Ok(Self { wall: parsed, offset })
    }
}

fn parse_offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let two_digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i32>().ok())
            .flatten()
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (minutes < 60).then(|| Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok()).flatten()
}

kernel::kept_as_text! { LocalStart; }

impl utoipa::PartialSchema for LocalStart {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("a time on the venue's clock, with an offset where it exists twice"))
            .pattern(Some(
                "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$",
            ))
            .examples(["2026-11-21T18:00", "2026-11-01T01:30-04:00"])
            .into()
    }
}

impl utoipa::ToSchema for LocalStart {}

impl fmt::Display for LocalStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wall.strftime("%Y-%m-%dT%H:%M:%S"))?;
        let Some(offset) = self.offset else { return Ok(()) };
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

/// An instant as the venue's clock and offset show it, RFC 3339.
pub fn local_text(zone: &TimeZone, instant: Timestamp) -> String {
    instant.display_with_offset(zone.to_offset(instant)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(zone: &str, text: &str) -> Result<String, Error> {
        let zone = TimeZone::get(zone).unwrap();
        let start: LocalStart = text.parse().unwrap();
        start.resolve(&zone).map(|instant| local_text(&zone, instant))
    }

    #[test]
    fn a_local_time_is_one_instant_on_most_days() {
        let zone = "America/Argentina/Buenos_Aires";
        let expected = "2026-11-21T18:00:00-03:00";
        for text in ["2026-11-21T18:00", "2026-11-21T18:00:00", "2026-11-21T18:00-03:00"] {
            assert_eq!(resolve(zone, text).unwrap(), expected);
        }
        assert_eq!(resolve("UTC", "2026-11-21T18:00Z").unwrap(), "2026-11-21T18:00:00+00:00");
    }

    #[test]
    fn a_skipped_time_is_refused_with_the_next_one() {
        let error = resolve("America/New_York", "2026-03-08T02:30").unwrap_err();
        assert_eq!(error.code(), "LOCAL_TIME_DOES_NOT_EXIST");
        assert_eq!(error.details().unwrap()["next"], "2026-03-08T03:00:00-04:00");
        let error = resolve("America/Santiago", "2026-09-06T00:15-04:00").unwrap_err();
        assert_eq!(error.details().unwrap()["next"], "2026-09-06T01:00:00-03:00");
    }

    #[test]
    fn a_repeated_time_needs_its_offset() {
        let error = resolve("America/New_York", "2026-11-01T01:30").unwrap_err();
        assert_eq!(error.code(), "LOCAL_TIME_AMBIGUOUS");
        let candidates = error.details().unwrap()["candidates"].clone();
        assert_eq!(candidates, json!(["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]));
        for candidate in candidates.as_array().unwrap() {
            let candidate = candidate.as_str().unwrap();
            assert_eq!(resolve("America/New_York", candidate).unwrap(), candidate);
        }
    }

    #[test]
    fn another_zone_s_offset_is_refused() {
        for text in ["2026-11-21T18:00Z", "2026-11-21T18:00-04:00", "2026-11-21T18:00+03:00"] {
            let error = resolve("America/Argentina/Buenos_Aires", text).unwrap_err();
            assert_eq!(error.code(), "OFFSET_MISMATCH");
            let candidates = &error.details().unwrap()["candidates"];
            assert_eq!(*candidates, json!(["2026-11-21T18:00:00-03:00"]));
        }
    }

    #[test]
    fn only_the_written_shape_is_read() {
        for wrong in [
            "",
            "2026-11-21",
            "2026-11-21 18:00",
            "20261121T1800",
            "2026-11-21T18",
            "2026-02-30T18:00",
            "2026-11-21T24:00",
            "2026-11-21T18:60",
            "2026-11-21T18:00:60",
            "2026-11-21T18:00:00.5",
            "2026-11-21T18:00-3",
            "2026-11-21T18:00-0300",
            "2026-11-21T18:00+99:00",
            "2026-11-21T18:00[America/Lima]",
            "-009999-11-21T18:00",
            "2026-11-21t18:00",
            "2026-11-21T18:00z",
            "2026-W47-6T18:00",
            "２026-11-21T18:00",
            "2026-11-21T18:00\u{2212}03:00",
        ] {
            assert!(wrong.parse::<LocalStart>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_end_of_the_calendar_is_too_far_ahead() {
        assert!(resolve("Pacific/Kiritimati", "0000-01-01T00:00").is_ok());
        let error = resolve("America/Lima", "9999-12-31T23:00").unwrap_err();
        assert_eq!(error.code(), "TOO_FAR_AHEAD");
    }
}
