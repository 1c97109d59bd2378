//! A venue and its courts, and which of their hours nobody has booked.

use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{
    CourtId, VenueId,
    jiff::{ToSpan, civil::Date},
};

use crate::world::start;

/// Open from 8 to 23, so so many bookings of an hour on a court and day.
const HOURS: usize = 15;
const OPENS: usize = 8;
const WEEK: usize = 7;

/// A venue.
pub(crate) struct Hall {
    pub(crate) venue: VenueId,
    pub(crate) courts: Vec<CourtId>,
    /// The first of the members who book here: nobody is at two halls at a time.
    pub(crate) first_member: usize,
    taken: AtomicU32,
}

impl Hall {
    pub(crate) fn new((venue, courts): (VenueId, Vec<CourtId>), first_member: usize) -> Self {
        Self { venue, courts, first_member, taken: AtomicU32::new(0) }
    }

    /// How many hours were given out.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed) as usize
    }

    /// Court and start of an hour from this day on that nobody has booked.
    pub(crate) fn free_hour(&self, from: Date) -> (CourtId, String) {
        let (court, hour, day) = self.next();
        (self.courts[court], start(day_after(from, day), hour))
    }

    /// The same of an hour that is free every week.
    pub(crate) fn free_weekly_hour(&self, from: Date) -> (CourtId, String) {
        let (court, hour, day) = self.next();
        assert!(day < WEEK, "every hour of the week is taken for a year");
        (self.courts[court], start(day_after(from, day), hour))
    }

    /// Every second hour of a day on every court.
    pub(crate) fn busy_hours(&self, day: Date) -> Vec<(CourtId, String)> {
        let hours = (OPENS..OPENS + HOURS).step_by(2).map(|hour| start(day, hour));
        hours
            .flat_map(|start| self.courts.iter().map(move |court| (*court, start.clone())))
            .collect()
    }

    fn next(&self) -> (usize, usize, usize) {
        let index = self.taken.fetch_add(1, Ordering::Relaxed) as usize;
        let courts = self.courts.len();
        (index % courts, OPENS + index / courts % HOURS, index / courts / HOURS)
    }
}

pub(crate) fn day_after(day: Date, days: usize) -> Date {
    day.saturating_add(i64::try_from(days).expect("some days").days())
}
