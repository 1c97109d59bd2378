//! The facts that bookings publish.

use kernel::{BookingId, CourtId, PaymentId, VenueId, jiff::Timestamp};
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
/// They are there.
pub const CHECKED_IN: &str = "booking.checked_in";
/// They did not come, and the rest of the time was given back.
pub const MISSED: &str = "booking.missed";

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
            freed: None,
        }
    }
}
