//! What a venue asks of bookings once they are made: when they may be given up and for how much, when players
//! check in, and how they come in.

use facilities::Court;
use kernel::{
    Error, Result, Role, VenueId, Violation,
    jiff::{SignedDuration, Timestamp},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Thirty days.
const MOST_MINUTES: u32 = 43_200;
const MOST_HOURS: u32 = 8_760;
const MOST_DAYS: u16 = 365;
const MOST_STRIKES: u16 = 50;
const MOST_TIERS: usize = 10;
const MOST_ROLES: u32 = 20;
/// Doors and lights are about a booking, not about a day.
const MOST_OFFSET_MINUTES: u32 = 240;

/// A venue's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingPolicy {
    /// Whose.
    pub venue_id: VenueId,
    /// What it says.
    pub terms: PolicyTerms,
    /// Grows with every change; zero where the venue has none yet.
    pub version: u64,
}

/// What a policy says. What is absent is not asked: everything goes back, nobody is struck, nobody checks in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = BookingPolicy)]
pub struct PolicyTerms {
    /// When bookings are given up, and what goes back.
    pub cancellation: CancellationTerms,
    /// What late cancellations and missed bookings lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strikes: Option<StrikeTerms>,
    /// When players check in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_in: Option<CheckInTerms>,
    /// How they come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessTerms>,
    /// Who may pay later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentTerms>,
}

/// Who may book without paying at once. The booking is confirmed, and its price is due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PaymentTerms {
    /// Whether anybody may.
    pub later: bool,
    /// Only who has one of these roles, in the club or at the venue; everybody where it is empty. At most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub roles: Vec<Role>,
    /// The lock-in: so many hours before the start it is due. 0 to 8760; 0 is at the start.
    #[schema(maximum = 8_760)]
    pub lock_in_hours: u32,
}

/// When a booking may be given up. Every limit is inclusive: at exactly that time before the start, or after the
/// creation, the better side holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CancellationTerms {
    /// Later than so many minutes before the start, only staff cancel. 0 to 43200; 0 is until the start.
    #[schema(maximum = 43_200)]
    pub blocked_minutes: u32,
    /// Later than so many minutes before the start, it is a strike. 0 to 43200; 0 is never.
    #[schema(maximum = 43_200)]
    pub penalty_minutes: u32,
    /// What goes back: the first that is met. Without any, everything; where none is met, nothing.
    #[schema(max_items = 10)]
    pub tiers: Vec<RefundTier>,
    /// Where it goes, where the tier does not say. What is given up within the grace, and what staff spare a member,
    /// goes back the way it came; so does what a wallet paid.
    pub to: RefundTo,
    /// So many minutes after it was made a booking is given up for everything and without a strike, blocked or
    /// not. 0 to 43200; 0 is none.
    #[schema(maximum = 43_200)]
    pub grace_minutes_after_creation: u32,
}

/// One step of what goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundTier {
    /// Given up so many hours before the start, or earlier. 0 to 8760; each less than the one before.
    #[schema(maximum = 8_760)]
    pub hours_before: u32,
    /// So much of what was paid goes back, in percent, rounded half up to the minor unit. 0 to 100.
    #[schema(maximum = 100)]
    pub percent: u8,
    /// Where it goes, if not where the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<RefundTo>,
}

/// Where a refund goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundTo {
    /// Back the way it came.
    #[default]
    Card,
    /// Into their wallet at the club.
    Wallet,
}

/// When strikes suspend a member from booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StrikeTerms {
    /// So many suspend. 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    pub limit: u16,
    /// Those of so many days count. 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    pub per_days: u16,
    /// For so many days. 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    pub suspend_days: u16,
}

/// When players check in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInTerms {
    /// Whether who has not checked in when it closes has missed the booking, and the court is given back.
    pub required: bool,
    /// From so many minutes before the start. 0 to 43200.
    #[schema(maximum = 43_200)]
    pub opens_minutes_before: u32,
    /// Until so many minutes after the start, inclusive. 0 to 43200; never after the end.
    #[schema(maximum = 43_200)]
    pub closes_minutes_after: u32,
}

