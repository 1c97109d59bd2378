//! Token buckets, each kept as one number: the instant at which the bucket is full again (the generic cell
//! rate algorithm, ITU-T I.371). Taking moves it later and time comes closer, so to take is one conditional
//! update without a read. Instants here are microseconds since the epoch.

/// A bucket holds what its limit allows in a minute, and is filled evenly within one.
const MINUTE_US: i64 = 60_000_000;
/// What a process leases where it knows nothing of the demand.
const FIRST_LEASE: i64 = 4;
/// A lease is a quarter of the bucket at most.
const LEASES_IN_A_BUCKET: i64 = 4;
/// Demand that uses a lease up within this gets twice as much next time.
const BUSY_US: i64 = 5_000_000;
/// What lies unused for this long is given up, and the demand forgotten.
const LAPSE_US: i64 = 10_000_000;

/// How many requests a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    per_minute: i64,
    longest_lease: i64,
}

/// One conditional update of the stored instant, and how many requests it pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// From a bucket that is not full: adds to the instant if it lies between `from` and `up_to`.
    Later { count: i64, from: i64, up_to: i64, add: i64 },
    /// From a full bucket: sets the instant if there is none, or if it is at most `up_to`.
    Anew { count: i64, up_to: i64, to: i64 },
}

/// What a process has taken out of a bucket in advance.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    quota: Option<Quota>,
    left: i64,
    size: i64,
    taken_at: i64,
    used_at: i64,
    full_at: Option<i64>,
    closed_until: i64,
}

/// What a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) limit: i64,
    pub(crate) remaining: i64,
    /// Until it is full.
    pub(crate) reset_seconds: i64,
}

impl Quota {
    /// So many a minute, leased ahead.
    pub(crate) fn per_minute(limit: u32) -> Self {
        let per_minute = i64::from(limit.max(1));
        Self { per_minute, longest_lease: (per_minute / LEASES_IN_A_BUCKET).max(1) }
    }

    /// Taken one by one: where what lies unused in other processes would keep people out.
    pub(crate) fn one_by_one(self) -> Self {
        Self { longest_lease: 1, ..self }
    }

    fn interval(self) -> i64 {
        MINUTE_US / self.per_minute
    }

    fn window(self) -> i64 {
        self.interval() * self.per_minute
    }

    /// How many a bucket of this instant gives.
    fn free(self, full_at: i64, now: i64) -> i64 {
        (now + self.window() - full_at.max(now)) / self.interval()
    }

    /// Takes so many, as far as the stored instant is known.
    fn take(self, count: i64, full_at: Option<i64>, now: i64) -> Take {
        let add = count * self.interval();
        match full_at {
            Some(full_at) if full_at >= now => {
                Take::Later { count, from: now, up_to: now + self.window() - add, add }
            }
            _ => Take::Anew { count, up_to: now - 1, to: now + add },
        }
    }

    /// What to try after a refusal that showed the stored instant: less, the other form, or (`Err`) nothing
    /// before that instant.
    pub(crate) fn again(self, count: i64, stored: Option<i64>, now: i64) -> Result<Take, i64> {
        let Some(full_at) = stored.filter(|full_at| *full_at >= now) else {
            return Ok(self.take(count, None, now));
        };
        let free = self.free(full_at, now);
        if free > 0 {
            Ok(self.take(count.min(free), stored, now))
        } else {
            Err(full_at + self.interval() - self.window())
        }
    }
}

impl Take {
    /// How many requests it pays for.
    pub(crate) fn count(self) -> i64 {
        match self {
            Self::Later { count, .. } | Self::Anew { count, .. } => count,
        }
    }
}

impl Lease {
    /// A lease of another quota is worth nothing.
    pub(crate) fn fit(&mut self, quota: Quota) {
        if self.quota != Some(quota) {
            let full_at = self.full_at;
            *self = Self { quota: Some(quota), full_at, ..Self::default() };
        }
    }

    /// Pays for one request, if it can.
    pub(crate) fn spend(&mut self, now: i64) -> bool {
        if now - self.used_at > LAPSE_US {
            (self.left, self.size) = (0, 0);
        }
        self.used_at = now;
        let pays = self.left > 0;
        self.left -= i64::from(pays);
        pays
    }

    /// Until when there is nothing to ask for, if that is so.
    pub(crate) fn closed_until(&self, now: i64) -> Option<i64> {
        (self.closed_until > now).then_some(self.closed_until)
    }

    /// What to take next.
    pub(crate) fn next(&self, quota: Quota, now: i64) -> Take {
        let wanted = match self.size {
            0 => FIRST_LEASE,
            size if now - self.taken_at <= BUSY_US => size * 2,
            size => size,
        };
        let free = quota.free(self.full_at.unwrap_or(now), now).max(1);
        quota.take(wanted.min(quota.longest_lease).min(free), self.full_at, now)
    }

    /// So many were taken; one of them is spent at once.
    pub(crate) fn taken(&mut self, count: i64, full_at: i64, now: i64) {
        (self.left, self.size) = (count - 1, count);
        (self.taken_at, self.full_at) = (now, Some(full_at));
    }

    /// The bucket was empty.
    pub(crate) fn empty(&mut self, full_at: Option<i64>, until: i64) {
        (self.full_at, self.closed_until) = (full_at, until);
    }

