//! Booking: who has which court when.
//!
//! Words: a *slot* is five minutes of a court, numbered from the first instant of a local day; a *part* is what a
//! booking takes of one day; a *hold* keeps slots for an unpaid booking until it ends; to *give back* is to
//! free slots; a *claim* takes them; an ended hold is *released* by its message or by whoever meets it first.
//!
//! | question | key | items read |
//! |---|---|---|
//! | what is free at a venue on a day | `DAY#<venue>#<date>` | 1 a court, one query |
//! | may this be booked | `DAY#<venue>#<date>` / `COURT#<court>` | 1 a day touched, in a batch with venue and court |
//! | a booking | `BOOKING#<booking>` / `BOOKING` | 1 |
//! | what a member has booked, and what is held against them | `DIARY#<account>` / `DIARY` | 1 |
//! | an account's bookings | first index, `ACCOUNT#<account>` → `<starts_at>#<booking>` | a page |
//! | a venue's bookings of a day | second index, `VENUEDAY#<venue>#<date>` → `<starts_at>#<court>#<booking>` | a page |
//!
//! A court's day holds `taken` and `closed` (number sets), `version`, and one attribute `hold_<booking>` {first,
//! count, until} for each hold. A court that is made of others has no days: its bookings take theirs. A diary
//! holds one attribute `b_<booking>` for each booking, so that rules are decided by one item, and hold because its
//! `version` is a condition of the booking.
//!
//! Invariants: no slot is ever in two bookings that are held or confirmed; a booking's slots are given back
//! once; rules know no clock but the instant they are given; knows nothing of payments, whose writes join
//! the same transactions from outside.

mod availability;
mod booking;
mod day;
mod diary;
mod error;
mod event;
mod local_day;
mod local_time;
mod opening;
mod party;
mod plan;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
mod slots;
mod status;
mod store;
#[cfg(test)]
mod vectors;

pub use availability::{Free, Start, days_of, free, starts};
pub use booking::{Booking, InSeries, Offered, Payable};
pub use day::{CourtDay, CourtDays, Hold, VenueDay};
pub use diary::{Debt, Diary, Entry, Strike, StrikeKind};
pub use error::{
    DAYS_AHEAD, booking_not_found, court_closed, day_changed, may_be_repeated, slot_taken,
};
pub use event::{
    BookingFact, CANCELLED, CHECKED_IN, CONFIRMED, EXPIRED, Freed, HELD, MISSED, MOVED,
};
pub use kernel::LocalDate;
pub use local_day::{day_of, first_instant};
pub use local_time::{LocalStart, local_text};
pub use party::{Participant, Party};
pub use plan::{Plan, Wish, plan, price};
pub use slots::{Part, SLOT_MINUTES, Slots, parts};
pub use status::{Status, Step};
pub use store::{
    Changed, book, booking, bookings_of_account, bookings_of_day, cancel, confirm, court_days,
    day_keys, diary, diary_key, expire, reclaim, take_diary, venue_day,
};
