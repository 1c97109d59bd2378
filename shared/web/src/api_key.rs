//! Keys for programs: `cpk_` and, in base64url, the key's id, its club and 32 random bytes, of which only the
//! hash is kept. A key acts for its club alone, as an account of its own, with the permissions that it was
//! given; it proves nobody's presence, so no sensitive action takes it.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | What is this key? | `T#<club>#KEY#<key>` / `KEY` | 1, or none within a minute |
//! | Which keys has the club? | gsi1 `T#<club>#KEYS` | one page |
//! | How many are they? | `T#<club>#KEYS` / `COUNT` | none: a condition of making one |

use std::{str::FromStr, sync::Arc};

use kernel::{
    AccountId, ApiKeyId, Claims, ClubId, Error, Method, Page, PageRequest, Permission,
    PermissionSet, Result, SessionId, Tenant,
    jiff::{SignedDuration, Timestamp},
    secret::{self, ClubSecret},
    timestamp_text,
};
use serde::{Deserialize, Serialize};
use table::{Condition, Index, Key, Query, TenantTable, Update, Write};

use crate::{Edge, standing};

/// What every key starts with, so that one that leaks is found.
pub const PREFIX: &str = "cpk_";
/// The most keys that a club may have; those that have expired count until they are revoked.
pub const KEYS_LIMIT: u64 = 50;

/// How much of a key is shown to tell it from others.
const SHOWN: usize = 12;
/// How long a key is taken for what it was.
const KEPT: SignedDuration = SignedDuration::from_secs(60);
/// How exactly its last use is known.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// The text that a program presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyText(ClubSecret);

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// What it is for, in the club's words.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// Of the whole text.
    pub hash: String,
    /// `<context>:<action>` each.
    pub permissions: Vec<String>,
    /// Who made it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Timestamp,
    /// From when on it is not taken.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the hour.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: u64,
}

impl KeyText {
    /// A fresh key of a club.
    pub fn new(club: ClubId) -> Result<Self> {
        ClubSecret::new(ApiKeyId::new().uuid(), club).map(Self)
    }

    fn id(&self) -> ApiKeyId {
        ApiKeyId::from_uuid(self.0.id())
    }

    /// The whole text; shown once.
    pub fn reveal(&self) -> String {
        PREFIX.to_owned() + &self.0.reveal()
    }

    fn hash(&self) -> String {
        secret::hash(self.reveal().as_bytes())
    }
}

impl FromStr for KeyText {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let secret = text.strip_prefix(PREFIX).and_then(ClubSecret::read);
        secret.map(Self).ok_or_else(unknown)
    }
}

impl ApiKey {
    /// What is kept of a fresh key.
    pub fn new(
        text: &KeyText,
        name: String,
        permissions: &PermissionSet,
        created_by: AccountId,
        lifetime: Option<SignedDuration>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: text.id(),
            name,
            prefix: text.reveal().chars().take(SHOWN).collect(),
            hash: text.hash(),
            permissions: permissions.iter().map(|it| it.as_str().to_owned()).collect(),
            created_by,
            created_at: now,
            expires_at: lifetime.map(|lifetime| now + lifetime),
            last_used_at: None,
            revoked_at: None,
            version: 1,
        }
    }

    /// The permissions of a key that exist, in this version of the code, and may be a key's.
    pub fn permissions(&self) -> PermissionSet {
        let is_named = |it: &&Permission| self.permissions.iter().any(|text| text == it.as_str());
        let all = Permission::ALL.iter().filter(is_named).copied();
        all.filter(|permission| may_be_a_key_s(*permission)).collect()
    }

    fn check(&self, text: &KeyText, now: Timestamp) -> Result<()> {
        if !secret::same(&self.hash, &text.hash()) {
            return Err(unknown());
        }
        if self.revoked_at.is_some() {
            let message = "this API key was revoked; make another";
            return Err(Error::unauthenticated("KEY_REVOKED", message));
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            let message = "this API key has expired; make another";
            return Err(Error::unauthenticated("KEY_EXPIRED", message));
        }
        Ok(())
    }

    /// What a key says, in the terms of a token: its id is its account and its session.
    fn claims(&self, club: ClubId, issuer: &str, now: Timestamp) -> Claims {
        Claims {
            iss: issuer.to_owned(),
            aud: Claims::AUDIENCE.to_owned(),
            sub: AccountId::from_uuid(self.id.uuid()),
            club: Some(club),
            roles: Vec::new(),
            permissions: self.permissions(),
            venues: std::collections::BTreeMap::new(),
            sid: SessionId::from_uuid(self.id.uuid()),
            amr: vec![Method::Key],
            auth_time: self.created_at.as_second(),
            mfa: false,
            iat: now.as_second(),
            exp: now.as_second() + Claims::LIFETIME_SECONDS,
        }
    }

    fn is_noted(&self, now: Timestamp) -> bool {
        self.last_used_at.is_some_and(|last| now.duration_since(last) < NOTED_EVERY)
    }
}

