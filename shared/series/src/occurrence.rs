//! One date of a series, and what became of it.

use kernel::{
    BookingId, CourtId, Error, Money, SeriesActId, SeriesId,
    jiff::{Timestamp, civil::DateTime},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Adjusted, Mark, Spot};

/// What became of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OccurrenceOutcome)]
pub enum Outcome {
    /// The court is theirs.
    Booked,
    /// A rule forbids it, or somebody else has the court; its reason says which.
    Conflict,
    /// The venue or the court is closed then.
    Closed,
    /// An EXDATE leaves it out.
    Skipped,
    /// It was booked, and given up.
    Cancelled,
    /// It is booked, at another time or on another court than the series says.
    Moved,
    /// It is a date of the series that continues this one.
    Continued,
}

/// Why a date could not be booked: the refusal that a single booking would have got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = OccurrenceReason)]
pub struct Reason {
    /// The stable code.
    pub code: String,
    /// The human message.
    pub message: String,
    /// Facts to act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// A date of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Of which series.
    pub series_id: SeriesId,
    /// The local start that the rule gave it, and its name: iCalendar's RECURRENCE-ID.
    pub recurrence_id: DateTime,
    /// What became of it.
    pub outcome: Outcome,
    /// Where it is, or would be.
    pub court_id: CourtId,
    /// When it begins, or would.
    pub starts_at: Timestamp,
    /// How long it is.
    pub duration_minutes: u16,
    /// What the clocks did to its local time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjusted>,
    /// Its booking, where it has or had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<BookingId>,
    /// What it costs; only where it is or was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Why it is not booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What the last request that was about it did with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// Grows with every change.
    pub version: u64,
}

impl Reason {
    /// Why somebody was refused.
    pub fn of(error: &Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.message().to_owned(),
            details: error.details().cloned(),
        }
    }

    /// Whether the venue or the court is closed then.
    pub fn is_closed(&self) -> bool {
        matches!(self.code.as_str(), "COURT_CLOSED" | "OUTSIDE_OPENING_HOURS")
    }
}

impl Occurrence {
    /// Whether it has a court.
    pub fn is_live(&self) -> bool {
        matches!(self.outcome, Outcome::Booked | Outcome::Moved)
    }

    /// Whether it was never booked and may be tried again.
    pub fn is_open(&self) -> bool {
        matches!(self.outcome, Outcome::Conflict | Outcome::Closed | Outcome::Skipped)
    }

    /// Whether its time has begun.
    pub fn has_started(&self, now: Timestamp) -> bool {
        self.starts_at <= now
    }

    /// The same date, booked at this price.
    #[must_use]
    pub fn booked(mut self, booking: BookingId, price: Money) -> Self {
        (self.outcome, self.reason) = (Outcome::Booked, None);
        (self.booking_id, self.price) = (Some(booking), Some(price));
        self
    }

    /// The same date, refused by a rule or by somebody who was there first.
    #[must_use]
    pub fn refused(mut self, error: &Error) -> Self {
        let reason = Reason::of(error);
        self.outcome = if reason.is_closed() { Outcome::Closed } else { Outcome::Conflict };
        self.reason = Some(reason);
        (self.booking_id, self.price) = (None, None);
        self
    }

    /// The same date at this place.
    #[must_use]
    pub fn at(mut self, (spot, adjusted): (Spot, Option<Adjusted>)) -> Self {
        (self.court_id, self.starts_at) = (spot.court_id, spot.starts_at);
        (self.duration_minutes, self.adjusted) = (spot.duration_minutes, adjusted);
        self
    }

    /// Where it is, or would be.
    pub fn spot(&self) -> Spot {
        let Self { court_id, starts_at, duration_minutes, .. } = *self;
        Spot { court_id, starts_at, duration_minutes }
    }

    /// What this request did with it, if it was the last one that was about it.
    pub fn marked_by(&self, act: SeriesActId) -> Option<&Mark> {
        self.mark.as_ref().filter(|mark| mark.act_id == act)
    }
}
