//! Whether a booking may be given up, and what for.

use kernel::{Error, Money, Result, jiff::Timestamp, timestamp_text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    Booking, CancellationTerms, RefundTo, Status,
    policy::{earlier, later, minutes},
};

/// What giving a booking up means by the policy, before money is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Why.
    pub rule: CancellationRule,
    /// So much of what was paid goes back, 0 to 100.
    pub refund_percent: u8,
    /// Where it goes, of what was paid by card.
    pub to: RefundTo,
    /// Whether it is held against the member.
    pub strike: bool,
}

/// What decided about a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancellationRule {
    /// Nothing was paid yet.
    Unpaid,
    /// It was made a moment ago.
    Grace,
    /// The venue has no tiers: everything goes back.
    Full,
    /// The first tier that was met.
    Tier,
    /// It is later than every tier.
    TooLate,
    /// Staff spare the member the policy.
    Waived,
}

/// What came of a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BookingCancellation)]
pub struct Cancellation {
    /// What decided.
    pub rule: CancellationRule,
    /// Of what was paid, 0 to 100.
    pub refund_percent: u8,
    /// What goes back; null where nothing was paid.
    #[serde(default)]
    pub refund: Option<Money>,
    /// Where it goes; null where nothing goes back.
    #[serde(default)]
    pub refund_to: Option<RefundTo>,
    /// What has to be paid still of what nobody had paid yet; null where nothing has.
    #[serde(default)]
    pub still_due: Option<Money>,
    /// Whether it is a strike against the member.
    pub strike: bool,
}

/// Who gives a booking up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canceller {
    /// A player, or whoever has no more rights than they.
    Player,
    /// The club's staff, who are not blocked.
    Staff {
        /// Whether they spare the member the policy.
        waive: bool,
    },
}

impl CancellationTerms {
    /// What it means to give this booking up now. `blocked_minutes` of the court, if they are more, hold as well.
    ///
    /// 409 `CANCELLATION_BLOCKED` with the last instant, `BOOKING_STARTED` once play has begun: for players.
    pub fn judge(
        &self,
        booking: &Booking,
        court_blocked_minutes: u32,
        by: Canceller,
        now: Timestamp,
    ) -> Result<Verdict> {
        let is_player = by == Canceller::Player;
        if is_player && booking.has_started(now) {
            let message = "it has started; ask the club's staff to cancel it";
            return Err(Error::conflict("BOOKING_STARTED", message));
        }
        // As if it had never been booked: the way it came.
        let to = RefundTo::Card;
        let whole = |rule| Ok(Verdict { rule, refund_percent: 100, to, strike: false });
        if by == (Canceller::Staff { waive: true }) {
            return whole(CancellationRule::Waived);
        }
        if booking.status == Status::Held {
            return whole(CancellationRule::Unpaid);
        }
        if self.is_in_grace(booking, now) {
            return whole(CancellationRule::Grace);
        }
        let blocked = self.blocked_minutes.max(court_blocked_minutes);
        let last = earlier(booking.starts_at, blocked);
        if is_player && blocked > 0 && now > last {
            return Err(cancellation_blocked(blocked, last));
        }
        let left = booking.starts_at.duration_since(now);
        let strike = self.penalty_minutes > 0 && left < minutes(self.penalty_minutes);
        if self.tiers.is_empty() {
            let to = self.to;
            return Ok(Verdict { rule: CancellationRule::Full, refund_percent: 100, to, strike });
        }
        let met = self.tiers.iter().find(|tier| left >= minutes(tier.hours_before * 60));
        Ok(match met {
            Some(tier) => Verdict {
                rule: CancellationRule::Tier,
                refund_percent: tier.percent,
                to: tier.to.unwrap_or(self.to),
                strike,
            },
            None => {
                Verdict { rule: CancellationRule::TooLate, refund_percent: 0, to: self.to, strike }
            }
        })
    }

    /// Whether anything that was paid by card may go into a wallet.
    pub fn goes_to_wallets(&self) -> bool {
        let into_wallet = |to: Option<RefundTo>| to.unwrap_or(self.to) == RefundTo::Wallet;
        into_wallet(None) || self.tiers.iter().any(|tier| into_wallet(tier.to))
    }

