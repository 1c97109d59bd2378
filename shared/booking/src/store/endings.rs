//! How bookings end: unpaid, given up, missed. What they had comes free in the same transaction.

use kernel::{AccountId, ClosureId, Result, SeriesId, jiff::Timestamp};
use table::{TenantTable, Write};

use super::{
    bookings::{Changed, give_back, put_telling, replace, unless_changed},
    diaries::{hold_against, strike_out},
    extras::give_back_extras,
    marks::marks,
};
use crate::{
    Booking, BookingFact, Cancellation, Diary, Step, Strike, StrikeKind, StrikeTerms,
    event::{self, Freed},
};

/// What decides about strikes: the member's diary as it was read, which is a condition then, and the policy.
#[derive(Debug, Clone, Copy)]
pub struct Missable<'a> {
    /// Of whose booking it is.
    pub diary: &'a Diary,
    /// When strikes suspend; never where the venue has no such terms.
    pub strikes: Option<StrikeTerms>,
}

/// Who gives a booking up, and why.
struct Because {
    by: AccountId,
    /// What a policy says came of it.
    came: Option<Cancellation>,
    /// The closure, and whether nothing comes free by it.
    closure: Option<(ClosureId, bool)>,
    /// The series that tells its member, where it is one of many dates.
    series: Option<SeriesId>,
}

/// The writes that end a hold unpaid and give its slots and extras back.
pub fn expire(table: &TenantTable, before: &Booking, now: Timestamp) -> Result<Changed> {
    let booking = before.stepped(Step::Expire, now)?;
    let mut writes = replace(table, before, &booking, event::EXPIRED, now)?;
    writes.extend(give_all_back(table, before, now)?);
    writes.push(strike_out(table, before));
    Ok(Changed { booking, writes })
}

/// The writes that give up a held or confirmed booking, its slots and its extras.
pub fn cancel(
    table: &TenantTable,
    before: &Booking,
    by: AccountId,
    now: Timestamp,
) -> Result<Changed> {
    let because = Because { by, came: None, closure: None, series: None };
    give_up(table, before, because, strike_out(table, before), now)
}

/// The writes that give up a booking because its courts are closed. Where all of its time is closed
/// (`frees_nothing`), nothing comes free by it.
pub fn cancel_for_closure(
    table: &TenantTable,
    before: &Booking,
    by: AccountId,
    (closure, frees_nothing): (ClosureId, bool),
    now: Timestamp,
) -> Result<Changed> {
    let because = Because { by, came: None, closure: Some((closure, frees_nothing)), series: None };
    give_up(table, before, because, strike_out(table, before), now)
}

/// The writes that give a booking up, and its slots, by what a policy says came of it. A strike is written into the
/// member's diary with it, and suspends them where it is one too many: something that
/// [`crate::may_be_repeated`] where the diary has changed.
pub fn cancel_by_policy(
    table: &TenantTable,
    before: &Booking,
    came: Cancellation,
    (by, against): (AccountId, Missable<'_>),
    now: Timestamp,
) -> Result<Changed> {
    cancel_date(table, before, came, (by, against, None), now)
}

/// The same of a date of this series, which is given up with others: the series tells its member.
pub fn cancel_date(
    table: &TenantTable,
    before: &Booking,
    came: Cancellation,
    (by, against, series): (AccountId, Missable<'_>, Option<SeriesId>),
    now: Timestamp,
) -> Result<Changed> {
    let diary = if came.strike {
        strike(table, before, StrikeKind::LateCancellation, against, now)?
    } else {
        strike_out(table, before)
    };
    let because = Because { by, came: Some(came), closure: None, series };
    give_up(table, before, because, diary, now)
}

/// The writes that note that nobody came, give back what is left of the time, and hold it against the member. It
/// stays in their diary: they have had it, as far as quotas go.
pub fn miss(
    table: &TenantTable,
    before: &Booking,
    against: Missable<'_>,
    now: Timestamp,
) -> Result<Changed> {
    let booking = before.stepped(Step::Miss, now)?;
    let mut writes = replace(table, before, &booking, event::MISSED, now)?;
    writes.extend(give_all_back(table, before, now)?);
    writes.push(strike(table, before, StrikeKind::NoShow, against, now)?);
    Ok(Changed { booking, writes })
}

fn give_up(
    table: &TenantTable,
    before: &Booking,
    because: Because,
    diary: Write,
    now: Timestamp,
) -> Result<Changed> {
    let Because { by, came, closure, series: series_id } = because;
    let mut booking = before.stepped(Step::Cancel, now)?;
    booking.cancelled_by = Some(by);
    booking.cancellation = came.or(booking.cancellation);
    let frees_nothing = closure.is_some_and(|(_, frees_nothing)| frees_nothing);
    let freed = Freed::between(before, &booking).filter(|_| !frees_nothing);
    let closure_id = closure.map(|(closure, _)| closure);
    let fact = BookingFact { closure_id, series_id, freed, ..BookingFact::of(&booking) };
    let stored = put_telling(table, &booking, event::CANCELLED, &fact, now)?;
    let mut writes = vec![unless_changed(stored, before)];
    writes.extend(marks(table, Some(before), &booking)?);
    writes.extend(give_all_back(table, before, now)?);
    writes.push(diary);
    Ok(Changed { booking, writes })
}

/// The writes that give back all that a booking has: its slots and its extras.
fn give_all_back(table: &TenantTable, booking: &Booking, now: Timestamp) -> Result<Vec<Write>> {
    let mut writes = give_back(table, booking, &booking.parts, now);
    writes.extend(give_back_extras(table, booking, now)?);
    Ok(writes)
}

fn strike(
    table: &TenantTable,
    booking: &Booking,
    kind: StrikeKind,
    Missable { diary, strikes }: Missable<'_>,
    now: Timestamp,
) -> Result<Write> {
    let strike = Strike { booking_id: booking.id, kind, at: now };
    let suspended_until = strikes.and_then(|terms| diary.suspended_by_one_more(terms, now));
    hold_against(table, (booking, diary), strike, suspended_until)
}
