//! Which bookings a closure meets. The index that lists them may lag behind the table, so what it answers must
//! explain every slot that the courts' days, read before it, say is taken.

use booking::{Booking, CourtDays, Slots, Status};
use futures::future::try_join_all;
use kernel::{
    Error, PageLimit, PageRequest, Result, VenueId,
    jiff::{SignedDuration, Timestamp, ToSpan, civil::Date},
};
use table::TenantTable;

use crate::{Closure, CourtDay, Span, store};

/// A booking touches at most three local days, so it may have begun two days before.
const DAYS_BEFORE: i32 = 2;
const LISTS_AT_ONCE: usize = 16;
/// Pages of a hundred: more bookings than the most courts have on a day.
const PAGES_LIMIT: usize = 300;
/// An index that is further behind is not waited for: slots that nobody's booking explains keep nobody else's
/// booking from being settled.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// The local days under which bookings may be listed that touch these, in order, each once.
fn dates_to_list(dates: &[Date]) -> Vec<Date> {
    let mut all: Vec<_> = dates
        .iter()
        .flat_map(|date| (0..=DAYS_BEFORE).map(move |days| date.saturating_sub(days.days())))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The bookings that have slots and that the closure meets, of those that touch this local day: one batch of the
/// days, then the venue's lists of that day and the two before.
///
/// 503, `BOOKINGS_BEHIND`, while the lists do not explain what is taken.
pub async fn affected_on(
    table: &TenantTable,
    closure: &Closure,
    (spans, days): (&[Span], &[CourtDay]),
    date: Date,
    now: Timestamp,
) -> Result<Vec<Booking>> {
    let of_date: Vec<_> = days.iter().filter(|day| day.date == date).collect();
    let stored = store::days(table, closure.venue_id, &closure.courts, date).await?;
    let lists = dates_to_list(&[date]);
    let lists = lists.into_iter().map(|date| bookings_of(table, closure.venue_id, date));
    let mut bookings: Vec<_> = try_join_all(lists).await?.into_iter().flatten().collect();
    bookings.retain(|booking| booking.parts.iter().any(|part| part.date == date));
    let over = passed(closure, date, now)?;
    if !of_date.iter().all(|day| is_explained(day, &stored, &bookings, over)) {
        let since = closure.days_closed_at.unwrap_or(closure.created_at);
        if now.duration_since(since) < PATIENCE {
            return Err(Error::unavailable(
                "BOOKINGS_BEHIND",
                "the lists of bookings are behind; try again in a moment",
            ));
        }
        tracing::error!(closure.id = %closure.id, %date, "a slot is taken that no booking has");
    }
    bookings.retain(|booking| booking.status.has_slots() && closure.meets(booking, spans));
    Ok(bookings)
}

/// The bookings that a closure would meet now: a list for each day that it touches, and the two before.
pub async fn affected(table: &TenantTable, closure: &Closure) -> Result<Vec<Booking>> {
    let (spans, dates) = (closure.spans()?, dates_to_list(&closure.dates()?));
    let mut affected = Vec::new();
    for some in dates.chunks(LISTS_AT_ONCE) {
        let lists = some.iter().map(|date| bookings_of(table, closure.venue_id, *date));
        affected.extend(try_join_all(lists).await?.into_iter().flatten());
    }
    affected.retain(|booking| booking.status.has_slots() && closure.meets(booking, &spans));
    Ok(affected)
}

/// The bookings that start on a local day, a moment old at most.
async fn bookings_of(table: &TenantTable, venue: VenueId, date: Date) -> Result<Vec<Booking>> {
    let limit = PageLimit::new(PageLimit::MAX).unwrap_or_default();
    let (mut bookings, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_LIMIT {
        let page = PageRequest { limit, after };
        let page = booking::bookings_of_day(table, venue, date, page).await?;
        bookings.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(bookings);
        }
    }
    Err(Error::internal("a venue has more bookings on a day than its courts have slots"))
}

/// The slots of a local day that are over: who had them may be gone without having given them back.
fn passed(closure: &Closure, date: Date, now: Timestamp) -> Result<Slots> {
    let begins = booking::first_instant(closure.time_zone.rules(), date)?;
    let seconds = now.duration_since(begins).as_secs();
    let step = i64::from(booking::SLOT_MINUTES) * 60;
    // The one that is running, too.
    let count = (seconds.max(0) + step - 1) / step;
    let count = u16::try_from(count).unwrap_or(Slots::CAPACITY).min(Slots::CAPACITY);
    Ok((0..count).collect())
}

/// Whether all that is taken of what is closed is some listed booking's.
fn is_explained(day: &CourtDay, stored: &CourtDays, bookings: &[Booking], over: Slots) -> bool {
    let Some(found) = stored.on(day.court_id, day.date) else { return true };
    // Who did not come may have kept what they had of the day.
    let keeps = |booking: &&Booking| booking.status.has_slots() || booking.status == Status::NoShow;
    let on_court = |booking: &&Booking| booking.courts().contains(&day.court_id);
    let listed = bookings.iter().filter(keeps).filter(on_court);
    let known = listed.flat_map(|booking| &booking.parts).filter(|part| part.date == day.date);
    let known = known.fold(over, |known, part| known.with(part.slots()));
    let unknown = found.taken.without(known);
    !day.parts.iter().any(|part| unknown.meets(part.slots()))
}
