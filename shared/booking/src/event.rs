//! The facts that bookings publish.

use kernel::{BookingId, PaymentId, jiff::Timestamp};
use serde::{Deserialize, Serialize};

use crate::Booking;

/// A slot is kept until it is paid. Zero-priced bookings are never held.
pub const HELD: &str = "booking.held";
/// The court is theirs.
pub const CONFIRMED: &str = "booking.confirmed";
/// It was given up.
pub const CANCELLED: &str = "booking.cancelled";
/// It was not paid in time.
pub const EXPIRED: &str = "booking.expired";

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
}

impl BookingFact {
    /// The version of this shape.
    pub const VERSION: u16 = 1;

    pub(crate) fn of(booking: &Booking) -> Self {
        Self {
            booking_id: booking.id,
            hold_expires_at: booking.hold_expires_at,
            payment_id: booking.payment_id,
        }
    }
}
