//! When the provider is asked again.
//!
//! An unknown outcome after 5 minutes, an hour, then on five days; a pending payment after an hour and a
//! day; a checkout once, shortly after it expired, in case its webhook was lost.

use kernel::jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Payment, ProblemCode, Status};

/// The provider closes its page at the hold's end; a try made in the last moment has ended by then.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const UNKNOWN: [SignedDuration; 7] = [SignedDuration::from_mins(5), HOUR, DAY, DAY, DAY, DAY, DAY];
const PENDING: [SignedDuration; 2] = [HOUR, DAY];

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Whether anybody paid before the checkout expired.
    Checkout,
    /// What the provider will decide.
    Pending,
    /// What happened: a call without an answer, or a refund without a confirmation.
    Unknown,
}

impl Reason {
    fn pauses(self) -> &'static [SignedDuration] {
        match self {
            Self::Checkout => &[],
            Self::Pending => &PENDING,
            Self::Unknown => &UNKNOWN,
        }
    }
}

/// When the provider is asked next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Why.
    pub reason: Reason,
    /// How often it was asked for this reason.
    pub asked: u8,
    /// When it is asked next.
    pub next_poll_at: Timestamp,
}

impl Watch {
    /// Of a checkout that expires then.
    pub fn checkout(expires_at: Timestamp) -> Self {
        Self { reason: Reason::Checkout, asked: 0, next_poll_at: expires_at + AFTER_EXPIRY }
    }

    /// At once.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { reason: Reason::Checkout, asked: 0, next_poll_at: now }
    }

    /// Of a payment that the provider has not decided.
    pub fn pending(now: Timestamp) -> Self {
        Self { reason: Reason::Pending, asked: 0, next_poll_at: now + PENDING[0] }
    }

    /// Of a call that brought no answer, or may not.
    pub fn unknown(now: Timestamp) -> Self {
        Self { reason: Reason::Unknown, asked: 0, next_poll_at: now + UNKNOWN[0] }
    }

    /// After one more question; `None` when it was asked often enough.
    fn again(self, now: Timestamp) -> Option<Self> {
        let asked = self.asked.saturating_add(1);
        let pause = self.reason.pauses().get(usize::from(asked))?;
        Some(Self { asked, next_poll_at: now + *pause, ..self })
    }
}

/// What asking brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The provider's truth, and all of it is settled.
    Answered,
    /// No answer.
    Failed,
}

/// The payment after the provider was asked about it, as it is now that the answers are settled.
///
/// `before` is the watch that led to asking: one that settling has set since then stays as it is.
pub(crate) fn after_poll(
    payment: &Payment,
    before: Watch,
    asked: Asked,
    now: Timestamp,
) -> Payment {
    let mut next = payment.clone();
    if payment.watch != Some(before) {
        return next;
    }
    next.watch = match asked {
        Asked::Failed if before.reason != Reason::Unknown => Some(Watch::unknown(now)),
        Asked::Answered if is_settled(payment) => None,
        _ => before.again(now),
    };
    if next.watch.is_none() {
        close(&mut next, asked, now);
    }
    next.version += 1;
    next.updated_at = now;
    next
}

/// Whether there is nothing more that the provider could tell.
fn is_settled(payment: &Payment) -> bool {
    payment.status != Status::Pending && payment.requested().next().is_none()
}

/// The last question was asked: what is still open is shown to people.
fn close(payment: &mut Payment, asked: Asked, now: Timestamp) {
    let problem = match (payment.status, asked) {
        (_, Asked::Failed) => ProblemCode::StillUnknown,
        (Status::Pending, Asked::Answered) => ProblemCode::StillPending,
        (Status::Created, Asked::Answered) if payment.bill.is_none() => {
            payment.status = Status::Abandoned;
            return;
        }
        _ if payment.requested().next().is_some() => ProblemCode::StillUnknown,
        _ => return,
    };
    payment.note(problem, payment.provider_payment_id.clone(), now);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, payment};

    fn at(watch: Option<Watch>) -> Option<SignedDuration> {
        watch.map(|watch| watch.next_poll_at.duration_since(NOW))
    }

    /// Asks at every due time until nobody asks any more; the pauses between.
    fn pauses(mut payment: Payment, asked: Asked) -> (Vec<SignedDuration>, Payment) {
        let (mut pauses, mut now) = (Vec::new(), NOW);
        while let Some(watch) = payment.watch {
            pauses.push(watch.next_poll_at.duration_since(now));
            now = watch.next_poll_at;
            payment = after_poll(&payment, watch, asked, now);
        }
        (pauses, payment)
    }

    #[test]
    fn an_unpaid_checkout_is_asked_about_once_and_abandoned() {
        let created = payment();
        assert_eq!(at(created.watch), Some(SignedDuration::from_mins(11)));
        let (asked, ended) = pauses(created, Asked::Answered);
        assert_eq!((asked.len(), ended.status), (1, Status::Abandoned));
        assert_eq!(ended.last_problem, None);
    }

    #[test]
    fn a_silent_provider_is_asked_at_five_minutes_an_hour_and_five_days() {
        let (asked, ended) = pauses(payment(), Asked::Failed);
        let mut expected = vec![SignedDuration::from_mins(11)];
        expected.extend(UNKNOWN);
        assert_eq!(asked, expected);
        assert_eq!(ended.last_problem.map(|p| p.code), Some(ProblemCode::StillUnknown));
        assert_eq!(ended.status, Status::Created, "nobody knows, so nothing is claimed");
    }

    #[test]
    fn a_pending_payment_is_asked_about_after_an_hour_and_a_day() {
        let mut pending = payment();
        (pending.status, pending.watch) = (Status::Pending, Some(Watch::pending(NOW)));
        let (asked, ended) = pauses(pending, Asked::Answered);
        assert_eq!(asked, [HOUR, DAY]);
        assert_eq!(ended.status, Status::Pending);
        assert_eq!(ended.last_problem.map(|p| p.code), Some(ProblemCode::StillPending));
    }

    #[test]
    fn what_settling_has_set_since_stays() {
        let mut pending = payment();
        let before = pending.watch.unwrap();
        pending.watch = Some(Watch::pending(NOW));
        assert_eq!(after_poll(&pending, before, Asked::Answered, NOW), pending);
    }
}