/// From when until when the code of a booking opens the door, and its court has light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessTerms {
    /// From so many minutes before the start. 0 to 240.
    #[schema(maximum = 240)]
    pub before_minutes: u32,
    /// Until so many minutes after the end. 0 to 240.
    #[schema(maximum = 240)]
    pub after_minutes: u32,
    /// Light so many minutes before the start. 0 to 240.
    #[schema(maximum = 240)]
    pub lights_before_minutes: u32,
    /// Light until so many minutes after the end. 0 to 240.
    #[schema(maximum = 240)]
    pub lights_after_minutes: u32,
}

/// The terms that a booking takes from the policy when it is made or moved; a later policy leaves it alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingTerms {
    /// When its players check in, if its venue asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_in: Option<CheckInTerms>,
    /// How they come in, if by a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessTerms>,
    /// Whether its court has lights.
    #[serde(default)]
    pub lights: bool,
}

impl BookingTerms {
    /// Whether nothing is asked.
    pub fn is_nothing(&self) -> bool {
        self.check_in.is_none() && self.access.is_none()
    }
}

impl BookingPolicy {
    /// That of a venue that has none yet.
    pub fn none(venue_id: VenueId) -> Self {
        Self { venue_id, terms: PolicyTerms::default(), version: 0 }
    }

    /// What a booking of this court takes from it.
    pub fn of_court(&self, court: &Court) -> BookingTerms {
        let PolicyTerms { check_in, access, .. } = self.terms;
        BookingTerms { check_in, access, lights: court.lights }
    }
}

impl PolicyTerms {
    /// Whether a venue can have it: `VALIDATION_FAILED`.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut within = |path: &str, value: u32, least: u32, most: u32| {
            if !(least..=most).contains(&value) {
                let message = format!("must be from {least} to {most}");
                wrong.push(Violation { path: path.to_owned(), message });
            }
        };
        let Self { cancellation, strikes, check_in, access, payment } = self;
        within("cancellation.blocked_minutes", cancellation.blocked_minutes, 0, MOST_MINUTES);
        within("cancellation.penalty_minutes", cancellation.penalty_minutes, 0, MOST_MINUTES);
        let grace = cancellation.grace_minutes_after_creation;
        within("cancellation.grace_minutes_after_creation", grace, 0, MOST_MINUTES);
        for (place, tier) in cancellation.tiers.iter().enumerate() {
            let path = format!("cancellation.tiers[{place}]");
            within(&format!("{path}.hours_before"), tier.hours_before, 0, MOST_HOURS);
            within(&format!("{path}.percent"), tier.percent.into(), 0, 100);
        }
        if let Some(strikes) = strikes {
            within("strikes.limit", strikes.limit.into(), 1, MOST_STRIKES.into());
            within("strikes.per_days", strikes.per_days.into(), 1, MOST_DAYS.into());
            within("strikes.suspend_days", strikes.suspend_days.into(), 1, MOST_DAYS.into());
        }
        if let Some(check_in) = check_in {
            within("check_in.opens_minutes_before", check_in.opens_minutes_before, 0, MOST_MINUTES);
            within("check_in.closes_minutes_after", check_in.closes_minutes_after, 0, MOST_MINUTES);
        }
        if let Some(access) = access {
            within("access.before_minutes", access.before_minutes, 0, MOST_OFFSET_MINUTES);
            within("access.after_minutes", access.after_minutes, 0, MOST_OFFSET_MINUTES);
            let (on, off) = (access.lights_before_minutes, access.lights_after_minutes);
            within("access.lights_before_minutes", on, 0, MOST_OFFSET_MINUTES);
            within("access.lights_after_minutes", off, 0, MOST_OFFSET_MINUTES);
        }
        if let Some(payment) = payment {
            within("payment.lock_in_hours", payment.lock_in_hours, 0, MOST_HOURS);
            let roles = u32::try_from(payment.roles.len()).unwrap_or(u32::MAX);
            within("payment.roles", roles, 0, MOST_ROLES);
        }
        let descend = |pair: &[RefundTier]| pair[0].hours_before > pair[1].hours_before;
        if cancellation.tiers.len() > MOST_TIERS || !cancellation.tiers.windows(2).all(descend) {
            let message = format!("must be at most {MOST_TIERS}, each of fewer hours than before");
            wrong.push(Violation { path: "cancellation.tiers".to_owned(), message });
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violations(&wrong)) }
    }
}

