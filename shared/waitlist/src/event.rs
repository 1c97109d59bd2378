//! The facts that the waiting list publishes.

use kernel::{BookingId, CourtId, WaitlistEntryId, jiff::Timestamp};
use serde::{Deserialize, Serialize};

/// Somebody joined. What came free while they did is looked for once more.
pub const JOINED: &str = "waitlist.joined";
/// A court is held for somebody.
pub const OFFERED: &str = "waitlist.offered";
/// A court is free that somebody waits for.
pub const SLOT_FREE: &str = "waitlist.slot_free";

/// The version of these shapes.
pub const VERSION: u16 = 1;

/// The data of [`JOINED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Which entry.
    pub entry_id: WaitlistEntryId,
}

/// The data of [`OFFERED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferFact {
    /// To which entry.
    pub entry_id: WaitlistEntryId,
    /// The booking that is held: it says until when.
    pub booking_id: BookingId,
}

/// The data of [`SLOT_FREE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotFact {
    /// Whom it fits.
    pub entry_id: WaitlistEntryId,
    /// Which court.
    pub court_id: CourtId,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}
