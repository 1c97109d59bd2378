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
//! | what a venue's club asks of bookings | `RULES#<venue>` / `RULES` | 1 |
//! | what a venue asks of bookings | `POLICY#<venue>` / `POLICY` | 1 |
//! | what hangs at a venue to check in by | `POSTER#<venue>` / `POSTER` | 1 |
//! | how many of a resource are had | `RESOURCE#<resource>#<UTC date>` / `USE#<quarter>` | none to book; 1 a quarter to reclaim |
//! | an account's bookings | first index, `ACCOUNT#<account>` → `<starts_at>#<booking>` | a page |
//! | a venue's open matches of a day | `MATCHES#<venue>#<date>` / `<starts_at>#<booking>` | 1 a match, and its booking |
//! | which bookings of all clubs were not checked in to in time | second index, `P#CHECKIN#<0..7>` up to now, of `BOOKING#<booking>` / `CHECK_IN` | those due |
//! | a venue's bookings of a day | second index, `VENUEDAY#<venue>#<date>` → `<starts_at>#<court>#<booking>` | a page |
//!
//! A court's day holds `taken` and `closed` (number sets: a slot, or from 1000 on a half hour), `version`, and one attribute `hold_<booking>` {first,
//! count, until} for each hold, and one `closure_<closure>` for each closure. A court that is made of others has no days: its bookings take theirs. A diary
//! holds one attribute `b_<booking>` for each booking, so that rules are decided by one item, and hold because its
//! `version` is a condition of the booking. A court's buffers are slots of its bookings like any others. A quarter
//! of a resource's UTC day counts in `u<slot>` how many are had.
//!
//! Invariants: no slot is ever in two bookings that are held or confirmed; no more of a resource are had than there are; a booking's slots are given back
//! once; rules know no clock but the instant they are given; knows nothing of payments, whose writes join
//! the same transactions from outside.

mod availability;
mod booking;
mod cancellation;
mod code;
mod day;
mod diary;
mod error;
mod event;
mod extra;
mod local_day;
mod local_time;
mod open_match;
mod opening;
mod party;
mod plan;
mod policy;
mod poster;
#[cfg(test)]
mod properties;
mod rules;
#[cfg(test)]
mod samples;
mod slots;
mod status;
mod store;
#[cfg(test)]
mod vectors;

pub use availability::{Free, Start, days_of, free, starts};
pub use booking::{AccessWindow, Booking, InSeries, MovedFrom, Offered, Payable};
pub use cancellation::{Cancellation, CancellationRule, Canceller, Verdict};
pub use code::{AccessCode, CheckInCode, VenueCode};
pub use day::{CourtDay, CourtDays, Hold, VenueDay};
pub use diary::{Debt, Diary, Entry, Strike, StrikeKind};
pub use error::{
    DAYS_AHEAD, booking_not_found, court_closed, day_changed, may_be_repeated, not_repeated,
    policy_stale, slot_taken,
};
pub use event::{
    BookingFact, CANCELLED, CHANGED, CHECKED_IN, CONFIRMED, EXPIRED, Freed, HELD, JOINED, LEFT,
    MISSED, MOVED, OPENED,
};
pub use extra::{Extra, ExtraWish, ExtraWishes, extras, with_extras};
pub use kernel::LocalDate;
pub use local_day::{day_of, first_instant};
pub use local_time::{LocalStart, local_text};
pub use open_match::OpenMatch;
pub use party::{Participant, Party};
pub use plan::{Plan, Wish, plan, price};
pub use policy::{
    AccessTerms, BookingPolicy, BookingTerms, CancellationTerms, CheckInTerms, PaymentTerms,
    PolicyTerms, RefundTier, RefundTo, StrikeTerms,
};
pub use poster::{Poster, venue_code_wrong};
pub use rules::{
    AgeRule, Amount, ConcurrentRule, CountedFor, DurationRule, FirstWeekday, GuestRule, LevelRule,
    Needs, NoticeRule, OpeningTime, Period, Person, Player, QuotaRule, Reason, RuleBook, RuleName,
    Rules, Ruling, Scope, Situation, Whom, WindowOpens, WindowRule, ruling,
};
pub use slots::{Part, SLOT_MINUTES, Slots, parts};
pub use status::{Status, Step};
pub use store::{
    Changed, DayOfCourt, DueCheckIn, InUse, InUseKeys, Missable, book, booking, bookings,
    bookings_of_account, bookings_of_day, cancel, cancel_by_policy, cancel_date,
    cancel_for_closure, carry, change_players, change_policy, check_in, close_day, confirm,
    court_days, day_keys, diary, diary_key, diary_unchanged, due_check_ins, exchange_days,
    exchanged_days, expire, first_poster, forget_check_in, lift_debt, lift_suspension, miss,
    open_day, open_matches, owe, policy, policy_key, poster, put_poster, put_rule_book, rearrange,
    reclaim, release, relocate, rule_book, rule_book_key, take_diary, take_policy, take_rule_book,
    venue_day,
};
