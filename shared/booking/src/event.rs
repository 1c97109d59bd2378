//! The facts that bookings publish.

use kernel::{BookingId, ClosureId, CourtId, PaymentId, SeriesId, VenueId, jiff::Timestamp};
use serde::{Deserialize, Serialize};

use crate::Booking;

/// A slot is kept until it is paid, or an offer accepted. Free of charge, only offers are held.
pub const HELD: &str = "booking.held";
/// The court is theirs.
pub const CONFIRMED: &str = "booking.confirmed";
/// It was given up.
pub const CANCELLED: &str = "booking.cancelled";
/// It was not paid in time.
pub const EXPIRED: &str = "booking.expired";
/// It is at another time or on another court.
pub const MOVED: &str = "booking.moved";
/// Others play, or it has other extras; its time and court stay.
pub const CHANGED: &str = "booking.changed";
/// They are there.
pub const CHECKED_IN: &str = "booking.checked_in";
/// They did not come, and the rest of the time was given back.
pub const MISSED: &str = "booking.missed";

/// Its owner lets others join.
pub const OPENED: &str = "booking.opened";
/// A member has joined it.
pub const JOINED: &str = "booking.joined";
/// A member who had joined it has left.
pub const LEFT: &str = "booking.left";

/// The data of every booking's fact, version 1: which booking. Who needs more reads the booking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookingFact {
    /// Which.
    pub booking_id: BookingId,
    /// Until when it is held; of `booking.held` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_expires_at: Option<Timestamp>,
    /// The payment it waits, or waited, for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The closure that cancelled it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure_id: Option<ClosureId>,
    /// The series of which it is a date, where that is what happened: its member is told of all dates at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_id: Option<SeriesId>,
    /// The time that came free by it, if any did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freed: Option<Freed>,
}

/// Time that came free on courts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freed {
    /// Where.
    pub venue_id: VenueId,
    /// On which courts; the halves, if a full court came free.
    pub courts: Vec<CourtId>,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

impl Freed {
    /// What comes free when a booking becomes another: its whole time, or what is left of it when nobody came.
    pub(crate) fn between(before: &Booking, after: &Booking) -> Option<Self> {
        let is_there = |booking: &Booking| (booking.court_id, booking.starts_at, booking.ends_at);
        let mut freed = Self::of(before);
        if let Some(missed_at) = after.missed_at {
            freed.starts_at = freed.starts_at.max(missed_at);
        }
        let gives = !after.status.has_slots() || is_there(before) != is_there(after);
        (gives && freed.starts_at < freed.ends_at).then_some(freed)
    }

    /// The whole time of a booking.
    pub(crate) fn of(booking: &Booking) -> Self {
        Self {
            venue_id: booking.venue_id,
            courts: booking.courts().to_vec(),
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
        }
    }
}

impl BookingFact {
    /// The version of this shape.
    pub const VERSION: u16 = 1;

    pub(crate) fn of(booking: &Booking) -> Self {
        Self {
            booking_id: booking.id,
            hold_expires_at: booking.hold_expires_at,
            payment_id: booking.payment_id,
            closure_id: None,
            series_id: None,
            freed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, jiff::ToSpan};

    use super::*;
    use crate::{Status, Wish, plan, samples};

    #[test]
    fn what_comes_free_is_the_old_time_or_what_is_left_of_it() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "23:00")], 30);
        let court = samples::court(&venue, &[60]);
        let wish = Wish { start: "2026-11-25T18:00".parse().unwrap(), duration_minutes: 60 };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let plan = plan(&venue, &court, wish, now).unwrap();
        let booked =
            Booking::new(BookingId::new(), AccountId::new(), (&venue, &court), plan, None, now);
        let there = Booking { status: Status::CheckedIn, ..booked.clone() };
        assert_eq!(Freed::between(&booked, &there), None);
        let moved = Booking { starts_at: booked.starts_at + 30.minutes(), ..booked.clone() };
        assert_eq!(Freed::between(&booked, &moved), Some(Freed::of(&booked)));
        let missed = |after| {
            let missed_at = Some(booked.starts_at + after);
            let missed = Booking { status: Status::NoShow, missed_at, ..booked.clone() };
            Freed::between(&booked, &missed)
        };
        assert_eq!(missed(15.minutes()).unwrap().starts_at, booked.starts_at + 15.minutes());
        assert_eq!(missed(60.minutes()), None);
        let cancelled = Booking { status: Status::Cancelled, ..booked.clone() };
        assert_eq!(Freed::between(&booked, &cancelled), Some(Freed::of(&booked)));
    }
}