    fn is_in_grace(&self, booking: &Booking, now: Timestamp) -> bool {
        let grace = self.grace_minutes_after_creation;
        grace > 0 && !booking.has_started(now) && now <= later(booking.created_at, grace)
    }
}

impl Cancellation {
    /// The share of an amount in minor units that goes back, rounded half up.
    pub fn share(&self, amount: i64) -> i64 {
        share(self.refund_percent, amount)
    }

    /// What the club keeps of an amount in minor units: the rest.
    pub fn keeps(&self, amount: i64) -> i64 {
        amount - self.share(amount)
    }
}

fn share(percent: u8, amount: i64) -> i64 {
    let share = (i128::from(amount) * i128::from(percent) + 50) / 100;
    i64::try_from(share).unwrap_or(amount)
}

impl Verdict {
    /// Its share of an amount in minor units, rounded half up.
    pub fn share(&self, amount: i64) -> i64 {
        share(self.refund_percent, amount)
    }

    /// What the club keeps of an amount in minor units: the rest.
    pub fn keeps(&self, amount: i64) -> i64 {
        amount - self.share(amount)
    }

    /// What came of it, where so much goes back, and so much has to be paid still.
    pub fn with(self, refund: Option<Money>, still_due: Option<Money>) -> Cancellation {
        let Self { rule, refund_percent, to, strike } = self;
        let refund_to = refund.filter(|refund| !refund.is_zero()).map(|_| to);
        Cancellation { rule, refund_percent, refund, refund_to, still_due, strike }
    }
}

