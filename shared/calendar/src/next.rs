//! The next time that something is free.

use facilities::{Court, VenueWithCourts};
use kernel::{
    Result,
    jiff::{Timestamp, ToSpan, civil::Date},
};
use table::TenantTable;

use crate::{
    DAYS_LIMIT, OpenDay, OpenTime, Span, Wanted,
    open::{last_bookable, open_days},
};

/// Days that are asked for together: a start may run into the day after.
const BLOCK: u16 = 8;

/// The first time that is free, and the courts that are free then.
#[derive(Debug)]
pub struct Next<'a> {
    /// When.
    pub time: OpenTime,
    /// Where, in the order in which they were made.
    pub courts: Vec<&'a Court>,
}

/// The first time that is free from a local day on, and the last day that was looked at: at most 31 days, eight
/// at once, and no more than it takes.
///
/// `DATE_IN_PAST`, `TOO_FAR_AHEAD` of the first day.
pub async fn next_free<'a>(
    table: &TenantTable,
    venue: &'a VenueWithCourts,
    from: Option<Date>,
    wanted: Wanted,
    now: Timestamp,
) -> Result<(Option<Next<'a>>, Option<Date>)> {
    let (mut from, mut left, mut last) = (from, DAYS_LIMIT, None);
    while left > 0 {
        let span = Span { from, days: left.min(BLOCK) };
        let days = open_days(table, std::slice::from_ref(venue), span, wanted, now).await?;
        if let Some((date, next)) = days.iter().find_map(|day| Some((day.date, first(day)?))) {
            return Ok((Some(next), Some(date)));
        }
        left -= span.days;
        last = days.last().map(|day| day.date);
        from = last.map(|last| last.saturating_add(1.day()));
        if from.is_none_or(|from| from > last_bookable(&venue.venue, now)) {
            break;
        }
    }
    Ok((None, last))
}

/// A day's first free time.
fn first<'a>(day: &OpenDay<'a>) -> Option<Next<'a>> {
    let times = day.courts.iter().filter_map(|open| open.times.first().copied());
    let time = times.min_by_key(|time| time.starts_at)?;
    let then = day.courts.iter().filter(|open| open.times.first() == Some(&time));
    Some(Next { time, courts: then.map(|open| open.court).collect() })
}
