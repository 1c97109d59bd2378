//! How many requests a caller may make: token buckets in the table, from which a process leases ahead.
//!
//! | bucket | key | a minute |
//! |---|---|---|
//! | an account or API key in its club | `T#<club>#LIMIT#<account>` / `LIMIT` | [`ACCOUNT_PER_MINUTE`], or the club's own |
//! | a whole club | `T#<club>#LIMIT#CLUB` / `LIMIT` | its [`RateTier`]'s, or its own |
//! | an operator | `P#LIMIT#ACCOUNT#<account>` / `LIMIT` | [`ACCOUNT_PER_MINUTE`] |
//! | an address without a token | `P#LIMIT#CALLS#<hash>` / `LIMIT` | [`ADDRESS_PER_MINUTE`] |
//! | an address that signs in | `P#LIMIT#SIGN_IN#<hash>` / `LIMIT` | [`SIGN_INS_PER_MINUTE`] |
//!
//! A lease is one conditional update (`bucket`), so a busy caller costs far fewer writes than it makes
//! requests. Where the table does not answer, requests pass, except sign-ins, whose limit guards passwords.

use std::{net::IpAddr, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::{FutureExt, join_all, try_join};
use kernel::{
    Claims, Error, Result, Tenant,
    jiff::{SignedDuration, Timestamp},
};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use table::{Attempt, Condition, Engine, Item, Key, Update, Write, read_item};
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::{
    Edge, Failure, RequestFacts,
    bucket::{Lease, Level, Quota, Take, seconds},
    turn::turn,
};

/// What one account, or one API key, may ask a minute.
pub const ACCOUNT_PER_MINUTE: u32 = 300;
/// What one address may ask a minute without a token.
pub const ADDRESS_PER_MINUTE: u32 = 100;
/// How often one address may try to sign in a minute.
pub const SIGN_INS_PER_MINUTE: u32 = 20;

/// Buckets that a process remembers.
const LEASES: u64 = 10_000;
/// Updates of one bucket until it counts as not answering: each is refused only where others are quicker.
const TRIES: u32 = 5;
/// A request does not wait longer than this for its lease.
const WAIT: Duration = Duration::from_secs(2);
/// A bucket that is full is as good as none, so the table may drop it.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// Of an IPv6 address, what one subscriber has to itself (RFC 6177).
const SUBSCRIBER_BITS: u32 = 64;
const HASH_BYTES: usize = 16;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// How much of the platform a club may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateTier {
    /// 6,000 requests a minute.
    #[default]
    Standard,
    /// 30,000 requests a minute.
    Plus,
    /// 120,000 requests a minute.
    Max,
}

impl RateTier {
    /// What a club of this tier may ask a minute.
    pub const fn per_minute(self) -> u32 {
        match self {
            Self::Standard => 6_000,
            Self::Plus => 30_000,
            Self::Max => 120_000,
        }
    }
}

/// The limits of a club.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// What holds where nothing else is said.
    #[serde(default)]
    pub tier: RateTier,
    /// Of each account and API key, in the place of [`ACCOUNT_PER_MINUTE`].
    #[serde(default)]
    pub account_per_minute: Option<u32>,
    /// Of the whole club, in the place of its tier's.
    #[serde(default)]
    pub club_per_minute: Option<u32>,
}

impl Limits {
    /// What one account may ask a minute.
    pub fn account(&self) -> u32 {
        self.account_per_minute.unwrap_or(ACCOUNT_PER_MINUTE)
    }

    /// What the club may ask a minute.
    pub fn club(&self) -> u32 {
        self.club_per_minute.unwrap_or(self.tier.per_minute())
    }
}

/// Who may call an open route how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Openness {
    /// An address, [`ADDRESS_PER_MINUTE`].
    Limited,
    /// The same, and [`SIGN_INS_PER_MINUTE`].
    SignIn,
    /// The same, and the route waits for its [`crate::Turn`] itself.
    SignInAhead,
    /// As often as they like.
    Unlimited,
}

impl Openness {
    fn is_sign_in(self) -> bool {
        matches!(self, Self::SignIn | Self::SignInAhead)
    }
}

/// What a process has leased.
#[derive(Debug)]
pub(crate) struct Leases(Cache<Key, Arc<Mutex<Lease>>>);

impl Default for Leases {
    fn default() -> Self {
        Self(Cache::new(LEASES))
    }
}

/// What a caller is told of its tightest bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    level: Level,
    retry_after_seconds: Option<u32>,
}

impl Allowance {
    /// `throttled`, `RATE_LIMITED`, where a bucket is empty.
    pub(crate) fn check(&self) -> Result<()> {
        match self.retry_after_seconds {
            None => Ok(()),
            Some(seconds) => {
                let message = "too many requests; wait as long as Retry-After says";
                Err(Error::throttled("RATE_LIMITED", message).retry_after(seconds))
            }
        }
    }

    /// `RateLimit-*` (draft-ietf-httpapi-ratelimit-headers-05).
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let Level { limit, remaining, reset_seconds } = self.level;
        for (name, value) in [(LIMIT, limit), (REMAINING, remaining), (RESET, reset_seconds)] {
            headers.insert(name, HeaderValue::from(value));
        }
    }
}

