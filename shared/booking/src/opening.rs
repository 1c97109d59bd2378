//! Opening hours as instants, and where in them a booking may lie.
//!
//! An interval runs from the first instant at which the venue's clock shows its opening to the first at which
//! it shows its closing, or a later time where the clock skips it. Intervals that touch, over midnight too,
//! are one opening for the length of a booking; starts are counted from each interval's own opening, on the
//! court's grid or, where it has none of its own, the venue's.

use facilities::{Interval, StartEvery, Venue};
use kernel::{
    Error, Result,
    jiff::{
        SignedDuration, Timestamp,
        civil::{Date, DateTime},
        tz::{AmbiguousOffset, TimeZone},
    },
};
use serde_json::json;

use crate::local_day::{first_instant, first_showing, out_of_range};

/// The longest booking touches the day it starts on and at most two more.
const DAYS: usize = 3;

struct Span {
    date: Date,
    interval: Interval,
    opens: Timestamp,
    closes: Timestamp,
}

/// When something is open on a local day and the two after it.
pub(crate) struct Opening<'a> {
    zone: &'a TimeZone,
    hours: &'a [Interval],
    date: Date,
    spans: Vec<Span>,
}

impl<'a> Opening<'a> {
    /// The opening of a venue from this day on.
    pub(crate) fn from(venue: &'a Venue, date: Date) -> Result<Self> {
        Self::of(venue.time_zone.rules(), |day| venue.hours_on(day), date)
    }

    /// The opening of whatever has hours on each day of this clock.
    pub(crate) fn of(
        zone: &'a TimeZone,
        hours_on: impl Fn(Date) -> &'a [Interval],
        date: Date,
    ) -> Result<Self> {
        let mut spans = Vec::new();
        let mut day = date;
        for _ in 0..DAYS {
            for interval in hours_on(day) {
                let span = span(zone, day, *interval)?;
                // A change of the clock may leave nothing of an interval.
                spans.extend((span.opens < span.closes).then_some(span));
            }
            day = day.tomorrow().map_err(out_of_range)?;
        }
        Ok(Self { zone, hours: hours_on(date), date, spans })
    }

    /// Its intervals of the first day.
    pub(crate) fn hours(&self) -> &'a [Interval] {
        self.hours
    }

    /// Refuses a booking that does not start in an interval of the venue, or does not end before it closes:
    /// `OUTSIDE_OPENING_HOURS`.
    pub(crate) fn check_hours(&self, starts_at: Timestamp, ends_at: Timestamp) -> Result<()> {
        if self.covers(starts_at, ends_at) { Ok(()) } else { Err(self.outside()) }
    }

    /// Refuses a booking that starts in an interval, but not on its grid: `OFF_GRID`.
    pub(crate) fn check_grid(&self, every: StartEvery, starts_at: Timestamp) -> Result<()> {
        let containing = |span: &&Span| span.opens <= starts_at && starts_at < span.closes;
        let Some(span) = self.spans.iter().find(containing) else { return Ok(()) };
        let wall = self.zone.to_datetime(starts_at);
        let on_grid = grid(span, every).any(|start| start == wall);
        if on_grid { Ok(()) } else { Err(off_grid(span, every, wall)) }
    }

    /// Whether the venue is open all the time between.
    pub(crate) fn covers(&self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        let mut until = starts_at;
        for span in &self.spans {
            if span.opens <= until && until < span.closes {
                until = span.closes;
            }
        }
        until >= ends_at
    }

    /// The instants of this day at which a booking may start, in order.
    pub(crate) fn starts(&self, every: StartEvery) -> Vec<Timestamp> {
        let mut starts = Vec::new();
        for span in self.spans.iter().take_while(|span| span.date == self.date) {
            let shown = grid(span, every).flat_map(|wall| showings(self.zone, wall));
            starts.extend(shown.filter(|start| span.opens <= *start && *start < span.closes));
        }
        starts.sort_unstable();
        starts
    }

    fn outside(&self) -> Error {
        Error::invalid(
            "OUTSIDE_OPENING_HOURS",
            "the venue is not open for all of that time; see its opening hours of that day",
        )
        .with_details(json!({ "date": self.date, "opening_hours": self.hours }))
    }
}