    /// Takes back one that was spent on a request that another bucket refused.
    pub(crate) fn give_back(&mut self) {
        self.left += 1;
    }

    /// What is left of the bucket and of the lease together.
    pub(crate) fn level(&self, quota: Quota, now: i64) -> Level {
        let full_at = self.full_at.unwrap_or(now) - self.left * quota.interval();
        let ahead = (full_at - now).max(0);
        Level {
            limit: quota.per_minute,
            remaining: ((quota.window() - ahead) / quota.interval()).max(0),
            reset_seconds: seconds(ahead),
        }
    }
}

/// Whole seconds, rounded up.
pub(crate) fn seconds(microseconds: i64) -> i64 {
    (microseconds.max(0) + 999_999) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000_000;

    /// The table's part: does what a take says to the stored instant.
    fn store(stored: &mut Option<i64>, take: Take) -> bool {
        let (done, instant) = match take {
            Take::Later { from, up_to, add, .. } => {
                let at = stored.unwrap_or(i64::MIN);
                (at >= from && at <= up_to, at.saturating_add(add))
            }
            Take::Anew { up_to, to, .. } => (stored.is_none_or(|at| at <= up_to), to),
        };
        if done {
            *stored = Some(instant);
        }
        done
    }

    /// One request against a bucket; the number of updates it took, or when to come back.
    fn request(
        lease: &mut Lease,
        stored: &mut Option<i64>,
        quota: Quota,
        now: i64,
    ) -> Result<u32, i64> {
        lease.fit(quota);
        if lease.spend(now) {
            return Ok(0);
        }
        if let Some(until) = lease.closed_until(now) {
            return Err(until);
        }
        let mut take = lease.next(quota, now);
        for updates in 1.. {
            if store(stored, take) {
                lease.taken(take.count(), stored.unwrap(), now);
                return Ok(updates);
            }
            match quota.again(take.count(), *stored, now) {
                Ok(next) => take = next,
                Err(until) => {
                    lease.empty(*stored, until);
                    return Err(until);
                }
            }
        }
        unreachable!("a bucket gives or refuses")
    }

    #[test]
    fn a_full_bucket_gives_a_minute_s_worth_at_once_and_then_one_at_a_time() {
        let (mut lease, mut stored) = (Lease::default(), None);
        let quota = Quota::per_minute(60);
        for _ in 0..60 {
            assert!(request(&mut lease, &mut stored, quota, NOW).is_ok());
        }
        assert_eq!(request(&mut lease, &mut stored, quota, NOW), Err(NOW + 1_000_000));
        assert_eq!(lease.level(quota, NOW), Level { limit: 60, remaining: 0, reset_seconds: 60 });
        assert!(request(&mut lease, &mut stored, quota, NOW + 999_999).is_err());
        assert_eq!(request(&mut lease, &mut stored, quota, NOW + 1_000_000), Ok(1));
        assert!(request(&mut lease, &mut stored, quota, NOW + 1_000_000).is_err());
        let later = NOW + 62_000_000;
        assert!(request(&mut lease, &mut stored, quota, later).is_ok());
        assert_eq!(lease.level(quota, later).remaining, 59);
    }

    #[test]
    fn several_processes_share_one_bucket() {
        let quota = Quota::per_minute(100);
        let mut stored = None;
        let mut leases: Vec<_> = (0..7).map(|_| Lease::default()).collect();
        let mut given = 0;
        for round in 0..400 {
            let lease = &mut leases[round % 7];
            given += i32::from(request(lease, &mut stored, quota, NOW).is_ok());
        }
        assert_eq!(given, 100, "whoever asks, a minute's worth and no more");
    }

    #[test]
    fn a_busy_client_writes_seldom_and_an_idle_one_holds_nothing() {
        let (mut lease, mut stored) = (Lease::default(), None);
        let quota = Quota::per_minute(300);
        let (mut now, mut updates) = (NOW, 0);
        for _ in 0..1_000 {
            updates += request(&mut lease, &mut stored, quota, now).unwrap();
            now += 200_000;
        }
        assert!(updates <= 40, "{updates} updates for a thousand requests");
        assert!(lease.size > FIRST_LEASE);
        now += LAPSE_US;
        assert_eq!(request(&mut lease, &mut stored, quota, now), Ok(1));
        assert_eq!(lease.size, FIRST_LEASE);
    }

    #[test]
    fn no_lease_is_longer_than_a_quarter_of_the_bucket() {
        let mut lease = Lease::default();
        let mut stored = None;
        for limit in [1, 3, 20, 100] {
            let quota = Quota::per_minute(limit);
            for _ in 0..limit {
                let _ = request(&mut lease, &mut stored, quota, NOW + i64::from(limit) * MINUTE_US);
            }
            assert!(lease.size <= i64::from(limit / 4).max(1), "{limit}: {}", lease.size);
        }
        assert_eq!(Lease::default().next(Quota::per_minute(20).one_by_one(), NOW).count(), 1);
    }

    #[test]
    fn what_another_bucket_refused_is_not_lost() {
        let (mut lease, mut stored) = (Lease::default(), None);
        let quota = Quota::per_minute(60);
        request(&mut lease, &mut stored, quota, NOW).unwrap();
        lease.give_back();
        assert_eq!(lease.level(quota, NOW).remaining, 60);
        assert_eq!(lease.level(quota, NOW).reset_seconds, 0);
    }
}
