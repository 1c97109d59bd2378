//! When a court may be booked, changed and given up, and what it needs around a booking.

use kernel::{DAY_MINUTES, STEP_MINUTES, TextError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::StartEvery;

/// A court's own terms; what is absent is the venue's, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CourtTerms {
    /// Its own grid of starts; the venue's if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_every_minutes: Option<StartEvery>,
    /// Kept free before each booking, for warming up the hall say.
    pub buffer_before_minutes: Buffer,
    /// Kept free after each booking, for cleaning say. Between two bookings both buffers lie.
    pub buffer_after_minutes: Buffer,
    /// How long before its start a booking can be made, changed and cancelled.
    pub notice: Notice,
}

/// The least time, in minutes before the start, at which each can still be done; zero is until the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Notice {
    /// To book.
    pub create_minutes: NoticeMinutes,
    /// To move to another time or court.
    pub change_minutes: NoticeMinutes,
    /// To cancel.
    pub cancel_minutes: NoticeMinutes,
}

/// Minutes kept free beside a booking: a multiple of 5, at most 240.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(value_type = u16, minimum = 0, maximum = 240, multiple_of = 5)]
pub struct Buffer(u16);

impl Buffer {
    /// The longest.
    pub const MAX_MINUTES: u16 = 240;

    /// How many.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Buffer {
    type Error = TextError;

    fn try_from(minutes: u16) -> Result<Self, Self::Error> {
        let fits = minutes <= Self::MAX_MINUTES && minutes.is_multiple_of(STEP_MINUTES);
        fits.then_some(Self(minutes)).ok_or(TextError("must be a multiple of 5 from 0 to 240"))
    }
}

impl From<Buffer> for u16 {
    fn from(buffer: Buffer) -> Self {
        buffer.0
    }
}

/// A limit of notice: 0 to 43200 minutes, thirty days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(value_type = u16, minimum = 0, maximum = 43200)]
pub struct NoticeMinutes(u16);

impl NoticeMinutes {
    /// The longest.
    pub const MAX_MINUTES: u16 = 30 * DAY_MINUTES;

    /// How many.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for NoticeMinutes {
    type Error = TextError;

    fn try_from(minutes: u16) -> Result<Self, Self::Error> {
        (minutes <= Self::MAX_MINUTES)
            .then_some(Self(minutes))
            .ok_or(TextError("must be 0 to 43200 minutes"))
    }
}

impl From<NoticeMinutes> for u16 {
    fn from(notice: NoticeMinutes) -> Self {
        notice.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_none() {
        let terms: CourtTerms = serde_json::from_str("{}").unwrap();
        assert_eq!(terms, CourtTerms::default());
        assert_eq!(terms.buffer_after_minutes.minutes(), 0);
        assert_eq!(terms.notice.cancel_minutes.minutes(), 0);
    }

    #[test]
    fn buffers_are_whole_slots_and_notice_is_bounded() {
        assert!(Buffer::try_from(15).is_ok());
        for wrong in [3, 245] {
            assert!(Buffer::try_from(wrong).is_err(), "{wrong}");
        }
        assert!(
            NoticeMinutes::try_from(43_200).is_ok() && NoticeMinutes::try_from(43_201).is_err()
        );
    }
}
