//! The time in which courts are closed, on the venue's clock.

use booking::{LocalDate, LocalStart, Part, parts};
use facilities::STEP_MINUTES;
use kernel::{
    CourtId, Error, Result, TimeOfDay, Weekday,
    jiff::{
        Timestamp, ToSpan,
        civil::{Date, DateTime},
        tz::TimeZone,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{DAYS_AHEAD, ends_early, in_past, off_grid, too_large, without_days};

/// When courts are closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum When {
    /// From one local time to another, over nights too.
    Once {
        /// From.
        starts_at: LocalStart,
        /// Until.
        ends_at: LocalStart,
    },
    /// The same hours on some days of every week.
    Weekly(Weekly),
}

/// The same hours on some days of every week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WeeklyClosure)]
pub struct Weekly {
    /// On which days.
    #[schema(min_items = 1)]
    pub weekdays: Vec<Weekday>,
    /// From this day on.
    pub from: LocalDate,
    /// The last day on which it begins.
    pub until: LocalDate,
    /// Its start. A time that a day's clock skips moves on by what is skipped; of two, the first counts.
    pub opens: TimeOfDay,
    /// Its end: of the next day where it is not after the start; of two, the second counts.
    pub closes: TimeOfDay,
}

/// A stretch of time in which the courts are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From.
    pub starts_at: Timestamp,
    /// Until.
    pub ends_at: Timestamp,
}

/// One court on one local day, and what of it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourtDay {
    /// Which court.
    pub court_id: CourtId,
    /// Which day.
    pub date: Date,
    /// The closed slots.
    pub parts: Vec<Part>,
}

impl When {
    /// The stretches that are not over yet, in order: `CLOSURE_ENDS_EARLY`, `CLOSURE_IN_PAST`, `CLOSURE_OFF_GRID`,
    /// `CLOSURE_WITHOUT_DAYS`, `CLOSURE_TOO_LARGE`, and what a local time can be refused for.
    pub fn spans(&self, zone: &TimeZone, now: Timestamp) -> Result<Vec<Span>> {
        let last = zone.to_datetime(now).date().saturating_add(DAYS_AHEAD.days());
        let spans = match self {
            Self::Once { starts_at, ends_at } => vec![once(*starts_at, *ends_at, last, zone)?],
            Self::Weekly(weekly) => weekly.spans(zone, last, now)?,
        };
        let ahead: Vec<_> = spans.into_iter().filter(|span| span.ends_at > now).collect();
        if ahead.is_empty() { Err(in_past()) } else { Ok(ahead) }
    }
}

fn once(from: LocalStart, until: LocalStart, last: Date, zone: &TimeZone) -> Result<Span> {
    let on_grid = |time: DateTime| {
        time.second() == 0 && u16::from(time.minute().unsigned_abs()).is_multiple_of(STEP_MINUTES)
    };
    if !on_grid(from.wall()) || !on_grid(until.wall()) {
        return Err(off_grid());
    }
    let (starts_at, ends_at) = (from.resolve(zone)?, until.resolve(zone)?);
    if ends_at <= starts_at {
        return Err(ends_early());
    }
    // What is over is closed, too: a start long ago would have days without number.
    let first = until.date().saturating_sub(DAYS_AHEAD.days());
    if until.date() > last || from.date() < first {
        return Err(too_large());
    }
    Ok(Span { starts_at, ends_at })
}

impl Weekly {
    fn spans(&self, zone: &TimeZone, last: Date, now: Timestamp) -> Result<Vec<Span>> {
        let today = zone.to_datetime(now).date();
        if self.until.get() < self.from.get() {
            return Err(ends_early());
        }
        if self.until.get() > last {
            return Err(too_large());
        }
        // One that began yesterday may still be on.
        let first = self.from.get().max(today.yesterday().unwrap_or(today));
        let days = first.series(1.day()).take_while(|day| *day <= self.until.get());
        let days = days.filter(|day| self.weekdays.contains(&day.weekday().into()));
        let spans = days.map(|day| self.on(day, zone)).collect::<Result<Vec<_>>>()?;
        if spans.is_empty() && self.until.get() >= today {
            return Err(without_days());
        }
        // Where the clock skips all of it, there is nothing to close.
        Ok(spans.into_iter().filter(|span| span.starts_at < span.ends_at).collect())
    }