/// Whether a key may have this permission: the platform's are the operators', and a club has owners.
pub fn may_be_a_key_s(permission: Permission) -> bool {
    !matches!(permission, Permission::PlatformClubs | Permission::ClubOwn)
}

fn unknown() -> Error {
    Error::unauthenticated("KEY_UNKNOWN", "there is no such API key; make one at /v1/api-keys")
}

fn not_found() -> Error {
    Error::not_found("KEY_NOT_FOUND", "the club has no such API key")
}

/// `T#<club>#KEY#<key>` / `KEY`.
fn key(table: &TenantTable, id: ApiKeyId) -> Key {
    table.key(format_args!("KEY#{id}"), "KEY")
}

/// `T#<club>#KEYS` / `COUNT`: how many keys the club has.
fn count_key(table: &TenantTable) -> Key {
    table.key("KEYS", "COUNT")
}

/// Put `T#<club>#KEY#<key>` / `KEY`, and count it: `conflict`, `KEY_LIMIT_REACHED`, where there are enough.
pub fn create(table: &TenantTable, record: &ApiKey) -> Result<Vec<Write>> {
    let age = format!("{}#{}", timestamp_text(record.created_at), record.id);
    let keys = table.partition("KEYS");
    let room =
        Condition::any([Condition::absent("live"), Condition::at_most("live", KEYS_LIMIT - 1)]);
    let counted = Update::new().add("live", 1_i64).set("kind", "ApiKeyCount");
    Ok(vec![
        Write::put(key(table, record.id), "ApiKey", record)?.if_absent().gsi1(&keys, age),
        Write::update(count_key(table), counted).when(room).or(|_| {
            Error::conflict("KEY_LIMIT_REACHED", "the club has 50 API keys; revoke one first")
        }),
    ])
}

/// Query gsi1 `T#<club>#KEYS`, oldest first: one page of the keys that are not revoked.
pub async fn list(table: &TenantTable, page: PageRequest) -> Result<Page<ApiKey>> {
    let keys = table.partition("KEYS");
    table.query(&Query::index(Index::Gsi1, keys).page(page)).await
}

/// Update `T#<club>#KEY#<key>` / `KEY` to revoked and out of the list, else `not_found`, `KEY_NOT_FOUND`;
/// count it no longer; bar it, so that it changes nothing from this moment on.
pub fn revoke(table: &TenantTable, id: ApiKeyId, now: Timestamp) -> Vec<Write> {
    let revoked = Update::new()
        .set("revoked_at", now)
        .remove("GSI1PK")
        .remove("GSI1SK")
        .add("version", 1_u64);
    let live = Condition::item_exists().and(Condition::absent("revoked_at"));
    vec![
        Write::update(key(table, id), revoked).when(live).or(|_| not_found()),
        Write::update(count_key(table), Update::new().add("live", -1_i64)),
        standing::bar(table, id, now),
    ]
}

/// What a process remembers of a key; that there is none, too.
#[derive(Debug)]
pub(crate) struct Remembered {
    record: Option<Arc<ApiKey>>,
    read_at: Timestamp,
}

/// The claims of a key that is presented, and the key: `unauthenticated`, `KEY_UNKNOWN`, `KEY_EXPIRED` or
/// `KEY_REVOKED`.
pub(crate) async fn recognise(
    edge: &Edge,
    text: &str,
    tenant_of: impl Fn(ClubId) -> Tenant,
) -> Result<(Claims, Arc<ApiKey>)> {
    let text: KeyText = text.parse()?;
    let now = edge.clock().now();
    let club = text.0.club();
    let known = edge.api_keys().get(&(club, text.id())).await;
    let known = known.filter(|known| now.duration_since(known.read_at) <= KEPT);
    let record = match known {
        Some(known) => known.record.clone(),
        None => read(edge, &text, &tenant_of(club), now).await?,
    };
    let record = record.ok_or_else(unknown)?;
    record.check(&text, now)?;
    Ok((record.claims(club, edge.issuer(), now), record))
}