impl PaymentTerms {
    /// Whether who has these roles may pay later.
    pub fn allow_later(&self, roles: &[Role]) -> bool {
        self.later && (self.roles.is_empty() || self.roles.iter().any(|one| roles.contains(one)))
    }
}

impl CheckInTerms {
    /// When check-in opens, and the last instant at which it is possible.
    pub fn window(self, starts_at: Timestamp, ends_at: Timestamp) -> (Timestamp, Timestamp) {
        let closes = later(starts_at, self.closes_minutes_after).min(ends_at);
        (earlier(starts_at, self.opens_minutes_before), closes)
    }
}

pub(crate) fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(count.into())
}

pub(crate) fn later(instant: Timestamp, count: u32) -> Timestamp {
    instant.saturating_add(minutes(count)).unwrap_or(instant)
}

pub(crate) fn earlier(instant: Timestamp, count: u32) -> Timestamp {
    instant.saturating_sub(minutes(count)).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(terms: serde_json::Value) -> Result<(), &'static str> {
        let terms: PolicyTerms = serde_json::from_value(terms).unwrap();
        terms.check().map_err(|error| error.code())
    }

    #[test]
    fn what_is_absent_is_not_asked() {
        assert_eq!(checked(json!({})), Ok(()));
        let terms: PolicyTerms = serde_json::from_value(json!({})).unwrap();
        assert_eq!(terms, PolicyTerms::default());
    }

    #[test]
    fn tiers_go_down_and_numbers_have_bounds() {
        let tiers = |tiers| checked(json!({ "cancellation": { "tiers": tiers } }));
        let tier = |hours: u32, percent: u8| json!({ "hours_before": hours, "percent": percent });
        assert_eq!(tiers(json!([tier(48, 100), tier(24, 50), tier(0, 0)])), Ok(()));
        for wrong in [
            json!([tier(24, 50), tier(48, 100)]),
            json!([tier(24, 50), tier(24, 20)]),
            json!([tier(24, 101)]),
            json!([tier(9_000, 10)]),
            json!((0..11).map(|n| tier(100 - n, 5)).collect::<Vec<_>>()),
        ] {
            assert_eq!(tiers(wrong), Err("VALIDATION_FAILED"));
        }
        for wrong in [
            json!({ "strikes": { "limit": 0, "per_days": 30, "suspend_days": 7 } }),
            json!({ "strikes": { "limit": 3, "per_days": 366, "suspend_days": 7 } }),
            json!({ "check_in": { "required": true, "opens_minutes_before": 43_201, "closes_minutes_after": 1 } }),
            json!({ "access": { "before_minutes": 241, "after_minutes": 0, "lights_before_minutes": 0, "lights_after_minutes": 0 } }),
            json!({ "cancellation": { "blocked_minutes": 43_201 } }),
        ] {
            assert_eq!(checked(wrong), Err("VALIDATION_FAILED"));
        }
        let to_wallet = json!({ "hours_before": 2, "percent": 50, "to": "wallet" });
        assert_eq!(tiers(json!([tier(24, 100), to_wallet])), Ok(()));
        assert_eq!(checked(json!({ "cancellation": { "to": "wallet" } })), Ok(()));
    }
}
