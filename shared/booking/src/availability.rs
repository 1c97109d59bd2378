//! What is free: the starts that the rules allow, without those whose slots are busy.

use facilities::{Court, Sport, Venue, VenueWithCourts};
use kernel::{
    Error, Money, Result,
    jiff::{Timestamp, civil::Date},
};

use crate::{
    Slots, VenueDay,
    opening::Opening,
    plan::{check_far_ahead, end, price},
    slots::parts,
};

/// A start that the venue's rules allow, whoever has which slot.
#[derive(Debug, Clone)]
pub struct Start {
    /// When the booking would begin.
    pub starts_at: Timestamp,
    /// When it would end.
    pub ends_at: Timestamp,
    slots: Vec<(Date, Slots)>,
}

/// A court and the starts that are free on it.
#[derive(Debug)]
pub struct Free<'a> {
    /// The court.
    pub court: &'a Court,
    /// What each of the bookings would cost.
    pub price: Money,
    /// Which of the starts, in order, by their place among all.
    pub starts: Vec<usize>,
}

/// The starts on a local day that are still ahead: `DATE_IN_PAST`, `TOO_FAR_AHEAD`.
pub fn starts(
    venue: &Venue,
    date: Date,
    duration_minutes: u16,
    now: Timestamp,
) -> Result<Vec<Start>> {
    let zone = venue.time_zone.rules();
    if date < zone.to_datetime(now).date() {
        return Err(Error::invalid("DATE_IN_PAST", "the day has passed; choose a later one"));
    }
    check_far_ahead(venue, date, now)?;
    let opening = Opening::from(venue, date)?;
    let ahead = opening.starts().into_iter().filter(|starts_at| *starts_at > now);
    let mut starts = Vec::new();
    for starts_at in ahead {
        let ends_at = end(starts_at, duration_minutes)?;
        if opening.covers(starts_at, ends_at) {
            let parts = parts(zone, starts_at, ends_at)?;
            let slots = parts.into_iter().map(|part| (part.date, part.slots())).collect();
            starts.push(Start { starts_at, ends_at, slots });
        }
    }
    Ok(starts)
}

/// The local days whose items decide about these starts, in order: one, unless a booking may run past midnight.
pub fn days_of(starts: &[Start]) -> Vec<Date> {
    let mut days: Vec<_> =
        starts.iter().flat_map(|start| start.slots.iter().map(|(date, _)| *date)).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The active courts for this sport (or any) that allow this length, each with the starts that are free now.
pub fn free<'a>(
    venue: &'a VenueWithCourts,
    sport: Option<Sport>,
    duration_minutes: u16,
    starts: &[Start],
    days: &[VenueDay],
    now: Timestamp,
) -> Vec<Free<'a>> {
    let fits = |court: &&Court| {
        sport.is_none_or(|sport| court.sport == sport)
            && court.durations_minutes.allow(duration_minutes)
    };
    let free_on = |court: &'a Court| {
        let busy: Vec<_> = days.iter().map(|day| (day.date, day.busy(court, now))).collect();
        let is_free = |start: &Start| {
            let met = |(date, slots): &(Date, Slots)| {
                busy.iter().any(|(day, busy)| day == date && busy.meets(*slots))
            };
            !start.slots.iter().any(met)
        };
        let free = starts.iter().enumerate().filter(|(_, start)| is_free(start));
        let starts = free.map(|(place, _)| place).collect();
        Free { court, price: price(court, duration_minutes), starts }
    };
    venue.active_courts().filter(fits).map(free_on).collect()
}
