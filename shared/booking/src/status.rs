//! What a booking is, and what it may become.

use std::fmt;

use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingStatus)]
pub enum Status {
    /// The slot is kept until it is paid or the hold ends.
    Held,
    /// The court is theirs.
    Confirmed,
    /// They are there.
    CheckedIn,
    /// They did not come, and the rest of the time was given back.
    NoShow,
    /// Given up, by the player or the club.
    Cancelled,
    /// Not paid in time.
    Expired,
}

/// What happens to a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is paid.
    Confirm,
    /// Its hold ends unpaid.
    Expire,
    /// It is given up.
    Cancel,
    /// It is paid after its hold has ended, and its slots are still free.
    Reclaim,
    /// They are there.
    CheckIn,
    /// They did not come.
    Miss,
    /// It gets another time or court.
    Move,
}

impl Status {
    /// As it is stored and written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::CheckedIn => "checked_in",
            Self::NoShow => "no_show",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Whether its slots are its own.
    pub const fn has_slots(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed | Self::CheckedIn)
    }

    /// What it becomes: `BOOKING_HELD`, `BOOKING_CONFIRMED`, `BOOKING_CHECKED_IN`, `BOOKING_MISSED`,
    /// `BOOKING_CANCELLED` or `BOOKING_EXPIRED` where the step is not possible any more, or not yet.
    pub fn after(self, step: Step) -> Result<Self> {
        match (self, step) {
            (Self::Held, Step::Confirm)
            | (Self::Expired, Step::Reclaim)
            | (Self::Confirmed, Step::Move) => Ok(Self::Confirmed),
            (Self::Held, Step::Expire) => Ok(Self::Expired),
            (Self::Held | Self::Confirmed | Self::CheckedIn, Step::Cancel) => Ok(Self::Cancelled),
            (Self::Confirmed, Step::CheckIn) => Ok(Self::CheckedIn),
            (Self::Confirmed, Step::Miss) => Ok(Self::NoShow),
            (Self::Held, _) => Err(refused("BOOKING_HELD", "the booking is held and not paid")),
            (Self::Confirmed, _) => {
                Err(refused("BOOKING_CONFIRMED", "the booking is already confirmed"))
            }
            (Self::CheckedIn, _) => {
                Err(refused("BOOKING_CHECKED_IN", "the players have checked in already"))
            }
            (Self::NoShow, _) => Err(refused(
                "BOOKING_MISSED",
                "nobody checked in, and the court was given back; book again",
            )),
            (Self::Cancelled, _) => {
                Err(refused("BOOKING_CANCELLED", "the booking is cancelled; book again"))
            }
            (Self::Expired, _) => Err(refused(
                "BOOKING_EXPIRED",
                "the booking was not paid in time and its court is free again; book again",
            )),
        }
    }
}

fn refused(code: &'static str, message: &'static str) -> Error {
    Error::conflict(code, message)
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_goes_only_forward() {
        use Status as S;
        use Step as T;
        let allowed = [
            (S::Held, T::Confirm, S::Confirmed),
            (S::Held, T::Expire, S::Expired),
            (S::Held, T::Cancel, S::Cancelled),
            (S::Confirmed, T::Cancel, S::Cancelled),
            (S::CheckedIn, T::Cancel, S::Cancelled),
            (S::Confirmed, T::CheckIn, S::CheckedIn),
            (S::Confirmed, T::Miss, S::NoShow),
            (S::Expired, T::Reclaim, S::Confirmed),
            (S::Confirmed, T::Move, S::Confirmed),
        ];
        let states = [S::Held, S::Confirmed, S::CheckedIn, S::NoShow, S::Cancelled, S::Expired];
        for from in states {
            let steps =
                [T::Confirm, T::Expire, T::Cancel, T::Reclaim, T::CheckIn, T::Miss, T::Move];
            for step in steps {
                let expected = allowed.iter().find(|rule| (rule.0, rule.1) == (from, step));
                assert_eq!(from.after(step).ok(), expected.map(|rule| rule.2), "{from} {step:?}");
            }
        }
    }
}
