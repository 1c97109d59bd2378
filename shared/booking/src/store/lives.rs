//! What becomes of a booking after it was made and before it ends: moved, checked in to, opened.

use facilities::{Court, Resource, Venue, court_unchanged};
use kernel::{Result, jiff::Timestamp};
use table::{TenantTable, Write};

use super::{
    bookings::{Changed, claim, replace},
    diaries::enter,
    extras::exchange_extras,
};
use crate::{Booking, CourtDays, Diary, Step, event};

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

/// The writes that store who plays, as [`Booking::opened`], [`Booking::joined`] and [`Booking::left`] decided.
pub fn change_players(
    table: &TenantTable,
    (before, after): (&Booking, &Booking),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let players = |booking: &Booking| booking.party.participants().len();
    let kind = if players(after) < players(before) {
        event::LEFT
    } else if before.open.is_none() {
        event::OPENED
    } else {
        event::JOINED
    };
    replace(table, before, after, kind, now)
}
