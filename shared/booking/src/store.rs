//! What booking keeps in the table: bookings, the days of courts, and members' diaries.

mod bookings;
mod diaries;
mod extras;

pub use bookings::{
    Changed, book, booking, bookings_of_account, bookings_of_day, cancel, confirm, court_days,
    day_keys, expire, reclaim, venue_day,
};
pub use diaries::{diary, diary_key, take_diary};