fn cancellation_blocked(minutes: u32, last: Timestamp) -> Error {
    let message = format!(
        "players cancel until {minutes} minutes before the start; ask the club's staff to cancel it"
    );
    Error::conflict("CANCELLATION_BLOCKED", message)
        .with_details(json!({ "until": timestamp_text(last), "blocked_minutes": minutes }))
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, BookingId, jiff::ToSpan};
    use proptest::prelude::*;

    use super::*;
    use crate::{RefundTier, Wish, plan, samples};

    fn booking() -> Booking {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "23:00")], 30);
        let court = samples::court(&venue, &[60]);
        let wish = Wish { start: "2026-11-25T18:00".parse().unwrap(), duration_minutes: 60 };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let plan = plan(&venue, &court, wish, now).unwrap();
        Booking::new(BookingId::new(), AccountId::new(), (&venue, &court), plan, None, now)
    }

    fn terms() -> CancellationTerms {
        let tier = |hours_before, percent| RefundTier { hours_before, percent, to: None };
        CancellationTerms {
            blocked_minutes: 120,
            penalty_minutes: 720,
            tiers: vec![tier(48, 100), tier(24, 50)],
            grace_minutes_after_creation: 30,
            ..CancellationTerms::default()
        }
    }

    /// What a player gets so many minutes before the start.
    fn at(before: i64) -> Result<(u8, bool), &'static str> {
        let booking = booking();
        let now = booking.starts_at - before.minutes();
        let verdict = terms().judge(&booking, 0, Canceller::Player, now);
        verdict.map(|it| (it.refund_percent, it.strike)).map_err(|error| error.code())
    }

    #[test]
    fn the_first_tier_that_is_met_decides_and_limits_are_inclusive() {
        assert_eq!(at(48 * 60), Ok((100, false)));
        assert_eq!(at(48 * 60 - 1), Ok((50, false)));
        assert_eq!(at(24 * 60), Ok((50, false)));
        assert_eq!(at(24 * 60 - 1), Ok((0, false)));
        assert_eq!(at(720), Ok((0, false)));
        assert_eq!(at(719), Ok((0, true)));
        assert_eq!(at(120), Ok((0, true)));
        assert_eq!(at(119), Err("CANCELLATION_BLOCKED"));
        assert_eq!(at(0), Err("BOOKING_STARTED"));
    }

    #[test]
    fn grace_goes_before_everything_but_the_start() {
        let mut late = booking();
        late.created_at = late.starts_at - 40.minutes();
        let judged = |now: Timestamp| terms().judge(&late, 0, Canceller::Player, now);
        let verdict = judged(late.created_at + 30.minutes()).unwrap();
        assert_eq!((verdict.rule, verdict.refund_percent), (CancellationRule::Grace, 100));
        assert!(!verdict.strike);
        assert_eq!(
            judged(late.created_at + 31.minutes()).unwrap_err().code(),
            "CANCELLATION_BLOCKED"
        );
        late.created_at = late.starts_at - 5.minutes();
        let started = terms().judge(&late, 0, Canceller::Player, late.starts_at);
        assert_eq!(started.unwrap_err().code(), "BOOKING_STARTED");
    }

    #[test]
    fn staff_are_not_blocked_and_may_waive() {
        let booking = booking();
        let now = booking.starts_at + 5.minutes();
        let judged = |waive| terms().judge(&booking, 0, Canceller::Staff { waive }, now).unwrap();
        assert_eq!((judged(false).refund_percent, judged(false).strike), (0, true));
        assert_eq!((judged(true).refund_percent, judged(true).strike), (100, false));
    }

    #[test]
    fn the_tier_says_where_it_goes_else_the_policy_and_grace_is_the_way_it_came() {
        let mut terms = CancellationTerms { to: RefundTo::Wallet, ..terms() };
        terms.tiers[0].to = Some(RefundTo::Card);
        let booking = booking();
        let to = |terms: &CancellationTerms, before: i64, by| {
            let now = booking.starts_at - before.minutes();
            let verdict = terms.judge(&booking, 0, by, now).unwrap();
            (verdict.rule, verdict.to)
        };
        let player = Canceller::Player;
        assert_eq!(to(&terms, 48 * 60, player), (CancellationRule::Tier, RefundTo::Card));
        assert_eq!(to(&terms, 24 * 60, player), (CancellationRule::Tier, RefundTo::Wallet));
        let waived = Canceller::Staff { waive: true };
        assert_eq!(to(&terms, 24 * 60, waived), (CancellationRule::Waived, RefundTo::Card));
        let early = booking.starts_at.duration_since(booking.created_at).as_mins();
        assert_eq!(to(&terms, early, player), (CancellationRule::Grace, RefundTo::Card));
        terms.tiers.clear();
        assert_eq!(to(&terms, 24 * 60, player), (CancellationRule::Full, RefundTo::Wallet));
        let verdict = terms.judge(&booking, 0, player, booking.starts_at - 24.hours()).unwrap();
        let money = |amount| Some(Money::new(amount, kernel::Currency::Ars));
        assert_eq!(verdict.with(money(5), None).refund_to, Some(RefundTo::Wallet));
        assert_eq!(verdict.with(money(0), None).refund_to, None);
    }

    #[test]
    fn a_court_s_own_notice_holds_where_it_is_longer() {
        let booking = booking();
        let now = booking.starts_at - 200.minutes();
        let judged = |minutes| terms().judge(&booking, minutes, Canceller::Player, now).is_ok();
        assert!(judged(0) && judged(200) && !judged(201));
        let none = CancellationTerms::default();
        let free = none.judge(&booking, 0, Canceller::Player, booking.starts_at - 1.minutes());
        assert_eq!(free.unwrap().rule, CancellationRule::Full);
    }

    proptest! {
        #[test]
        fn shares_are_within_what_was_paid_and_nearest(amount in 0_i64..1 << 50, percent in 0_u8..=100) {
            let verdict = Verdict { rule: CancellationRule::Tier, refund_percent: percent, to: RefundTo::Card, strike: false };
            let share = verdict.share(amount);
            prop_assert!((0..=amount).contains(&share));
            prop_assert!((share * 100 - amount * i64::from(percent)).abs() <= 50);
        }

        #[test]
        fn waiting_never_brings_more(early in 0_i64..6_000, later in 0_i64..6_000) {
            let (early, later) = (early.max(later), early.min(later));
            if let (Ok(first), Ok(second)) = (at(early), at(later)) {
                prop_assert!(first.0 >= second.0 && (!first.1 || second.1));
            }
        }
    }
}
