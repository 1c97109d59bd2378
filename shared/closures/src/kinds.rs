//! What a closure does to those who booked, and what it says to them.

use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What becomes of the bookings that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClosureMode)]
pub enum Mode {
    /// They stay, and those who made them are told.
    Notify,
    /// They are cancelled, and refunded by the closure's own policy.
    Cancel,
    /// They stay, and nobody is told.
    BookAround,
}

/// What goes back to the card of a cancelled booking that was paid. It is the club that cancels, so no other
/// policy counts. What is still to be paid is given back in full should it be paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ClosureRefund)]
pub enum RefundPolicy {
    /// All that was paid.
    #[default]
    Full,
    /// A part of it.
    Percent {
        /// How much of it.
        percent: Percent,
    },
    /// Nothing.
    None,
}

/// 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schema(value_type = u8, minimum = 1, maximum = 100)]
pub struct Percent(u8);

impl TryFrom<u8> for Percent {
    type Error = &'static str;

    fn try_from(percent: u8) -> Result<Self, Self::Error> {
        (1..=100).contains(&percent).then_some(Self(percent)).ok_or("must be from 1 to 100")
    }
}

impl From<Percent> for u8 {
    fn from(Percent(percent): Percent) -> Self {
        percent
    }
}

impl RefundPolicy {
    /// Minor units that go back of what was paid, halves rounded up; never more than what is left of it.
    pub fn of(self, paid: Money, left: i64) -> i64 {
        let part = match self {
            Self::Full => paid.amount,
            Self::Percent { percent: Percent(percent) } => {
                let hundredths = i128::from(paid.amount) * i128::from(percent) + 50;
                i64::try_from(hundredths / 100).unwrap_or(i64::MAX)
            }
            Self::None => 0,
        };
        part.clamp(0, left.max(0))
    }
}

/// Why courts are closed, as members read it: 1 to 200 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(as = ClosureReason, value_type = String, min_length = 1, max_length = 200)]
pub struct Reason(String);

kernel::text_value! {
    Reason(kernel::one_line);
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;

    #[test]
    fn a_refund_is_what_the_policy_says_and_never_more_than_is_left() {
        let percent = |percent: u8| RefundPolicy::Percent { percent: percent.try_into().unwrap() };
        let of =
            |policy: RefundPolicy, paid, left| policy.of(Money::new(paid, Currency::Ars), left);
        assert_eq!(of(RefundPolicy::Full, 12_000, 12_000), 12_000);
        assert_eq!(of(RefundPolicy::Full, 12_000, 5_000), 5_000);
        assert_eq!(of(RefundPolicy::None, 12_000, 12_000), 0);
        assert_eq!(of(percent(50), 12_001, 12_001), 6_001);
        assert_eq!(of(percent(33), 100, 100), 33);
        assert_eq!(of(percent(100), 12_001, 12_000), 12_000);
        assert_eq!(of(percent(50), 12_000, 0), 0);
        assert_eq!(of(percent(100), Money::MAX_AMOUNT, i64::MAX), Money::MAX_AMOUNT);
        assert!(Percent::try_from(0).is_err() && Percent::try_from(101).is_err());
    }

    #[test]
    fn a_reason_is_one_line_for_people() {
        assert_eq!(" Rain ".parse::<Reason>().map(String::from), Ok("Rain".to_owned()));
        for wrong in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(wrong.parse::<Reason>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn policies_read_as_they_are_written() {
        let check = |text: &str, policy: RefundPolicy| {
            assert_eq!(serde_json::from_str::<RefundPolicy>(text).unwrap(), policy);
            assert_eq!(serde_json::to_string(&policy).unwrap(), text);
        };
        check(r#"{"kind":"full"}"#, RefundPolicy::Full);
        check(r#"{"kind":"none"}"#, RefundPolicy::None);
        let half = RefundPolicy::Percent { percent: Percent(50) };
        check(r#"{"kind":"percent","percent":50}"#, half);
        assert!(serde_json::from_str::<RefundPolicy>(r#"{"kind":"percent","percent":0}"#).is_err());
    }
}
