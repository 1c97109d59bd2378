//! What the edge knows of a club between two sign-ins: whether it is suspended, who of it is barred, how
//! much it may ask. One record for each club, `T#<club>#EDGE` / `EDGE`, and one for the platform's
//! operators, `P#EDGE` / `EDGE`; where there is none, all is as usual.
//!
//! A bar refuses tokens that were made before it. It lasts a little longer than they do, so whoever bars an
//! account also takes care that it gets no new ones.
//!
//! Whoever changes who may come in puts one of these writes into its transaction. One transaction takes one
//! write of a record: several bars of one club are one [`bar_all`].

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use kernel::{
    AccountId, ApiKeyId, Claims, ClubId, Error, Method, Result, SessionId, Tenant,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::Value as Json;
use table::{Condition, Engine, Key, PlatformTable, Table, TenantTable, Update, Write};

use crate::{Edge, Limits, RateTier};

/// As long as an access token, and a minute for one that is being made at this moment.
const BAR_SECONDS: i64 = Claims::LIFETIME_SECONDS + 60;
/// How old the record may be where nothing is changed.
const KEPT: SignedDuration = SignedDuration::from_secs(60);
/// The most bars whose end is cleaned away at once.
const SWEPT: usize = 50;
/// The most subjects that one write bars.
const BARRED_TOGETHER_LIMIT: usize = 100;
const BARRED: &str = "barred_";

/// Whose record: a club's or the platform's own.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// A club's.
    Club(&'a TenantTable),
    /// The platform's, where its operators stand.
    Platform(&'a PlatformTable),
}

impl<'a> From<&'a TenantTable> for Place<'a> {
    fn from(table: &'a TenantTable) -> Self {
        Self::Club(table)
    }
}

impl<'a> From<&'a PlatformTable> for Place<'a> {
    fn from(table: &'a PlatformTable) -> Self {
        Self::Platform(table)
    }
}

impl Place<'_> {
    /// `T#<club>#EDGE` / `EDGE`, `P#EDGE` / `EDGE`.
    fn key(self) -> Key {
        match self {
            Self::Club(table) => table.key("EDGE", "EDGE"),
            Self::Platform(table) => table.key("EDGE", "EDGE"),
        }
    }

    fn engine(&self) -> &Engine {
        match self {
            Self::Club(table) => table,
            Self::Platform(table) => table,
        }
    }

    fn write(self, update: Update) -> Write {
        Write::update(self.key(), update.set("kind", "Edge").add("version", 1_u64))
    }
}

/// Whose tokens are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Of an account in the club: `MEMBER_SUSPENDED`.
    Account(AccountId),
    /// Of one session: `SESSION_REVOKED`; of an API key, which is its own session, `KEY_REVOKED`.
    Session(SessionId),
}

impl From<AccountId> for Subject {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl From<SessionId> for Subject {
    fn from(session: SessionId) -> Self {
        Self::Session(session)
    }
}

impl From<ApiKeyId> for Subject {
    fn from(key: ApiKeyId) -> Self {
        Self::Session(SessionId::from_uuid(key.uuid()))
    }
}

impl Subject {
    /// One attribute for each bar, so that setting one needs nothing to be there.
    fn attribute(self) -> String {
        match self {
            Self::Account(account) => format!("{BARRED}{account}"),
            Self::Session(session) => format!("{BARRED}{session}"),
        }
    }
}

/// Update `…EDGE` / `EDGE`: refuses the tokens that the subject has now.
pub fn bar<'a>(place: impl Into<Place<'a>>, subject: impl Into<Subject>, now: Timestamp) -> Write {
    bar_all(place, [subject.into()], now)
}

/// Update `…EDGE` / `EDGE`: the same of several, a hundred at most (an expression has its limits).
pub fn bar_all<'a>(
    place: impl Into<Place<'a>>,
    subjects: impl IntoIterator<Item = Subject>,
    now: Timestamp,
) -> Write {
    let until = now.as_second() + BAR_SECONDS;
    let set = |update: Update, subject: Subject| update.set(subject.attribute(), until);
    place.into().write(subjects.into_iter().fold(Update::new(), set))
}

