//! What booking keeps in the table: bookings, the days of courts, members' diaries, and venues' rule books,
//! policies and posters.

mod bookings;
mod closing;
mod days;
mod diaries;
mod endings;
mod extras;
mod lives;
mod marks;
mod policies;
mod posters;
mod rules;
mod several;

pub use bookings::{
    Changed, book, booking, bookings, bookings_of_account, bookings_of_day, confirm, reclaim,
};
pub use closing::{DayOfCourt, close_day, open_day};
pub use days::{court_days, day_keys, venue_day};
pub use diaries::{diary, diary_key, diary_unchanged, lift_debt, lift_suspension, owe, take_diary};
pub use endings::{
    Missable, cancel, cancel_by_policy, cancel_date, cancel_for_closure, expire, miss,
};
pub use extras::{InUse, InUseKeys};
pub use lives::{change_players, check_in, relocate};
pub use marks::{DueCheckIn, due_check_ins, forget_check_in, open_matches};
pub use policies::{change_policy, policy, policy_key, take_policy};
pub use posters::{first_poster, poster, put_poster};
pub use rules::{put_rule_book, rule_book, rule_book_key, take_rule_book};
pub use several::{carry, exchange_days, exchanged_days, rearrange, release};
