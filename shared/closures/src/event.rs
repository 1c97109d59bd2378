//! The facts that closures publish. A booking that one cancels tells so itself: `closure_id` in its fact.

use booking::Freed;
use kernel::{BookingId, ClosureId};
use serde::{Deserialize, Serialize};

/// The courts of a booking will be closed, and the booking stays.
pub const ANNOUNCED: &str = "closure.announced";
/// A court's closed time came free again.
pub const LIFTED: &str = "closure.lifted";

/// The version of both shapes.
pub const VERSION: u16 = 1;

/// The data of [`ANNOUNCED`], version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// By which closure.
    pub closure_id: ClosureId,
    /// Of which booking.
    pub booking_id: BookingId,
}

/// The data of [`LIFTED`], version 1: one court, and one stretch of one local day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// Of which closure.
    pub closure_id: ClosureId,
    /// What came free: no other closure and no booking has it.
    pub freed: Freed,
}
