//! What booking keeps in the table: bookings, the days of courts, members' diaries, and venues' rule books
//! and policies.

mod bookings;
mod closing;
mod diaries;
mod endings;
mod extras;
mod lives;
mod marks;
mod policies;
mod rules;

pub use bookings::{
    Changed, book, booking, bookings_of_account, bookings_of_day, confirm, court_days, day_keys,
    reclaim, venue_day,
};
pub use closing::{DayOfCourt, close_day, open_day};
pub use diaries::{diary, diary_key, diary_unchanged, lift_debt, lift_suspension, owe, take_diary};
pub use endings::{Missable, cancel, cancel_by_policy, cancel_for_closure, expire, miss};
pub use lives::{change_players, check_in, relocate};
pub use marks::{DueCheckIn, due_check_ins, forget_check_in, open_matches};
pub use policies::{change_policy, policy, policy_key, take_policy};
pub use rules::{put_rule_book, rule_book, rule_book_key, take_rule_book};