/// Update `…EDGE` / `EDGE` of each club, and of the platform: refuses the tokens that these sessions have now.
pub async fn bar_sessions(
    table: &Table,
    correlation: &str,
    sessions: Vec<(Option<ClubId>, SessionId)>,
    now: Timestamp,
) -> Result<()> {
    let platform = table.platform();
    let mut by_club: BTreeMap<Option<ClubId>, Vec<Subject>> = BTreeMap::new();
    for (club, session) in sessions {
        by_club.entry(club).or_default().push(session.into());
    }
    for (club, subjects) in by_club {
        let club = club.map(|club| table.tenant(&Tenant::from_platform_record(club, correlation)));
        let place = || club.as_ref().map_or(Place::from(&platform), Place::from);
        for some in subjects.chunks(BARRED_TOGETHER_LIMIT) {
            platform.write(vec![bar_all(place(), some.iter().copied(), now)]).await?;
        }
    }
    Ok(())
}

/// Update `…EDGE` / `EDGE`: takes the subject's tokens again.
pub fn lift<'a>(place: impl Into<Place<'a>>, subject: impl Into<Subject>) -> Write {
    place.into().write(Update::new().remove(subject.into().attribute()))
}

/// Update `T#<club>#EDGE` / `EDGE`: refuses everybody's tokens, `CLUB_SUSPENDED`.
pub fn suspend_club(table: &TenantTable) -> Write {
    Place::from(table).write(Update::new().set("suspended", true))
}

/// Update `T#<club>#EDGE` / `EDGE`: takes the club's tokens again.
pub fn reinstate_club(table: &TenantTable) -> Write {
    Place::from(table).write(Update::new().remove("suspended"))
}

/// Update `T#<club>#EDGE` / `EDGE`: the club's limits; of this version alone, where one is given, else
/// `stale`, `STALE_VERSION`. They hold everywhere a minute later.
pub fn set_limits(table: &TenantTable, limits: &Limits, version: Option<u64>) -> Result<Write> {
    let Limits { tier, account_per_minute, club_per_minute } = limits;
    let tier = table::Value::of(tier)?;
    let mut update = Update::new().set("tier", tier).add("limits_version", 1_u64);
    for (name, limit) in
        [("account_per_minute", account_per_minute), ("club_per_minute", club_per_minute)]
    {
        update = match limit {
            Some(limit) => update.set(name, *limit),
            None => update.remove(name),
        };
    }
    let write = Place::from(table).write(update);
    let same = match version {
        None => return Ok(write),
        Some(0) => Condition::absent("limits_version"),
        Some(version) => Condition::equals("limits_version", version),
    };
    Ok(write.when(same).or(|_| {
        Error::stale("STALE_VERSION", "somebody changed these limits meanwhile; read them again")
    }))
}

/// Get `T#<club>#EDGE` / `EDGE`: the club's limits and their version, 0 where nobody has set them.
pub async fn limits(table: &TenantTable) -> Result<(Limits, u64)> {
    let standing = Standing::get(table.into()).await?;
    Ok((standing.limits, standing.limits_version))
}

/// The record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    suspended: bool,
    /// Until when, in seconds since the epoch, by attribute.
    barred: HashMap<String, i64>,
    pub(crate) limits: Limits,
    limits_version: u64,
}

impl Standing {
    async fn get(place: Place<'_>) -> Result<Self> {
        let item: Option<HashMap<String, Json>> = place.engine().get(&place.key()).await?;
        Ok(item.map(Self::from).unwrap_or_default())
    }

    /// Whether tokens with these claims are taken: `forbidden`, `CLUB_SUSPENDED` or `MEMBER_SUSPENDED`, or
    /// `unauthenticated`, `SESSION_REVOKED` or `KEY_REVOKED`.
    pub(crate) fn check(&self, claims: &Claims, now: Timestamp) -> Result<()> {
        if self.suspended {
            let message = "this club is suspended; ask its owner";
            return Err(Error::forbidden("CLUB_SUSPENDED", message));
        }
        if self.bars(Subject::Account(claims.sub), now) {
            let message = "your membership is suspended; ask the club";
            return Err(Error::forbidden("MEMBER_SUSPENDED", message));
        }
        if !self.bars(Subject::Session(claims.sid), now) {
            return Ok(());
        }
        Err(if claims.amr.contains(&Method::Key) {
            Error::unauthenticated("KEY_REVOKED", "this API key was revoked; make another")
        } else {
            Error::unauthenticated("SESSION_REVOKED", "this session was ended; log in again")
        })
    }

    fn bars(&self, subject: Subject, now: Timestamp) -> bool {
        self.barred.get(&subject.attribute()).is_some_and(|until| *until > now.as_second())
    }

    fn lapsed(&self, now: Timestamp) -> Vec<(&String, i64)> {
        let over = self.barred.iter().filter(|(_, until)| **until <= now.as_second());
        over.map(|(name, until)| (name, *until)).take(SWEPT).collect()
    }
}

