//! Several bookings that change together: in their transaction each court's day is written once, whatever of them
//! lies on it. One may have what another gives up.

use std::collections::{BTreeMap, BTreeSet};

use facilities::{Court, Resource, Venue, court_unchanged};
use kernel::{
    BookingId, CourtId, Result, SeriesId, VenueId,
    jiff::{Timestamp, civil::Date},
};
use table::{Condition, TenantTable, Update, Write};

use super::{
    bookings::{bookings, let_go, places, put, replace_told, unless_changed},
    days::{
        DAY_KEPT, can_be_named, day_key, give_up, has, set_taken, take_named, taken_or_changed,
    },
    diaries::enter,
    extras::exchange_extras,
};
use crate::{Booking, CourtDays, Diary, InSeries, Slots, error::booking_changed, event};

/// The writes of one of several bookings that become others, [`Booking::rearranged`], in one transaction; but for
/// the days of courts, which [`exchange_days`] writes for all of them. The diary that decided is a condition.
pub fn rearrange(
    table: &TenantTable,
    (before, after): (&Booking, &Booking),
    (venue, court): (&Venue, &Court),
    (diary, resources, series): (&Diary, &[Resource], Option<SeriesId>),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let is_moved = after.sequence > before.sequence;
    let kind = if is_moved { event::MOVED } else { event::CHANGED };
    let mut writes = exchange_extras(table, Some(before), Some((after, resources)), now)?;
    writes.push(enter(table, diary, after, (venue, court), now)?);
    writes.extend(replace_told(table, (before, after), (kind, series), now)?);
    writes.push(court_unchanged(table, court));
    Ok(writes)
}

/// What several bookings give up and take of one court's day.
#[derive(Default)]
struct Exchange {
    given: Slots,
    taken: Slots,
    /// The same as it is stored, booking by booking.
    compact: BTreeSet<u16>,
    /// The first slot of each part that is given up: whoever gives it up has it.
    firsts: Vec<u16>,
    until: Option<Timestamp>,
}

/// Every court's day that these bookings, before and after, have slots on and give up or take some of: so many items
/// [`exchange_days`] writes at most.
pub fn exchanged_days(moves: &[(Booking, Booking)]) -> usize {
    exchanges(moves).len()
}

fn exchanges(moves: &[(Booking, Booking)]) -> BTreeMap<(CourtId, Date), Exchange> {
    let mut days = BTreeMap::<_, Exchange>::new();
    for (before, after) in moves.iter().filter(|(before, after)| before.sequence < after.sequence) {
        for (court, part) in places(before, &before.parts) {
            let day = days.entry((court, part.date)).or_default();
            day.given = day.given.with(part.slots());
            day.firsts.push(part.first);
        }
        for (court, part) in places(after, &after.parts) {
            let day = days.entry((court, part.date)).or_default();
            day.taken = day.taken.with(part.slots());
            day.compact.extend(part.slots().compact());
            day.until = day.until.max(Some(after.ends_at));
        }
    }
    days
}

/// The writes of the courts' days of a venue on which these bookings were, and on which they will be. `days` are
/// those of their new places, as they were read, with whatever the bookings have on them.
///
/// `SLOT_TAKEN`, `COURT_CLOSED`, or something that [`crate::may_be_repeated`], where a day is not as it was read.
pub fn exchange_days(
    table: &TenantTable,
    venue: VenueId,
    moves: &[(Booking, Booking)],
    days: &CourtDays,
    now: Timestamp,
) -> Vec<Write> {
    let write = |((court, date), day): ((CourtId, Date), Exchange)| {
        let Exchange { given, taken, compact, firsts, until } = day;
        let key = day_key(table, venue, date, court);
        if taken == Slots::default() {
            let had = Condition::all(firsts.into_iter().map(has));
            let update = give_up(Update::new(), given);
            return Write::update(key, update).when(had).or(|_| booking_changed());
        }
        let update = Update::new().set("kind", "court_day");
        let write = if given == Slots::default() && can_be_named(taken) {
            take_named(key, update, taken, compact)
        } else {
            let read = days.on(court, date);
            let left = read.map(|day| day.taken).unwrap_or_default().without(given.with(taken));
            set_taken(key, update, read, left, compact)
                .or(move |old| taken_or_changed(old, taken, given, now))
        };
        match until {
            Some(until) => write.expiring(until.saturating_add(DAY_KEPT).unwrap_or(until)),
            None => write,
        }
    };
    exchanges(moves).into_iter().map(write).collect()
}

/// Ends these holds, which are over and in somebody's way; read the days again after it.
pub async fn release(table: &TenantTable, ended: &[BookingId], now: Timestamp) -> Result<()> {
    let_go(table, bookings(table, ended).await?, now).await
}

/// The booking as a date of another series, which continues its own, and the write that makes it so. Nobody is told.
pub fn carry(table: &TenantTable, before: &Booking, to: InSeries) -> Result<Write> {
    let after = Booking { series: Some(to), version: before.version + 1, ..before.clone() };
    Ok(unless_changed(put(table, &after)?, before))
}
