//! A local time that recurs, as an instant: every clock skips some of them, and shows others twice.

use booking::{LocalStart, local_text};
use kernel::{
    Error, Result,
    jiff::{
        Timestamp,
        civil::DateTime,
        tz::{AmbiguousOffset, TimeZone},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the clocks did to an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Adjusted {
    /// They skip its time: it moved forward by what they skip.
    Gap,
    /// They show its time twice: it is the first of the two.
    FirstOfTwo,
}

/// Where a local time lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// When it is.
    pub starts_at: Timestamp,
    /// The same on the wall, with its offset.
    pub start: LocalStart,
    /// What the clocks did to it.
    pub adjusted: Option<Adjusted>,
}

/// The instant of a local time, as RFC 5545 3.3.5 counts it: in a gap by the offset before it, of two the first.
pub fn place(zone: &TimeZone, local: DateTime) -> Result<Placed> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let adjusted = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some(Adjusted::Gap),
        AmbiguousOffset::Fold { .. } => Some(Adjusted::FirstOfTwo),
    };
    let beyond =
        |cause| Error::internal("a time is outside the range of the calendar").with_source(cause);
    let starts_at = ambiguous.compatible().map_err(beyond)?;
    let start = local_text(zone, starts_at).parse().map_err(Error::internal)?;
    Ok(Placed { starts_at, start, adjusted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(zone: &str, local: &str) -> (String, Option<Adjusted>) {
        let zone = TimeZone::get(zone).unwrap();
        let placed = place(&zone, local.parse().unwrap()).unwrap();
        assert_eq!(placed.start.resolve(&zone).unwrap(), placed.starts_at);
        (placed.start.to_string(), placed.adjusted)
    }

    #[test]
    fn days_of_all_lengths_keep_the_local_time() {
        for (zone, local, expected, adjusted) in [
            ("America/New_York", "2027-03-13T02:30", "2027-03-13T02:30:00-05:00", None),
            (
                "America/New_York",
                "2027-03-14T02:30",
                "2027-03-14T03:30:00-04:00",
                Some(Adjusted::Gap),
            ),
            (
                "America/New_York",
                "2027-11-07T01:30",
                "2027-11-07T01:30:00-04:00",
                Some(Adjusted::FirstOfTwo),
            ),
            // Days that start at one.
            (
                "America/Santiago",
                "2027-09-05T00:15",
                "2027-09-05T01:15:00-03:00",
                Some(Adjusted::Gap),
            ),
            ("Africa/Cairo", "2027-04-30T00:30", "2027-04-30T01:30:00+03:00", Some(Adjusted::Gap)),
            // Half an hour, in a day of 23.5 hours and in one of 24.5.
            (
                "Australia/Lord_Howe",
                "2027-10-03T02:15",
                "2027-10-03T02:45:00+11:00",
                Some(Adjusted::Gap),
            ),
            (
                "Australia/Lord_Howe",
                "2027-04-04T01:45",
                "2027-04-04T01:45:00+11:00",
                Some(Adjusted::FirstOfTwo),
            ),
            // A day that was skipped as a whole.
            ("Pacific/Apia", "2011-12-30T18:00", "2011-12-31T18:00:00+14:00", Some(Adjusted::Gap)),
        ] {
            assert_eq!(placed(zone, local), (expected.to_owned(), adjusted), "{zone} {local}");
        }
    }
}