    fn on(&self, day: Date, zone: &TimeZone) -> Result<Span> {
        let next = |day: Date| day.tomorrow().map_err(out_of_range);
        let at = |day: Date, time: TimeOfDay| match time.civil() {
            Some(time) => Ok(day.to_datetime(time)),
            None => Ok(next(day)?.at(0, 0, 0, 0)),
        };
        let ends_on = if self.closes > self.opens { day } else { next(day)? };
        let (from, until) = (at(day, self.opens)?, at(ends_on, self.closes)?);
        let starts_at = zone.to_ambiguous_timestamp(from).compatible().map_err(out_of_range)?;
        let ends_at = zone.to_ambiguous_timestamp(until).later().map_err(out_of_range)?;
        Ok(Span { starts_at, ends_at })
    }
}

/// Every court on every local day of these stretches, by day and court.
pub(crate) fn court_days(
    spans: &[Span],
    courts: &[CourtId],
    zone: &TimeZone,
) -> Result<Vec<CourtDay>> {
    let mut days: Vec<(Date, Vec<Part>)> = Vec::new();
    for span in spans {
        for part in parts(zone, span.starts_at, span.ends_at)? {
            match days.last_mut() {
                Some((date, parts)) if *date == part.date => parts.push(part),
                _ => days.push((part.date, vec![part])),
            }
        }
    }
    let of_day = |(date, parts): (Date, Vec<Part>)| {
        courts.iter().map(move |court| CourtDay { court_id: *court, date, parts: parts.clone() })
    };
    Ok(days.into_iter().flat_map(of_day).collect())
}

