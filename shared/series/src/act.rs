//! What a request that changes dates of a series did with each: moved it, gave it up, booked it after all.
//!
//! A date remembers the last such request that decided about it. So a request that is repeated finds what it has done.

use booking::Cancellation;
use kernel::{CourtId, Money, SeriesActId, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Reason, Terms};

/// What came of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OccurrenceResult)]
pub enum Came {
    /// It was added.
    Booked,
    /// It is at another time or on another court.
    Moved,
    /// Others play, or it has other extras.
    Changed,
    /// It is as was asked for already.
    Unchanged,
    /// It has no court, and follows its series: what would be booked is what the series says now.
    NotBooked,
    /// Somebody else has the court, or a rule forbids it: it stays where it is.
    Conflict,
    /// The venue or the court is closed then: it stays where it is.
    Closed,
    /// It was moved by itself before, and stays where it is.
    Exception,
    /// It has begun, and stays as it was.
    Past,
    /// They are there already; it stays as it was.
    CheckedIn,
    /// They did not come; it stays as it was.
    Missed,
    /// It was given up before.
    GivenUp,
    /// It is given up.
    Cancelled,
    /// The venue's policy lets nobody but staff give it up now; it stays as it was.
    Blocked,
}

impl Came {
    /// Whether the date is another one by it.
    pub fn is_change(self) -> bool {
        matches!(self, Self::Booked | Self::Moved | Self::Changed | Self::Cancelled)
    }

    /// Whether it was asked for and could not be.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Conflict | Self::Closed | Self::Blocked)
    }
}

/// A court at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// On which court.
    pub court_id: CourtId,
    /// When it begins.
    pub starts_at: Timestamp,
    /// How long it is.
    pub duration_minutes: u16,
}

/// What the last request did with a date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Which request.
    pub act_id: SeriesActId,
    /// What came of it.
    pub came: Came,
    /// Where it was before it moved, or where it would be had it not been refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Spot>,
    /// What it cost before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_before: Option<Money>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What giving it up meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
}

impl Mark {
    /// That this came of it, and nothing more to say.
    pub fn of(act_id: SeriesActId, came: Came) -> Self {
        Self { act_id, came, other: None, price_before: None, reason: None, cancellation: None }
    }
}

/// A change that is being carried out, date by date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Which request.
    pub act_id: SeriesActId,
    /// Until then nobody else changes the series; after it whoever asks first.
    pub until: Timestamp,
    /// What the series was before: a date that was elsewhere then is an exception.
    pub before: Terms,
}
