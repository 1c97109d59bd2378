//! How guessing is slowed down: by address of e-mail, whether anybody has it or not, and by address of
//! the network.

use std::net::IpAddr;

use kernel::{
    Error, Result,
    jiff::{SignedDuration, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Failures count together within this time of the first.
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(15);
const FIRST_LOCK_SECONDS: i64 = 60;
const LONGEST_LOCK_SECONDS: i64 = 3_600;
/// Failures that led to a lock are remembered this long after the last of them, so that the next lock is
/// longer.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_secs(LONGEST_LOCK_SECONDS + 900);

/// What is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guarded {
    /// An address of e-mail.
    Account,
    /// An address of the network, which many people may share.
    Address,
}

impl Guarded {
    /// So many failures lock.
    pub(crate) fn limit(self) -> u64 {
        match self {
            Self::Account => 5,
            Self::Address => 20,
        }
    }
}

/// The failures of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockout {
    /// What kind of address.
    pub guarded: Guarded,
    /// How many failures there were.
    pub failures: u64,
    /// The first of them.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub first_failed_at: Timestamp,
    /// The last of them.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub last_failed_at: Timestamp,
}

impl Lockout {
    /// No failures.
    pub fn none(guarded: Guarded) -> Self {
        let never = Timestamp::UNIX_EPOCH;
        Self { guarded, failures: 0, first_failed_at: never, last_failed_at: never }
    }

    /// Until when nobody may try: a minute from the failure that reached the limit, twice as long from
    /// each further one, an hour at most.
    pub fn locked_until(&self) -> Option<Timestamp> {
        let beyond = self.failures.checked_sub(self.guarded.limit())?;
        let doublings = u32::try_from(beyond).unwrap_or(u32::MAX).min(10);
        let seconds = (FIRST_LOCK_SECONDS << doublings).min(LONGEST_LOCK_SECONDS);
        Some(self.last_failed_at + SignedDuration::from_secs(seconds))
    }

    /// Whether one may try now: else `throttled`, `ACCOUNT_LOCKED` or `ADDRESS_LOCKED`, with when to
    /// come back.
    pub fn check(&self, now: Timestamp) -> Result<()> {
        let Some(until) = self.locked_until().filter(|until| now < *until) else { return Ok(()) };
        let (code, message) = match self.guarded {
            Guarded::Account => (
                "ACCOUNT_LOCKED",
                "too many attempts with this address failed; wait, or reset the password",
            ),
            Guarded::Address => {
                ("ADDRESS_LOCKED", "too many attempts from your network failed; wait")
            }
        };
        let milliseconds = until.duration_since(now).as_millis();
        let seconds = u32::try_from((milliseconds + 999) / 1_000).unwrap_or(u32::MAX);
        Err(Error::throttled(code, message).retry_after(seconds))
    }

    /// Whether the failures no longer count.
    fn is_forgotten(&self, now: Timestamp) -> bool {
        if self.failures < self.guarded.limit() {
            self.failures == 0 || now >= self.first_failed_at + WINDOW
        } else {
            now >= self.last_failed_at + REMEMBERED
        }
    }

    /// With one failure more.
    #[must_use]
    pub fn after_failure(&self, now: Timestamp) -> Self {
        if self.is_forgotten(now) {
            let Self { guarded, .. } = *self;
            return Self { guarded, failures: 1, first_failed_at: now, last_failed_at: now };
        }
        Self { failures: self.failures + 1, last_failed_at: now, ..self.clone() }
    }

    /// From when on the record is of no use.
    pub(crate) fn forgotten_at(&self) -> Timestamp {
        self.last_failed_at + REMEMBERED
    }
}

/// The part of a network address that one household or attacker has: all of IPv4's, the first 64 bits of
/// IPv6's (RFC 6177). What is no address counts as it is.
pub(crate) fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn failed(guarded: Guarded, seconds: impl IntoIterator<Item = i64>) -> Lockout {
        let none = Lockout::none(guarded);
        seconds.into_iter().fold(none, |lockout, second| lockout.after_failure(at(second)))
    }

    fn wait(lockout: &Lockout, second: i64) -> Option<u32> {
        lockout.check(at(second)).err().and_then(|error| error.retry_after_seconds())
    }

    #[test]
    fn the_fifth_failure_locks_for_a_minute() {
        let four = failed(Guarded::Account, [0, 1, 2, 3]);
        assert_eq!(wait(&four, 3), None);
        let five = four.after_failure(at(4));
        assert_eq!((wait(&five, 4), wait(&five, 63), wait(&five, 64)), (Some(60), Some(1), None));
        let error = five.check(at(4) + SignedDuration::from_millis(1)).unwrap_err();
        assert_eq!((error.code(), error.retry_after_seconds()), ("ACCOUNT_LOCKED", Some(60)));
    }

    #[test]
    fn every_further_failure_doubles_the_lock_up_to_an_hour() {
        let mut lockout = failed(Guarded::Account, [0, 0, 0, 0, 0]);
        let mut second = 0;
        for expected in [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600] {
            assert_eq!(wait(&lockout, second), Some(expected));
            second += i64::from(expected);
            lockout = lockout.after_failure(at(second));
        }
        let many = Lockout { failures: u64::MAX, ..lockout.clone() };
        assert_eq!(wait(&many, second), Some(3_600));
    }

    #[test]
    fn failures_are_forgotten_a_quarter_of_an_hour_after_the_first() {
        assert_eq!(failed(Guarded::Account, [0, 300, 600, 899, 900]).failures, 1);
        assert_eq!(failed(Guarded::Account, [0, 300, 600, 898, 899]).failures, 5);
        let locked = failed(Guarded::Account, [0, 1, 2, 3, 4]);
        assert_eq!(locked.after_failure(at(4 + 4_499)).failures, 6, "a lock is remembered longer");
        assert_eq!(locked.after_failure(at(4 + 4_500)).failures, 1);
    }

    #[test]
    fn a_network_s_address_is_locked_after_twenty() {
        assert_eq!(wait(&failed(Guarded::Address, 0..19), 19), None);
        let locked = failed(Guarded::Address, 0..20);
        let error = locked.check(at(20)).unwrap_err();
        assert_eq!((error.code(), error.retry_after_seconds()), ("ADDRESS_LOCKED", Some(59)));
    }

    #[test]
    fn a_network_is_what_one_household_has() {
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("unknown"), "unknown");
    }
}