impl From<HashMap<String, Json>> for Standing {
    fn from(item: HashMap<String, Json>) -> Self {
        let number = |name: &str| item.get(name).and_then(Json::as_u64);
        let limit = |name: &str| number(name).and_then(|limit| u32::try_from(limit).ok());
        let tier = item.get("tier").cloned().map(serde_json::from_value::<RateTier>);
        let until = |(name, value): (&String, &Json)| {
            name.starts_with(BARRED).then_some(())?;
            Some((name.clone(), value.as_i64()?))
        };
        Self {
            suspended: item.get("suspended").and_then(Json::as_bool).unwrap_or_default(),
            barred: item.iter().filter_map(until).collect(),
            limits: Limits {
                tier: tier.and_then(Result::ok).unwrap_or_default(),
                account_per_minute: limit("account_per_minute"),
                club_per_minute: limit("club_per_minute"),
            },
            limits_version: number("limits_version").unwrap_or_default(),
        }
    }
}

/// What a process remembers of a record.
#[derive(Debug)]
pub(crate) struct Remembered {
    standing: Arc<Standing>,
    read_at: Timestamp,
}

/// The record as it is remembered, at most a minute old.
pub(crate) async fn remembered(edge: &Edge, tenant: Option<&Tenant>) -> Option<Arc<Standing>> {
    let known = edge.standings().get(&tenant.map(Tenant::club)).await?;
    let age = edge.clock().now().duration_since(known.read_at);
    (age <= KEPT).then(|| known.standing.clone())
}

/// The record as it is at this moment: `unavailable`, `STANDING_UNAVAILABLE`, where it cannot be read.
pub(crate) async fn read(edge: &Edge, tenant: Option<&Tenant>) -> Result<Arc<Standing>> {
    let read = Box::pin(get(edge, tenant)).await;
    let standing = Arc::new(read.map_err(|error| unknown().with_source(error))?);
    let remembered =
        Arc::new(Remembered { standing: standing.clone(), read_at: edge.clock().now() });
    edge.standings().insert(tenant.map(Tenant::club), remembered).await;
    Ok(standing)
}

async fn get(edge: &Edge, tenant: Option<&Tenant>) -> Result<Standing> {
    match tenant {
        Some(tenant) => Standing::get((&edge.table().tenant(tenant)).into()).await,
        None => Standing::get((&edge.table().platform()).into()).await,
    }
}

fn unknown() -> Error {
    let message = "whether you may come in could not be read; try again in a moment";
    Error::unavailable("STANDING_UNAVAILABLE", message)
}

/// Update `…EDGE` / `EDGE`: takes away bars that are over, each if nobody has renewed it.
pub(crate) async fn sweep(edge: &Edge, tenant: Option<&Tenant>, standing: &Standing) {
    let lapsed = standing.lapsed(edge.clock().now());
    if lapsed.is_empty() {
        return;
    }
    let gone = lapsed.iter().fold(Update::new(), |update, (name, _)| update.remove(*name));
    let same = lapsed.iter().map(|(name, until)| Condition::equals(*name, *until));
    let same = Condition::all(same);
    let swept = if let Some(tenant) = tenant {
        let table = edge.table().tenant(tenant);
        table.attempt(Place::from(&table).write(gone).when(same)).await
    } else {
        let table = edge.table().platform();
        table.attempt(Place::from(&table).write(gone).when(same)).await
    };
    // Whoever comes next does it.
    if let Err(error) = swept {
        tracing::warn!(error = ?error, "bars that are over are still kept");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standing(item: Json) -> Standing {
        Standing::from(serde_json::from_value::<HashMap<String, Json>>(item).unwrap())
    }

    #[test]
    fn a_record_that_says_nothing_changes_nothing() {
        assert_eq!(standing(json!({})), Standing::default());
        let odd = json!({ "PK": "P#EDGE", "tier": "platinum", "account_per_minute": -1 });
        assert_eq!(standing(odd), Standing::default());
    }

    #[test]
    fn a_bar_holds_until_it_lapses() {
        let account = AccountId::new();
        let record = standing(json!({ format!("barred_{account}"): 1_000 }));
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(record.bars(account.into(), at(999)));
        assert!(!record.bars(account.into(), at(1_000)));
        assert!(!record.bars(AccountId::new().into(), at(999)));
        assert_eq!((record.lapsed(at(999)).len(), record.lapsed(at(1_000)).len()), (0, 1));
    }
}