/// One bucket and where it is kept.
struct Bucket {
    engine: Engine,
    key: Key,
    quota: Quota,
}

impl Bucket {
    fn of_club(edge: &Edge, tenant: &Tenant, whose: &str, limit: u32) -> Self {
        let table = edge.table().tenant(tenant);
        let key = table.key(format_args!("LIMIT#{whose}"), "LIMIT");
        Self { engine: (*table).clone(), key, quota: Quota::per_minute(limit) }
    }

    fn of_platform(edge: &Edge, whose: &str, limit: u32) -> Self {
        let table = edge.table().platform();
        let key = table.key(format_args!("LIMIT#{whose}"), "LIMIT");
        Self { engine: (*table).clone(), key, quota: Quota::per_minute(limit) }
    }

    /// The update of `…LIMIT#…` / `LIMIT` that takes so much, if it is there.
    fn write(&self, take: Take, now: Timestamp) -> Write {
        let update = Update::new().set("kind", "Limit");
        let (update, condition) = match take {
            Take::Later { from, up_to, add, .. } => {
                let not_full = Condition::at_most("full_at", from - 1).negated();
                (update.add("full_at", add), Condition::at_most("full_at", up_to).and(not_full))
            }
            Take::Anew { up_to, to, .. } => {
                let full = Condition::at_most("full_at", up_to);
                (update.set("full_at", to), Condition::any([Condition::absent("full_at"), full]))
            }
        };
        Write::update(self.key.clone(), update).when(condition).expiring(now + KEPT)
    }
}

enum Taken {
    Given(Level),
    Refused(Level, i64),
}

#[derive(Deserialize)]
struct Stored {
    full_at: i64,
}

fn full_at(item: Option<Item>) -> Result<Option<i64>> {
    Ok(item.map(read_item::<Stored>).transpose()?.map(|stored| stored.full_at))
}

impl Leases {
    async fn lease(&self, bucket: &Bucket) -> Arc<Mutex<Lease>> {
        self.0.get_with(bucket.key.clone(), async { Arc::default() }).await
    }

    /// Whoever waits for the lock finds what the one before has leased for both.
    async fn take(&self, bucket: &Bucket, at: Timestamp) -> Result<Taken> {
        let (quota, now) = (bucket.quota, at.as_microsecond());
        let lease = self.lease(bucket).await;
        let mut lease = lease.lock().await;
        lease.fit(quota);
        if lease.spend(now) {
            return Ok(Taken::Given(lease.level(quota, now)));
        }
        if let Some(until) = lease.closed_until(now) {
            return Ok(Taken::Refused(lease.level(quota, now), until));
        }
        let mut take = lease.next(quota, now);
        for _ in 0..TRIES {
            let stored = match bucket.engine.attempt(bucket.write(take, at)).await? {
                Attempt::Done(item) => {
                    lease.taken(take.count(), full_at(item)?.unwrap_or(now), now);
                    return Ok(Taken::Given(lease.level(quota, now)));
                }
                Attempt::Refused(old) => full_at(old)?,
            };
            match quota.again(take.count(), stored, now) {
                Ok(next) => take = next,
                Err(until) => {
                    lease.empty(stored, until);
                    return Ok(Taken::Refused(lease.level(quota, now), until));
                }
            }
        }
        Err(Error::unavailable("LIMIT_CONTENDED", "too many take of this limit at once"))
    }
}

/// Takes one of each bucket, or of none; answers the tightest.
async fn pass(edge: &Edge, buckets: &[Bucket]) -> Result<Option<Allowance>> {
    let (leases, now) = (edge.leases(), edge.clock().now());
    let each = join_all(buckets.iter().map(|bucket| leases.take(bucket, now)));
    let taken = tokio::time::timeout(WAIT, Box::pin(each)).await;
    let taken = taken.map_err(|_| Error::unavailable("LIMIT_SLOW", "a limit was not read"))?;
    let taken: Vec<_> = taken.into_iter().collect::<Result<_>>()?;
    let last = taken.iter().filter_map(|taken| match taken {
        Taken::Refused(level, until) => Some((*level, *until)),
        Taken::Given(_) => None,
    });
    let Some((level, until)) = last.max_by_key(|(_, until)| *until) else {
        let levels = taken.into_iter().map(|taken| match taken {
            Taken::Given(level) | Taken::Refused(level, _) => level,
        });
        let tightest = levels.min_by_key(|level| level.remaining);
        return Ok(tightest.map(|level| Allowance { level, retry_after_seconds: None }));
    };
    for (bucket, taken) in buckets.iter().zip(&taken) {
        if let Taken::Given(_) = taken {
            leases.lease(bucket).await.lock().await.give_back();
        }
    }
    let wait = seconds(until - now.as_microsecond()).max(1);
    let retry_after_seconds = Some(u32::try_from(wait).unwrap_or(u32::MAX));
    Ok(Some(Allowance { level, retry_after_seconds }))
}

