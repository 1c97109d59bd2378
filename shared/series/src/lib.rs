//! Series: bookings that recur.
//!
//! Words: a *rule* is an RRULE of RFC 5545 on the venue's wall clock; an *occurrence* is a date of it, with what
//! became of it; its *recurrence id* is the local start that the rule gave it, which stays when it is moved;
//! its *terms* are what its dates are booked with; an *act* is a request that changes dates, which remember it.
//!
//! | question | key | items read |
//! |---|---|---|
//! | a series | `SERIES#<series>` / `SERIES` | 1 |
//! | its dates, and what became of each | `SERIES#<series>` / `OCC#<recurrence id>`, by date | a page, or at most 366 in one query |
//! | an account's series | first index, `SERIESOF#<account>` → `<created_at>#<series>` | a page |
//!
//! Invariants: an occurrence and its booking are written in one transaction, so a request that dies has done some
//! dates wholly and others not at all, and its repetition goes on with those; a booking's id follows from series
//! and recurrence id; a rule that calendars read differently is refused by name; zones are jiff's alone.

mod act;
mod derived;
mod error;
pub mod event;
mod occurrence;
mod placed;
mod rule;
mod scope;
mod series;
mod store;
mod terms;
#[cfg(test)]
mod vectors;

pub use act::{Came, Mark, Spot, UnderWay};
pub use derived::{act_of_request, booking_of, series_of_request, series_of_split};
pub use error::{
    change_conflict, needs_desk, nothing_changes, occurrence_not_found, series_busy,
    series_changed, series_changing, series_conflict, series_exists, series_not_found, series_over,
    series_overtaken,
};
pub use occurrence::{Occurrence, Outcome, Reason};
pub use placed::{Adjusted, Placed, place};
pub use rule::{DAYS_LIMIT, OCCURRENCES_LIMIT, Rule};
pub use scope::Scope;
pub use series::{OnConflict, PaymentTerms, Series, Status};
pub use store::{
    create, create_telling, find_series, occurrences, page_of_occurrences, record, replace,
    replace_occurrence, replace_telling, series, series_of_account, unchanged,
};
pub use terms::Terms;