/// Get `T#<club>#KEY#<key>` / `KEY`.
async fn read(
    edge: &Edge,
    text: &KeyText,
    tenant: &Tenant,
    now: Timestamp,
) -> Result<Option<Arc<ApiKey>>> {
    let table = edge.table().tenant(tenant);
    let record = table.get::<ApiKey>(&key(&table, text.id())).await?.map(Arc::new);
    remember(edge, (tenant.club(), text.id()), record.clone(), now).await;
    Ok(record)
}

async fn remember(
    edge: &Edge,
    name: (ClubId, ApiKeyId),
    record: Option<Arc<ApiKey>>,
    read_at: Timestamp,
) {
    edge.api_keys().insert(name, Arc::new(Remembered { record, read_at })).await;
}

/// Update `T#<club>#KEY#<key>` / `KEY`: it was used, if nobody has noted that within the hour.
pub(crate) async fn note_use(edge: &Edge, tenant: &Tenant, record: &ApiKey) {
    let now = edge.clock().now();
    if record.is_noted(now) {
        return;
    }
    let table = edge.table().tenant(tenant);
    let long_ago = Condition::any([
        Condition::absent("last_used_at"),
        Condition::at_most("last_used_at", now - NOTED_EVERY),
    ]);
    let write = Write::update(key(&table, record.id), Update::new().set("last_used_at", now))
        .when(Condition::item_exists().and(long_ago));
    if let Err(error) = table.attempt(write).await {
        tracing::warn!(error = ?error, "an API key's use was not noted");
        return;
    }
    let noted = ApiKey { last_used_at: Some(now), ..record.clone() };
    // As old as it was: what was changed meanwhile is read no later for it.
    let known = edge.api_keys().get(&(tenant.club(), record.id)).await;
    let read_at = known.map_or(now, |known| known.read_at);
    remember(edge, (tenant.club(), record.id), Some(Arc::new(noted)), read_at).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &KeyText, permissions: &[Permission], now: Timestamp) -> ApiKey {
        let permissions = permissions.iter().copied().collect();
        ApiKey::new(text, "Website".to_owned(), &permissions, AccountId::new(), None, now)
    }

    #[test]
    fn a_key_reads_back_and_shows_nothing_of_its_secret() {
        let club = ClubId::new();
        let text = KeyText::new(club).unwrap();
        let shown = text.reveal();
        let read: KeyText = shown.parse().unwrap();
        assert_eq!((read, read.id(), read.0.club()), (text, text.id(), club));
        assert!(!format!("{text:?}").contains(&shown[50..]));
        let kept = serde_json::to_string(&record(&text, &[], Timestamp::UNIX_EPOCH)).unwrap();
        assert!(!kept.contains(&shown[SHOWN..]));
        for wrong in ["", "cpk_", &shown[4..], &shown[..shown.len() - 1], &format!("{shown}A")] {
            assert_eq!(wrong.parse::<KeyText>().unwrap_err().code(), "KEY_UNKNOWN", "{wrong}");
        }
    }

    #[test]
    fn two_keys_of_a_club_are_told_apart_by_what_is_shown() {
        let club = ClubId::new();
        let prefix = || {
            let text = KeyText::new(club).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(2));
            record(&text, &[], Timestamp::UNIX_EPOCH).prefix
        };
        assert_ne!(prefix(), prefix());
    }

    #[test]
    fn no_key_has_what_is_the_platform_s_or_the_owner_s_or_unknown() {
        let text = KeyText::new(ClubId::new()).unwrap();
        let mut key = record(&text, Permission::ALL, Timestamp::UNIX_EPOCH);
        key.permissions.push("moon:fly".to_owned());
        let granted = key.permissions();
        assert_eq!(granted.len(), Permission::ALL.len() - 2);
        assert!(granted.iter().all(|permission| may_be_a_key_s(*permission)));
    }

    #[test]
    fn another_secret_under_the_same_id_is_unknown() {
        let text = KeyText::new(ClubId::new()).unwrap();
        let key = record(&text, &[], Timestamp::UNIX_EPOCH);
        let guess = KeyText(ClubSecret::new(text.0.id(), text.0.club()).unwrap());
        let refused = key.check(&guess, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(refused.code(), "KEY_UNKNOWN");
        key.check(&text, Timestamp::UNIX_EPOCH).unwrap();
    }
}
