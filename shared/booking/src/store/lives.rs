//! What becomes of a booking after it was made: given up by a policy, moved, checked in to, missed, opened.

use facilities::{Court, Resource, Venue, court_unchanged};
use kernel::{AccountId, Result, SeriesId, jiff::Timestamp};
use table::{TenantTable, Write};

use super::{
    bookings::{Changed, claim, give_back, replace, replace_told},
    diaries::{enter, hold_against, strike_out},
    extras::{exchange_extras, give_back_extras},
};
use crate::{
    Booking, Cancellation, CourtDays, Diary, Step, Strike, StrikeKind, StrikeTerms, event,
};

/// What decides about strikes: the member's diary as it was read, which is a condition then, and the policy.
#[derive(Debug, Clone, Copy)]
pub struct Missable<'a> {
    /// Of whose booking it is.
    pub diary: &'a Diary,
    /// When strikes suspend; never where the venue has no such terms.
    pub strikes: Option<StrikeTerms>,
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
    let mut booking = before.stepped(Step::Cancel, now)?;
    let is_struck = came.strike;
    (booking.cancelled_by, booking.cancellation) = (Some(by), Some(came));
    let mut writes = replace_told(table, (before, &booking), (event::CANCELLED, series), now)?;
    writes.extend(give_back(table, before, &before.parts, now));
    writes.extend(give_back_extras(table, before, now)?);
    writes.push(if is_struck {
        strike(table, before, StrikeKind::LateCancellation, against, now)?
    } else {
        strike_out(table, before)
    });
    Ok(Changed { booking, writes })
}

/// The writes that move a booking: one transaction takes the new slots and gives the old ones back, or does
/// neither. A day on which both lie is written once, if nobody has written it since it was read.
///
/// `days` and `diary` are those of the new place, both `without` the booking. Refused as [`crate::book`] is.
pub async fn relocate(
    table: &TenantTable,
    (before, after): (&Booking, &Booking),
    (venue, court): (&Venue, &Court),
    (days, diary, resources): (&CourtDays, &Diary, &[Resource]),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let mut writes = claim(table, after, days, Some(before), now).await?;
    writes.extend(exchange_extras(table, Some(before), Some((after, resources)), now)?);
    writes.push(enter(table, diary, after, (venue, court), now)?);
    writes.extend(replace(table, before, after, event::MOVED, now)?);
    writes.push(court_unchanged(table, court));
    Ok(writes)
}

/// The writes that note that the players are there.
pub fn check_in(table: &TenantTable, before: &Booking, now: Timestamp) -> Result<Changed> {
    let booking = before.stepped(Step::CheckIn, now)?;
    let writes = replace(table, before, &booking, event::CHECKED_IN, now)?;
    Ok(Changed { booking, writes })
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
    writes.extend(give_back(table, before, &before.parts, now));
    writes.extend(give_back_extras(table, before, now)?);
    writes.push(strike(table, before, StrikeKind::NoShow, against, now)?);
    Ok(Changed { booking, writes })
}

/// The writes that store who plays, as [`Booking::opened`], [`Booking::joined`] and [`Booking::left`] decided.
pub fn change_players(
    table: &TenantTable,
    (before, after): (&Booking, &Booking),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let joined = |booking: &Booking| booking.open.as_ref().map(|open| open.joined.len());
    let kind = match (joined(before), joined(after)) {
        (None, _) => event::OPENED,
        (was, is) if is > was => event::JOINED,
        _ => event::LEFT,
    };
    replace(table, before, after, kind, now)
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
