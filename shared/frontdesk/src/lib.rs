//! The front desk: what happens when somebody asks for a court, whoever asks: a member, a series, a waiting list.
//!
//! Words: to *look up* is to read everything that decides, in one round; to *judge* is to decide by it, purely;
//! what is *agreed* can be booked in one transaction, and holds because the court, its days and the
//! diaries that were looked up are conditions of it.
//!
//! Rules, roles, levels and birth dates are as they were read; they change seldom, and are no conditions.
//!
//! It owns nothing in the table: the contexts do. It exists because what decides about a booking lies in several
//! of them, and because a series must not book what a member could not.

mod agreed;
mod asked;
mod expected;
mod family;
mod look_up;
mod moving;
mod party;
mod people;

pub use agreed::{Agreed, Booked, PaidBy};
pub use asked::Asked;
pub use look_up::{Family, LookUp};
pub use moving::{Elsewhere, check_movable, check_notice};
pub use party::{named, participant_unknown, party};
