//! What is free: the starts that the rules allow, without those whose slots are busy.

use facilities::{Court, CourtTerms, Sport, Venue, VenueWithCourts};
use kernel::{
    Error, Money, Result,
    jiff::{Timestamp, civil::Date},
};

use crate::{
    Slots, VenueDay,
    opening::Opening,
    plan::{check_far_ahead, end, every, padded, price},
};

/// A start that the rules of some courts allow, whoever has which slot.
#[derive(Debug, Clone)]
pub struct Start {
    /// When the booking would begin.
    pub starts_at: Timestamp,
    /// When it would end.
    pub ends_at: Timestamp,
    slots: Vec<(Date, Slots)>,
    rhythm: Rhythm,
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

/// What of a court's terms decides where its bookings may lie: its grid and buffers, in minutes. Most courts
/// of a venue share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rhythm {
    every: u16,
    before: u16,
    after: u16,
}

impl Rhythm {
    fn of(venue: &Venue, court: &Court) -> Self {
        let CourtTerms { buffer_before_minutes, buffer_after_minutes, .. } = &court.terms;
        Self {
            every: every(venue, court).minutes(),
            before: buffer_before_minutes.minutes(),
            after: buffer_after_minutes.minutes(),
        }
    }
}

/// The starts on a local day that are still ahead, in order for each rhythm of the courts that allow this
/// length: `DATE_IN_PAST`, `TOO_FAR_AHEAD`.
pub fn starts(
    read: &VenueWithCourts,
    date: Date,
    duration_minutes: u16,
    now: Timestamp,
) -> Result<Vec<Start>> {
    let venue = &read.venue;
    let zone = venue.time_zone.rules();
    if date < zone.to_datetime(now).date() {
        return Err(Error::invalid("DATE_IN_PAST", "the day has passed; choose a later one"));
    }
    check_far_ahead(venue, date, now)?;
    let opening = Opening::from(venue, date)?;
    let mut rhythms: Vec<Rhythm> = Vec::new();
    let mut starts = Vec::new();
    for court in
        read.active_courts().filter(|court| court.durations_minutes.allow(duration_minutes))
    {
        let rhythm = Rhythm::of(venue, court);
        if rhythms.contains(&rhythm) {
            continue;
        }
        rhythms.push(rhythm);
        let on_grid = opening.starts(every(venue, court)).into_iter();
        for starts_at in on_grid.filter(|starts_at| *starts_at > now) {
            let ends_at = end(starts_at, duration_minutes)?;
            if opening.covers(starts_at, ends_at) {
                let parts = padded(zone, &court.terms, (starts_at, ends_at))?;
                let slots = parts.into_iter().map(|part| (part.date, part.slots())).collect();
                starts.push(Start { starts_at, ends_at, slots, rhythm });
            }
        }
    }
    Ok(starts)
}

/// The local days whose items decide about these starts, in order: one, unless a booking or what a court keeps
/// free around it may run past midnight.
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
        let rhythm = Rhythm::of(&venue.venue, court);
        let busy: Vec<_> = days.iter().map(|day| (day.date, day.busy(court, now))).collect();
        let is_free = |start: &Start| {
            let met = |(date, slots): &(Date, Slots)| {
                busy.iter().any(|(day, busy)| day == date && busy.meets(*slots))
            };
            start.rhythm == rhythm && !start.slots.iter().any(met)
        };
        let free = starts.iter().enumerate().filter(|(_, start)| is_free(start));
        let starts = free.map(|(place, _)| place).collect();
        Free { court, price: price(court, duration_minutes), starts }
    };
    venue.active_courts().filter(fits).map(free_on).collect()
}
