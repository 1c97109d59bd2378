//! What booking keeps in the table: bookings, the days of courts, members' diaries and
//! rule books.

mod bookings;
mod diaries;
mod rules;

pub use bookings::{
    Changed, book, booking, bookings_of_account, bookings_of_day, cancel, confirm, court_days,
    day_keys, expire, reclaim, venue_day,
};
pub use diaries::{diary, diary_key, diary_unchanged, take_diary};
pub use rules::{put_rule_book, rule_book, rule_book_key, take_rule_book};