/// The times on the wall at which a booking may start in an interval.
fn grid(span: &Span, every: StartEvery) -> impl Iterator<Item = DateTime> + use<> {
    let midnight = span.date.at(0, 0, 0, 0);
    let minutes = span.interval.opens.minutes()..span.interval.closes.minutes();
    minutes.step_by(usize::from(every.minutes())).filter_map(move |minutes| {
        midnight.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()
    })
}

fn off_grid(span: &Span, every: StartEvery, wall: DateTime) -> Error {
    let opens = span.interval.opens;
    let before = grid(span, every).take_while(|start| *start < wall).last();
    let after = grid(span, every).find(|start| *start > wall);
    let nearest: Vec<_> = before
        .into_iter()
        .chain(after)
        .map(|start| start.strftime("%Y-%m-%dT%H:%M").to_string())
        .collect();
    let every = every.minutes();
    let message = format!("bookings start every {every} minutes from {opens} on");
    Error::invalid("OFF_GRID", message)
        .with_details(json!({ "start_every_minutes": every, "nearest": nearest }))
}

fn span(zone: &TimeZone, date: Date, interval: Interval) -> Result<Span> {
    let opens = match interval.opens.civil() {
        Some(time) => first_showing(zone, date.to_datetime(time))?,
        None => return Err(Error::internal("an interval opens at 24:00")),
    };
    let closes = match interval.closes.civil() {
        Some(time) => first_showing(zone, date.to_datetime(time))?,
        None => first_instant(zone, date.tomorrow().map_err(out_of_range)?)?,
    };
    Ok(Span { date, interval, opens, closes })
}

/// The instants at which the clock shows this time: one, two, or none.
fn showings(zone: &TimeZone, wall: DateTime) -> impl Iterator<Item = Timestamp> + use<> {
    let offsets = match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
        AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
        AmbiguousOffset::Gap { .. } => [None, None],
    };
    offsets.into_iter().flatten().filter_map(move |offset| offset.to_timestamp(wall).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{local_text, samples};

    fn starts(zone: &str, hours: &[(&str, &str)], every: u16, date: &str) -> Vec<String> {
        let venue = samples::venue(zone, hours, every);
        let opening = Opening::from(&venue, date.parse().unwrap()).unwrap();
        let text = |start| local_text(venue.time_zone.rules(), start)[11..].to_owned();
        opening.starts(venue.start_every_minutes).into_iter().map(text).collect()
    }

    #[test]
    fn starts_are_counted_from_each_opening() {
        let hours = [("08:15", "10:00"), ("16:00", "17:30")];
        assert_eq!(
            starts("America/Lima", &hours, 45, "2026-11-21"),
            [
                "08:15:00-05:00",
                "09:00:00-05:00",
                "09:45:00-05:00",
                "16:00:00-05:00",
                "16:45:00-05:00"
            ]
        );
    }

    #[test]
    fn a_repeated_hour_has_its_starts_twice_and_a_skipped_one_none() {
        let night = [("00:00", "04:00")];
        assert_eq!(
            starts("America/New_York", &night, 60, "2026-11-01"),
            [
                "00:00:00-04:00",
                "01:00:00-04:00",
                "01:00:00-05:00",
                "02:00:00-05:00",
                "03:00:00-05:00"
            ]
        );
        assert_eq!(
            starts("America/New_York", &night, 60, "2026-03-08"),
            ["00:00:00-05:00", "01:00:00-05:00", "03:00:00-04:00"]
        );
        assert_eq!(starts("America/Santiago", &night, 60, "2026-09-06").len(), 3);
    }

    #[test]
    fn openings_that_touch_are_one_for_the_length_of_a_booking() {
        let venue = samples::venue("America/Lima", &[("00:00", "12:00"), ("12:00", "24:00")], 60);
        let opening = Opening::from(&venue, "2026-11-21".parse().unwrap()).unwrap();
        let covers =
            |from: &str, until: &str| opening.covers(from.parse().unwrap(), until.parse().unwrap());
        assert!(covers("2026-11-21T11:00-05", "2026-11-21T13:00-05"));
        assert!(covers("2026-11-21T23:00-05", "2026-11-22T23:00-05"));
        let venue = samples::venue("America/Lima", &[("08:00", "24:00")], 60);
        let opening = Opening::from(&venue, "2026-11-21".parse().unwrap()).unwrap();
        let late = "2026-11-21T23:30-05".parse().unwrap();
        assert!(!opening.covers(late, "2026-11-22T00:30-05".parse().unwrap()));
        assert!(opening.covers(late, "2026-11-22T00:00-05".parse().unwrap()));
    }
}
