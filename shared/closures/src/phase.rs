//! How far a closure is.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is being done about a closure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClosurePhase)]
pub enum Phase {
    /// The courts' days are being closed.
    Closing,
    /// The bookings that were there before are being found.
    Finding,
    /// They are being settled.
    Settling,
    /// All of it is done.
    Closed,
    /// The slots are being given back.
    Lifting,
    /// They were given back.
    Lifted,
}

impl Phase {
    /// As it is stored and written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closing => "closing",
            Self::Finding => "finding",
            Self::Settling => "settling",
            Self::Closed => "closed",
            Self::Lifting => "lifting",
            Self::Lifted => "lifted",
        }
    }

    /// Whether a workflow has something to do.
    pub const fn is_under_way(self) -> bool {
        !matches!(self, Self::Closed | Self::Lifted)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is done of what there is to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ClosureProgress)]
pub struct Progress {
    /// Court-days to close.
    pub days_total: u32,
    /// Court-days that are closed: nobody books them any more.
    pub days_done: u32,
    /// Affected bookings found so far; all of them once they are being settled.
    pub bookings_total: u32,
    /// Bookings that are settled.
    pub done: u32,
    /// Bookings that could not be settled; their results say why.
    pub failed: u32,
}
