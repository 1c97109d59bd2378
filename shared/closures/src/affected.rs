//! A booking that a closure meets, and what became of it.

use booking::Booking;
use facilities::Name;
use kernel::{AccountId, BookingId, CourtId, Money, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of an affected booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClosureOutcome)]
pub enum Outcome {
    /// Nothing yet.
    Pending,
    /// It was cancelled, and they are told.
    Cancelled,
    /// It stays, and they are told.
    Told,
    /// It stays.
    Kept,
    /// It was given up or moved away before its turn came.
    Gone,
    /// It could not be done; `code` says why.
    Failed,
}

impl Outcome {
    /// As it is stored and written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Cancelled => "cancelled",
            Self::Told => "told",
            Self::Kept => "kept",
            Self::Gone => "gone",
            Self::Failed => "failed",
        }
    }

    /// Whether it is still to be settled: what failed is tried again when the closure is resumed.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Failed)
    }
}

/// A result: one affected booking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Affected {
    /// Which.
    pub booking_id: BookingId,
    /// Whose it is.
    pub account_id: AccountId,
    /// On which court.
    pub court_id: CourtId,
    /// What the court was called when it was booked.
    pub court_name: Name,
    /// When it begins.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub starts_at: Timestamp,
    /// When it ends.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub ends_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// What goes back, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Money>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl Affected {
    /// Found, and not settled yet.
    pub fn found(booking: &Booking) -> Self {
        Self {
            booking_id: booking.id,
            account_id: booking.account_id,
            court_id: booking.court_id,
            court_name: booking.court_name.clone(),
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            outcome: Outcome::Pending,
            refund: None,
            code: None,
        }
    }

    /// With what became of it.
    #[must_use]
    pub fn settled(self, outcome: Outcome, refund: Option<Money>) -> Self {
        Self { outcome, refund, code: None, ..self }
    }

    /// With why it could not be done.
    #[must_use]
    pub fn failed(self, code: &str) -> Self {
        Self { outcome: Outcome::Failed, refund: None, code: Some(code.to_owned()), ..self }
    }
}
