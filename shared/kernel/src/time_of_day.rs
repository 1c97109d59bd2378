//! A time on the wall clock, as people write it.

use std::fmt;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Times of day are multiples of this, so that they fall between the slots of courts.
pub const STEP_MINUTES: u16 = 5;

/// The minutes of a day on which no clock changes.
pub const DAY_MINUTES: u16 = 24 * 60;

/// A time on the wall clock, `00:00` to `24:00`, in steps of five minutes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^(([01][0-9]|2[0-3]):[0-5][05]|24:00)$", example = "08:00")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The beginning of the day.
    pub const START: Self = Self(0);

    /// The end of the day.
    pub const MIDNIGHT: Self = Self(DAY_MINUTES);

    /// Minutes since `00:00` on the wall clock, 0 to 1440.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The same as a civil time; `24:00` belongs to the next day and has none.
    pub fn civil(self) -> Option<Time> {
        let (hour, minute) = (i8::try_from(self.0 / 60).ok()?, i8::try_from(self.0 % 60).ok()?);
        Time::new(hour, minute, 0, 0).ok()
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "must be a time from 00:00 to 24:00 in steps of five minutes";
        let two_digits = |part: &str| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let (hour, minute) = text.split_once(':').ok_or(WRONG)?;
        let (hour, minute) = two_digits(hour).zip(two_digits(minute)).ok_or(WRONG)?;
        let minutes = hour * 60 + minute;
        let fits = minute < 60 && minutes <= DAY_MINUTES && minutes.is_multiple_of(STEP_MINUTES);
        fits.then_some(Self(minutes)).ok_or(WRONG)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