/// Takes one of an authenticated caller's buckets. `None` where the table does not answer: the limits
/// protect the platform from its callers, and must not become what keeps them out.
pub(crate) async fn of_caller(
    edge: &Edge,
    claims: &Claims,
    tenant: Option<&Tenant>,
    limits: &Limits,
) -> Option<Allowance> {
    let account = claims.sub.to_string();
    let buckets = match tenant {
        Some(tenant) => vec![
            Bucket::of_club(edge, tenant, &account, limits.account()),
            Bucket::of_club(edge, tenant, "CLUB", limits.club()),
        ],
        None => vec![Bucket::of_platform(edge, &format!("ACCOUNT#{account}"), limits.account())],
    };
    pass(edge, &buckets).await.unwrap_or_else(|error| {
        tracing::warn!(error = ?error, "a request passes unlimited");
        None
    })
}

/// The layer of every open route that is limited.
pub(crate) async fn limit_address(
    openness: Openness,
    mut request: Request,
    next: Next,
) -> Response {
    let (turn, caller) = turn();
    let is_ahead = openness == Openness::SignInAhead;
    if is_ahead {
        request.extensions_mut().insert(turn);
    }
    let facts = request.extensions().get::<RequestFacts>();
    let subscriber = facts.and_then(|facts| subscriber(&facts.address));
    let (Some(edge), Some(subscriber)) = (request.extensions().get::<Edge>().cloned(), subscriber)
    else {
        caller.call();
        return next.run(request).await;
    };
    let allowance = async {
        let allowance = of_address(&edge, openness, &subscriber).await.map_err(|it| (it, None))?;
        let verdict = allowance.map_or(Ok(()), |allowance| allowance.check());
        verdict.map_err(|refused| (refused, allowance))?;
        caller.call();
        Ok::<_, (Error, Option<Allowance>)>(allowance)
    };
    let answered = if is_ahead {
        try_join(allowance, next.run(request).map(Ok)).await
    } else {
        match allowance.await {
            Ok(allowance) => Ok((allowance, next.run(request).await)),
            Err(refused) => Err(refused),
        }
    };
    match answered {
        Ok((allowance, response)) => written(response, allowance),
        Err((refused, allowance)) => written(Failure(refused).into_response(), allowance),
    }
}

fn written(mut response: Response, allowance: Option<Allowance>) -> Response {
    if let Some(allowance) = allowance {
        allowance.write(response.headers_mut());
    }
    response
}

/// Takes one of an address's buckets. `None` where the table does not answer; whoever signs in is refused then.
async fn of_address(
    edge: &Edge,
    openness: Openness,
    subscriber: &str,
) -> Result<Option<Allowance>> {
    let calls = format!("CALLS#{subscriber}");
    let mut buckets = vec![Bucket::of_platform(edge, &calls, ADDRESS_PER_MINUTE)];
    if openness.is_sign_in() {
        let kind = format!("SIGN_IN#{subscriber}");
        let bucket = Bucket::of_platform(edge, &kind, SIGN_INS_PER_MINUTE);
        buckets.push(Bucket { quota: bucket.quota.one_by_one(), ..bucket });
    }
    match pass(edge, &buckets).await {
        Ok(allowance) => Ok(allowance),
        Err(error) if openness.is_sign_in() => Err(unlimited(error)),
        Err(error) => {
            tracing::warn!(error = ?error, "a request passes unlimited");
            Ok(None)
        }
    }
}

fn unlimited(error: Error) -> Error {
    let message = "signing in is not possible at the moment; try again in a moment";
    Error::unavailable("LIMITER_UNAVAILABLE", message).with_source(error)
}

/// Who an address stands for, as a short hash; `None` where there is no gateway that would know one, or
/// the call comes from this machine itself.
fn subscriber(address: &str) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    if address.is_loopback() {
        return None;
    }
    let text = match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => (address.to_bits() >> (128 - SUBSCRIBER_BITS)).to_string(),
    };
    Some(URL_SAFE_NO_PAD.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..HASH_BYTES]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_is_an_ipv4_address_or_an_ipv6_network() {
        assert_eq!(subscriber("192.0.2.1"), subscriber("::ffff:192.0.2.1"));
        assert_ne!(subscriber("192.0.2.1"), subscriber("192.0.2.2"));
        assert_eq!(subscriber("2001:db8:1:2::1"), subscriber("2001:db8:1:2:ffff::9"));
        assert_ne!(subscriber("2001:db8:1:2::1"), subscriber("2001:db8:1:3::1"));
        for nobody in ["", "127.0.0.1", "::1", "unknown"] {
            assert_eq!(subscriber(nobody), None, "{nobody}");
        }
        assert!(!subscriber("192.0.2.1").unwrap().contains("192"));
    }

    #[test]
    fn a_club_s_own_limit_goes_before_its_tier_s() {
        let limits = Limits { tier: RateTier::Plus, ..Limits::default() };
        assert_eq!((limits.account(), limits.club()), (300, 30_000));
        let limits = Limits { club_per_minute: Some(7), account_per_minute: Some(3), ..limits };
        assert_eq!((limits.account(), limits.club()), (3, 7));
    }
}
