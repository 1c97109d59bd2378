//! Why somebody may not have a booking.

use kernel::{Error, Kind, jiff::Timestamp, serialize_optional_timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The rules, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingRule)]
pub enum RuleName {
    /// Venue and court take bookings.
    Active,
    /// How long it may be.
    Duration,
    /// How late one may book.
    Notice,
    /// How early one may book.
    Window,
    /// The venue is open.
    OpeningHours,
    /// It starts when bookings start.
    Grid,
    /// The court is not closed.
    Closed,
    /// Nobody else has it.
    Slot,
    /// How many may play.
    Capacity,
    /// How many guests one brings.
    Guests,
    /// One is in one place at a time.
    Overlap,
    /// How much one books in a period.
    Quota,
    /// How many bookings one has before one.
    Concurrent,
    /// One is suspended from booking.
    Suspension,
    /// One owes something.
    Debts,
    /// How well one plays.
    Level,
    /// How old one is.
    Age,
}

/// Why a rule says no.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BookingRefusal)]
pub struct Reason {
    /// Which rule.
    pub rule: RuleName,
    /// Stable.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// Whether staff with `booking:override` may name the rule and book all the same.
    pub can_override: bool,
    /// Whether waiting for the court helps.
    pub can_waitlist: bool,
    /// When the rule says yes, if that is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub retry_at: Option<Timestamp>,
    /// What the rule goes by.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    #[serde(skip)]
    kind: Kind,
}

impl Reason {
    pub(super) fn is_overcome_by(&self, overrides: &[RuleName]) -> bool {
        self.can_override && overrides.contains(&self.rule)
    }
}

/// A rule's answer before it is known which rule it was: an error, and what can be done about it.
pub(super) struct Refusal {
    error: Error,
    can_override: bool,
    can_waitlist: bool,
    retry_at: Option<Timestamp>,
}

impl Refusal {
    /// Nobody may.
    pub(super) fn firm(error: Error) -> Self {
        Self { error, can_override: false, can_waitlist: false, retry_at: None }
    }

    /// Staff may.
    pub(super) fn soft(error: Error) -> Self {
        Self { can_override: true, ..Self::firm(error) }
    }

    /// Not now, but whoever waits may.
    pub(super) fn waiting(error: Error) -> Self {
        Self { can_waitlist: true, ..Self::firm(error) }
    }

    /// From then on.
    pub(super) fn until(self, retry_at: Timestamp) -> Self {
        Self { retry_at: Some(retry_at), ..self }
    }

    /// With the rule's name.
    pub(super) fn of(self, rule: RuleName) -> Reason {
        let Self { error, can_override, can_waitlist, retry_at } = self;
        Reason {
            rule,
            code: error.code(),
            message: error.message().to_owned(),
            can_override,
            can_waitlist,
            retry_at,
            details: error.details().cloned(),
            kind: error.kind(),
        }
    }
}

/// The error of a refused booking: the first reason's, with all of them under `details.reasons`. There is at least
/// one.
pub(super) fn refused(reasons: &[Reason]) -> Error {
    let Some(first) = reasons.first() else {
        return Error::internal("a booking was refused for no reason");
    };
    let mut details = match first.details.clone() {
        Some(Value::Object(details)) => details,
        _ => Map::new(),
    };
    details.insert("reasons".to_owned(), json!(reasons));
    Error::new(first.kind, first.code, first.message.clone()).with_details(Value::Object(details))
}
