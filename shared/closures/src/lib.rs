//! Closures: courts that are shut for a time, and what becomes of those who booked them. Rain is one of them.
//!
//! Words: a *span* is a stretch of time in which the courts are closed; a *court-day* is one court on one local
//! day of a span; an *affected* booking overlaps a span on one of the courts; to *settle* one is to do what the
//! closure's mode says, once; to *lift* a closure gives its slots back, and leaves cancelled bookings cancelled.
//!
//! | question | key | items read |
//! |---|---|---|
//! | a closure, and how far it is | `CLOSURE#<closure>` / `CLOSURE` | 1 |
//! | a venue's closures | first index, `CLOSURES#<venue>` → `<starts_at>#<closure>` | a page |
//! | what became of the bookings | `CLOSURE#<closure>` / `RESULT#<booking>` | a page |
//!
//! A closure is worked through in phases, each by chunks whose place is kept in the closure itself: the days are
//! closed, which no booking passes from then on; then the bookings that were there before are found, each gets a
//! result that is still pending; then each is settled, with its result, in one transaction. So whoever is killed
//! anywhere is followed by somebody who goes on.
//!
//! Invariants: an index that lags hides nobody, because the bookings found must explain every slot that the days
//! say is taken; a booking is settled once, whatever runs twice; knows nothing of payments, whose writes join
//! the same transactions from outside.

mod affected;
mod closure;
mod error;
mod event;
mod find;
mod kinds;
mod phase;
pub mod store;
mod when;

pub use affected::{Affected, Outcome};
pub use closure::{Closure, Draft, Scope};
pub use error::{closure_changed, closure_not_found, is_race};
pub use event::{ANNOUNCED, Announced, LIFTED, Lifted, VERSION};
pub use find::{affected, affected_on};
pub use kinds::{Mode, Percent, Reason, RefundPolicy};
pub use phase::{Phase, Progress};
pub use when::{CourtDay, Span, Weekly, When};
