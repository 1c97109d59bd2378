//! Open days: what is free at venues on local days. What booking says of one day, asked of many at once.

use std::collections::{BTreeMap, BTreeSet};

use booking::{DAYS_AHEAD, Start, VenueDay, days_of, free, starts, venue_day};
use facilities::{Court, Sport, Venue, VenueWithCourts};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{
    CourtId, Error, Result,
    jiff::{Timestamp, ToSpan, civil::Date},
};
use table::TenantTable;

/// The most days of one search.
pub const DAYS_LIMIT: u16 = 31;
/// The most days of all venues of one search together.
pub const VENUE_DAYS_LIMIT: usize = 4 * DAYS_LIMIT as usize;
/// The most starts of one answer: about 4 MB of JSON, less than a function may answer.
pub const STARTS_LIMIT: usize = 150_000;
/// Queries under way at once.
pub(crate) const AT_ONCE: usize = 16;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// On courts for this sport; any, if absent.
    pub sport: Option<Sport>,
    /// On this court alone.
    pub court_id: Option<CourtId>,
    /// For so long.
    pub duration_minutes: u16,
}

/// On which days.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// From this local day on; from the venue's today, if absent.
    pub from: Option<Date>,
    /// So many; those that nobody can book yet are left out, but for the first.
    pub days: u16,
}

impl Span {
    fn dates(self, venue: &Venue, now: Timestamp) -> Vec<Date> {
        let first = self.from.unwrap_or_else(|| today(venue, now));
        let (end, last) =
            (first.saturating_add(i64::from(self.days).days()), last_bookable(venue, now));
        let rest = first.series(1.day()).skip(1).take_while(|day| *day < end && *day <= last);
        std::iter::once(first).chain(rest).collect()
    }
}

/// The day on a venue's calendar.
pub(crate) fn today(venue: &Venue, now: Timestamp) -> Date {
    venue.time_zone.rules().to_datetime(now).date()
}

/// The last local day that anybody can book.
pub(crate) fn last_bookable(venue: &Venue, now: Timestamp) -> Date {
    today(venue, now).saturating_add(DAYS_AHEAD.days())
}

/// What is free at a venue on a local day.
#[derive(Debug)]
pub struct OpenDay<'a> {
    /// Where.
    pub venue: &'a VenueWithCourts,
    /// When.
    pub date: Date,
    /// The active courts that are looked for and allow the length; one with nothing free has no times.
    pub courts: Vec<OpenCourt<'a>>,
}

/// When a court is free.
#[derive(Debug)]
pub struct OpenCourt<'a> {
    /// Which.
    pub court: &'a Court,
    /// By start.
    pub times: Vec<OpenTime>,
}

/// A time that can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTime {
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Refuses a search of more than 124 days of venues: `SEARCH_TOO_WIDE`.
pub fn check_width(venues: usize, days: u16) -> Result<()> {
    if venues * usize::from(days) > VENUE_DAYS_LIMIT { Err(too_wide()) } else { Ok(()) }
}

fn too_wide() -> Error {
    Error::invalid(
        "SEARCH_TOO_WIDE",
        "that is too much for one answer; ask for fewer days or venues",
    )
}

/// What is free at these venues, day by day: a query of `DAY#<venue>#<date>` for each, 16 at once, a moment old.
///
/// `DATE_IN_PAST`, `TOO_FAR_AHEAD` of the first day; `SEARCH_TOO_WIDE` where the answer would be too large.
pub async fn open_days<'a>(
    table: &TenantTable,
    venues: &'a [VenueWithCourts],
    span: Span,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Vec<OpenDay<'a>>> {
    let mut asked = Vec::new();
    for (place, venue) in venues.iter().enumerate() {
        for date in span.dates(&venue.venue, now) {
            let starts = starts(venue, date, wanted.duration_minutes, now)?;
            asked.push((place, date, starts));
        }
    }
    let days = read(table, venues, &asked).await?;
    let mut left = STARTS_LIMIT;
    let mut open = Vec::with_capacity(asked.len());
    for (place, date, starts) in asked {
        let found = days_of(&starts).into_iter().filter_map(|day| days.get(&(place, day)).cloned());
        let found: Vec<_> = found.collect();
        let courts = open_courts(&venues[place], wanted, &starts, &found, now);
        let count: usize = courts.iter().map(|court| court.times.len()).sum();
        left = left.checked_sub(count).ok_or_else(too_wide)?;
        open.push(OpenDay { venue: &venues[place], date, courts });
    }
    Ok(open)
}

/// Every day that decides about one of the starts, each read once.
async fn read(
    table: &TenantTable,
    venues: &[VenueWithCourts],
    asked: &[(usize, Date, Vec<Start>)],
) -> Result<BTreeMap<(usize, Date), VenueDay>> {
    let of_place = |(place, _, starts): &(usize, Date, Vec<Start>)| {
        days_of(starts).into_iter().map(|day| (*place, day)).collect::<Vec<_>>()
    };
    let needed: BTreeSet<_> = asked.iter().flat_map(of_place).collect();
    let queries = needed.into_iter().map(|(place, day)| async move {
        let found = venue_day(table, venues[place].venue.id, day).await?;
        Ok(((place, day), found))
    });
    stream::iter(queries).buffer_unordered(AT_ONCE).try_collect().await
}

fn open_courts<'a>(
    venue: &'a VenueWithCourts,
    wanted: Wanted,
    starts: &[Start],
    days: &[VenueDay],
    now: Timestamp,
) -> Vec<OpenCourt<'a>> {
    let free = free(venue, wanted.sport, wanted.duration_minutes, starts, days, now).into_iter();
    let free = free.filter(|free| wanted.court_id.is_none_or(|court| free.court.id == court));
    let open = free.map(|free| {
        let time = |place: usize| OpenTime {
            starts_at: starts[place].starts_at,
            ends_at: starts[place].ends_at,
        };
        OpenCourt { court: free.court, times: free.starts.into_iter().map(time).collect() }
    });
    open.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_samples::venue;

    fn dates(from: Option<&str>, days: u16) -> Vec<String> {
        let venue = venue("America/Lima");
        let span = Span { from: from.map(|from| from.parse().unwrap()), days };
        // Half past ten in the evening of the 20th.
        let dates = span.dates(&venue, "2026-11-21T03:30:00Z".parse().unwrap());
        dates.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn days_begin_with_the_venue_s_today_and_end_with_what_can_be_booked() {
        assert_eq!(dates(None, 2), ["2026-11-20", "2026-11-21"]);
        assert_eq!(dates(Some("2026-12-31"), 2), ["2026-12-31", "2027-01-01"]);
        assert_eq!(dates(Some("2027-11-19"), 31), ["2027-11-19", "2027-11-20"]);
        assert_eq!(dates(None, 31).len(), 31);
        // So that the refusal names it.
        assert_eq!(dates(Some("2027-11-21"), 31), ["2027-11-21"]);
        assert_eq!(dates(Some("2026-11-01"), 1), ["2026-11-01"]);
    }

    #[test]
    fn a_search_is_as_wide_as_four_venues_of_a_month() {
        assert!(check_width(4, 31).is_ok() && check_width(10, 12).is_ok());
        assert_eq!(check_width(5, 31).unwrap_err().code(), "SEARCH_TOO_WIDE");
    }
}
