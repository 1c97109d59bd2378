//! A week as staff see it: every court with its bookings and the times in which it is closed.

use booking::{Booking, SLOT_MINUTES, Slots, VenueDay, first_instant};
use facilities::{Court, Status, VenueWithCourts};
use kernel::{
    Result,
    jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone},
};

use crate::feed::is_on;

/// How long a week is.
pub const WEEK_DAYS: u16 = 7;

/// Seven local days of a venue from one on.
#[derive(Debug)]
pub struct Week<'a> {
    /// The active courts, and those retired ones that still have bookings.
    pub courts: Vec<CourtWeek<'a>>,
}

/// A court's week.
#[derive(Debug)]
pub struct CourtWeek<'a> {
    /// Which.
    pub court: &'a Court,
    /// Those that have its slots, or those of courts it is made of or part of, by start.
    pub bookings: Vec<&'a Booking>,
    /// In order of days.
    pub closed: Vec<ClosedTime>,
}

/// A time in which a court is closed, within one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedTime {
    /// Under which day it is kept.
    pub date: Date,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// A venue's week out of its bookings, those of the day before included, and its courts' days.
pub fn week<'a>(
    venue: &'a VenueWithCourts,
    first: Date,
    bookings: &'a [Booking],
    days: &[VenueDay],
    now: Timestamp,
) -> Result<Week<'a>> {
    let zone = venue.venue.time_zone.rules();
    let from = first_instant(zone, first)?;
    let until = first_instant(zone, first.saturating_add(i64::from(WEEK_DAYS).days()))?;
    let is_there = |booking: &&Booking| {
        let is_had = booking.status.has_slots() && !booking.hold_has_ended(now);
        let was_had = booking.status == booking::Status::NoShow;
        (is_had || was_had) && booking.ends_at > from && booking.starts_at < until
    };
    let mut there: Vec<_> = bookings.iter().filter(is_there).collect();
    there.sort_by_key(|booking| (booking.starts_at, booking.id));
    let mut courts = Vec::with_capacity(venue.courts.len());
    for court in &venue.courts {
        let own = there.iter().filter(|booking| is_on(booking, court.id, court.takes()));
        let bookings: Vec<_> = own.copied().collect();
        if court.status == Status::Active || !bookings.is_empty() {
            courts.push(CourtWeek { court, bookings, closed: closed(zone, court, days)? });
        }
    }
    Ok(Week { courts })
}

fn closed(zone: &TimeZone, court: &Court, days: &[VenueDay]) -> Result<Vec<ClosedTime>> {
    let mut times = Vec::new();
    for day in days {
        let own = day.courts.iter().filter(|one| court.takes().contains(&one.court_id));
        let slots = own.fold(Slots::default(), |closed, one| closed.with(one.closed));
        let day_starts = first_instant(zone, day.date)?;
        let at = |slot: u16| {
            day_starts + SignedDuration::from_mins(i64::from(slot) * i64::from(SLOT_MINUTES))
        };
        let ranges = ranges(slots).into_iter().map(|(first, end)| ClosedTime {
            date: day.date,
            starts_at: at(first),
            ends_at: at(end),
        });
        times.extend(ranges);
    }
    Ok(times)
}

/// Slots as ranges: the first, and the one after the last.
fn ranges(slots: Slots) -> Vec<(u16, u16)> {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for slot in slots.numbers() {
        match ranges.last_mut() {
            Some((_, end)) if *end == slot => *end += 1,
            _ => ranges.push((slot, slot + 1)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use booking::CourtDay;

    use super::*;
    use crate::text_samples::{self, NOW};

    #[test]
    fn slots_that_touch_are_one_range() {
        assert_eq!(ranges([1, 2, 3, 7, 9, 10].into_iter().collect()), [(1, 4), (7, 8), (9, 11)]);
        assert!(ranges(Slots::default()).is_empty());
    }

    fn place() -> VenueWithCourts {
        let venue = text_samples::venue("America/New_York");
        let (left, right) = (text_samples::court(&venue), text_samples::court(&venue));
        let made_of = vec![left.id, right.id];
        let full = Court { made_of, ..text_samples::court(&venue) };
        VenueWithCourts { venue, courts: vec![left, right, full] }
    }

    fn at(court: &Court, starts_at: &str) -> Booking {
        let sample = text_samples::booking("America/New_York", starts_at, 60);
        Booking { court_id: court.id, takes: court.made_of.clone(), ..sample }
    }

    #[test]
    fn a_booking_stands_with_every_court_that_it_takes_or_blocks() {
        let venue = place();
        let [left, right, full] = &venue.courts[..] else { panic!("three courts") };
        let bookings = [
            at(left, "2026-11-01T18:00-05"),
            at(full, "2026-10-31T18:00-04"),
            at(right, "2026-10-25T23:30-04"),
            at(right, "2026-10-25T22:00-04"),
            at(right, "2026-11-02T00:00-05"),
            Booking { status: booking::Status::Cancelled, ..at(right, "2026-10-31T10:00-04") },
            Booking { status: booking::Status::Held, ..at(right, "2026-10-31T11:00-04") },
        ];
        let first = "2026-10-26".parse().unwrap();
        let week = week(&venue, first, &bookings, &[], NOW.parse().unwrap()).unwrap();
        let ids = |place: usize| {
            let bookings = &week.courts[place].bookings;
            bookings.iter().map(|booking| booking.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(0), [bookings[1].id, bookings[0].id]);
        // That of Sunday night reaches into Monday; the one before it does not.
        assert_eq!(ids(1), [bookings[2].id, bookings[1].id]);
        assert_eq!(ids(2), [bookings[2].id, bookings[1].id, bookings[0].id]);
    }

    #[test]
    fn a_retired_court_stands_there_while_it_has_bookings() {
        let mut venue = place();
        venue.courts.iter_mut().for_each(|court| court.status = Status::Retired);
        let bookings = [at(&venue.courts[0], "2026-11-01T18:00-05")];
        let first = "2026-10-26".parse().unwrap();
        let week = week(&venue, first, &bookings, &[], NOW.parse().unwrap()).unwrap();
        let shown: Vec<_> = week.courts.iter().map(|one| one.court.id).collect();
        assert_eq!(shown, [venue.courts[0].id, venue.courts[2].id]);
    }

    #[test]
    fn closed_times_are_counted_from_the_day_s_first_instant() {
        let venue = place();
        let day = CourtDay {
            court_id: venue.courts[1].id,
            taken: Slots::default(),
            holds: Vec::new(),
            closed: (12..36).collect(),
            version: 1,
        };
        let date = "2026-11-01".parse().unwrap();
        let days = [VenueDay { date, courts: vec![day] }];
        let week = week(&venue, date, &[], &days, NOW.parse().unwrap()).unwrap();
        // From one until the second two: the clock is put back in between.
        let closed = ClosedTime {
            date,
            starts_at: "2026-11-01T01:00-04".parse().unwrap(),
            ends_at: "2026-11-01T02:00-05".parse().unwrap(),
        };
        assert!(week.courts[0].closed.is_empty());
        assert_eq!(week.courts[1].closed, [closed]);
        assert_eq!(week.courts[2].closed, [closed]);
    }
}
