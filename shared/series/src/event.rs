//! The facts that series publish, each once for all of its dates.

use kernel::{SeriesActId, SeriesId};
use serde::{Deserialize, Serialize};

/// Its dates are booked: all of them, or those that a request added.
pub const BOOKED: &str = "series.booked";
/// Dates of it were changed.
pub const CHANGED: &str = "series.changed";
/// Dates of it were given up.
pub const CANCELLED: &str = "series.cancelled";

/// The data of each of them, version 1. Who needs more reads the series and its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesFact {
    /// Which.
    pub series_id: SeriesId,
    /// By which request; none of the one that made it. Dates remember it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_id: Option<SeriesActId>,
}

impl SeriesFact {
    /// The version of this shape.
    pub const VERSION: u16 = 1;
}