fn out_of_range(cause: kernel::jiff::Error) -> Error {
    Error::internal("a time is outside the range of the calendar").with_source(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-10-30T12:00:00Z";

    fn spans(when: &When, zone: &str) -> Result<Vec<(String, String)>> {
        let zone = TimeZone::get(zone).unwrap();
        let spans = when.spans(&zone, NOW.parse().unwrap())?;
        Ok(spans.iter().map(|s| (s.starts_at.to_string(), s.ends_at.to_string())).collect())
    }

    fn once(from: &str, until: &str) -> When {
        When::Once { starts_at: from.parse().unwrap(), ends_at: until.parse().unwrap() }
    }

    fn sundays(from: &str, until: &str, opens: &str, closes: &str) -> When {
        When::Weekly(
            serde_json::from_value(serde_json::json!({
                "weekdays": ["sunday"], "from": from, "until": until, "opens": opens, "closes": closes,
            }))
            .unwrap(),
        )
    }

    #[test]
    fn every_week_is_local_time_whatever_the_clocks_do() {
        // The clocks go back on the first of November.
        let weekly = sundays("2026-11-01", "2026-11-08", "08:00", "10:00");
        assert_eq!(
            spans(&weekly, "America/New_York").unwrap(),
            [
                ("2026-11-01T13:00:00Z".into(), "2026-11-01T15:00:00Z".into()),
                ("2026-11-08T13:00:00Z".into(), "2026-11-08T15:00:00Z".into()),
            ]
        );
        // From the first 01:30 to the second one's end.
        let night = sundays("2026-11-01", "2026-11-01", "01:30", "01:45");
        let twice = [("2026-11-01T05:30:00Z".into(), "2026-11-01T06:45:00Z".into())];
        assert_eq!(spans(&night, "America/New_York").unwrap(), twice);
        // Over midnight, to the end of the day, and where the clock skips the start.
        let over = sundays("2026-11-01", "2026-11-01", "22:00", "02:00");
        let expected = [("2026-11-02T01:00:00Z".into(), "2026-11-02T05:00:00Z".into())];
        assert_eq!(spans(&over, "America/Argentina/Buenos_Aires").unwrap(), expected);
        let whole = sundays("2026-11-01", "2026-11-01", "00:00", "24:00");
        let expected = [("2026-11-01T03:00:00Z".into(), "2026-11-02T03:00:00Z".into())];
        assert_eq!(spans(&whole, "America/Argentina/Buenos_Aires").unwrap(), expected);
        let skipped = sundays("2027-03-14", "2027-03-14", "02:30", "04:00");
        let expected = [("2027-03-14T07:30:00Z".into(), "2027-03-14T08:00:00Z".into())];
        assert_eq!(spans(&skipped, "America/New_York").unwrap(), expected);
    }

    #[test]
    fn weeks_that_are_over_are_left_out() {
        let weekly = sundays("2026-01-01", "2026-11-01", "08:00", "10:00");
        assert_eq!(spans(&weekly, "UTC").unwrap().len(), 1);
        let over = sundays("2026-01-01", "2026-10-25", "08:00", "10:00");
        assert_eq!(spans(&over, "UTC").unwrap_err().code(), "CLOSURE_IN_PAST");
    }

    #[test]
    fn what_is_too_long_or_makes_no_sense_is_refused() {
        let refused = |when: &When| spans(when, "America/New_York").unwrap_err().code();
        assert_eq!(refused(&once("2026-11-02T10:00", "2026-11-02T10:00")), "CLOSURE_ENDS_EARLY");
        assert_eq!(refused(&once("2026-10-30T05:00", "2026-10-30T08:00")), "CLOSURE_IN_PAST");
        assert_eq!(refused(&once("2026-11-02T10:01", "2026-11-02T11:00")), "CLOSURE_OFF_GRID");
        assert_eq!(refused(&once("2026-11-01T01:30", "2026-11-01T05:00")), "LOCAL_TIME_AMBIGUOUS");
        assert_eq!(refused(&once("2026-11-02T10:00", "2027-12-05T10:00")), "CLOSURE_TOO_LARGE");
        assert_eq!(refused(&once("2020-01-01T10:00", "2026-12-01T10:00")), "CLOSURE_TOO_LARGE");
        assert!(spans(&once("2026-11-02T10:00", "2027-12-04T10:00"), "America/New_York").is_ok());
        let far = sundays("2026-11-01", "2027-12-05", "08:00", "10:00");
        assert_eq!(refused(&far), "CLOSURE_TOO_LARGE");
        let none = sundays("2026-11-02", "2026-11-07", "08:00", "10:00");
        assert_eq!(refused(&none), "CLOSURE_WITHOUT_DAYS");
        let turned = sundays("2026-11-08", "2026-11-01", "08:00", "10:00");
        assert_eq!(refused(&turned), "CLOSURE_ENDS_EARLY");
    }

    #[test]
    fn court_days_are_every_court_on_every_day_with_all_its_parts() {
        let zone = TimeZone::get("UTC").unwrap();
        let span = |from: &str, until: &str| Span {
            starts_at: from.parse().unwrap(),
            ends_at: until.parse().unwrap(),
        };
        let nights = [
            span("2026-11-01T23:00:00Z", "2026-11-02T01:00:00Z"),
            span("2026-11-02T23:00:00Z", "2026-11-03T01:00:00Z"),
        ];
        let courts = [CourtId::new(), CourtId::new()];
        let days = court_days(&nights, &courts, &zone).unwrap();
        let shape: Vec<_> =
            days.iter().map(|day| (day.court_id, day.date.day(), day.parts.len())).collect();
        let [a, b] = courts;
        assert_eq!(shape, [(a, 1, 1), (b, 1, 1), (a, 2, 2), (b, 2, 2), (a, 3, 1), (b, 3, 1)]);
    }
}
