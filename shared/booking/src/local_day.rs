//! A venue's local days as instants. A day has 23 to 25 hours in most zones (22 to 26 at Troll station), may
//! start at 01:00, and may be missing altogether; none of that matters to who only asks for first instants.

use kernel::{
    Error, Result,
    jiff::{
        SignedDuration, Timestamp,
        civil::{Date, DateTime},
        tz::{AmbiguousOffset, TimeZone},
    },
};

/// The instants beyond year 9998, which no rule lets through.
pub(crate) fn out_of_range(cause: kernel::jiff::Error) -> Error {
    Error::internal("a time is outside the range of the calendar").with_source(cause)
}

/// The first instant at which the zone's clock shows this time or, where it skips it, a later one.
pub(crate) fn first_showing(zone: &TimeZone, local: DateTime) -> Result<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if !matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return ambiguous.earlier().map_err(out_of_range);
    }
    // Counted on from before the gap, a skipped time lies at or after the change of the clock.
    let counted_on = ambiguous.later().map_err(out_of_range)?;
    let just_after = counted_on.checked_add(SignedDuration::from_nanos(1)).map_err(out_of_range)?;
    Ok(zone.preceding(just_after).next().map_or(counted_on, |change| change.timestamp()))
}

/// The first instant of a local day.
pub fn first_instant(zone: &TimeZone, date: Date) -> Result<Timestamp> {
    first_showing(zone, date.at(0, 0, 0, 0))
}

/// The local day that an instant is counted to: the last one whose first instant is not after it.
pub fn day_of(zone: &TimeZone, instant: Timestamp) -> Result<Date> {
    let mut date = zone.to_datetime(instant).date();
    while first_instant(zone, date)? > instant {
        date = date.yesterday().map_err(out_of_range)?;
    }
    loop {
        let next = date.tomorrow().map_err(out_of_range)?;
        if first_instant(zone, next)? > instant {
            return Ok(date);
        }
        date = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn hours(name: &str, date: &str) -> i64 {
        let (zone, date) = (zone(name), date.parse::<Date>().unwrap());
        let start = first_instant(&zone, date).unwrap();
        first_instant(&zone, date.tomorrow().unwrap()).unwrap().duration_since(start).as_hours()
    }

    #[test]
    fn days_have_as_many_hours_as_their_clocks_leave_them() {
        assert_eq!(hours("America/Argentina/Buenos_Aires", "2026-11-21"), 24);
        assert_eq!(hours("America/New_York", "2026-03-08"), 23);
        assert_eq!(hours("America/New_York", "2026-11-01"), 25);
        assert_eq!(hours("America/Santiago", "2026-09-06"), 23);
        assert_eq!(hours("America/Santiago", "2026-04-04"), 25);
        assert_eq!(hours("Antarctica/Troll", "2026-10-25"), 26);
        assert_eq!(hours("Pacific/Apia", "2011-12-30"), 0);
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_starts_at_one() {
        let santiago = zone("America/Santiago");
        let start = first_instant(&santiago, "2026-09-06".parse().unwrap()).unwrap();
        assert_eq!(santiago.to_datetime(start).to_string(), "2026-09-06T01:00:00");
        // A gap that begins before midnight and ends after it.
        let toronto = zone("America/Toronto");
        let start = first_instant(&toronto, "1919-03-31".parse().unwrap()).unwrap();
        assert_eq!(toronto.to_datetime(start).to_string(), "1919-03-31T00:30:00");
    }

    #[test]
    fn every_instant_belongs_to_one_day() {
        let apia = zone("Pacific/Apia");
        let skip = "2011-12-30T10:00:00Z".parse::<Timestamp>().unwrap();
        assert_eq!(day_of(&apia, skip).unwrap().to_string(), "2011-12-31");
        let before = skip.checked_sub(SignedDuration::from_secs(1)).unwrap();
        assert_eq!(day_of(&apia, before).unwrap().to_string(), "2011-12-29");
    }
}
