//! What the edge needs from the process around it.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::future::BoxFuture;
use jsonwebtoken::{DecodingKey, jwk::JwkSet};
use kernel::{ApiKeyId, Clock, ClubId, Error, Result};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use table::Table;

use crate::{api_key, limits::Leases, standing};

/// Rotated keys are known everywhere after this.
const KEYS_KEPT: Duration = Duration::from_mins(5);
/// Clubs whose record a process remembers.
const STANDINGS: u64 = 5_000;
/// API keys that a process remembers.
const API_KEYS: u64 = 5_000;

/// The stored form of the keys: the secret behind `EDGE_KEYS_SECRET_ID`.
#[derive(Clone, Serialize, Deserialize)]
pub struct EdgeKeysDocument {
    /// Public keys that access tokens are verified with (RFC 7517).
    pub jwks: JwkSet,
    /// 32 bytes, base64: signs paging cursors.
    pub cursor_key: String,
}

/// The keys, ready to use.
pub struct EdgeKeys {
    jwks: JwkSet,
    decoding: HashMap<String, DecodingKey>,
    pub(crate) cursor: hmac::Key,
}

impl fmt::Debug for EdgeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeKeys").field("keys", &self.decoding.len()).finish_non_exhaustive()
    }
}

impl EdgeKeys {
    /// Keys with no id, or of another kind than ES256 takes, are left out.
    pub fn new(document: EdgeKeysDocument) -> Result<Self> {
        let wrong = || Error::internal("the edge's keys do not have their shape");
        let cursor = STANDARD.decode(&document.cursor_key).map_err(|_| wrong())?;
        if cursor.len() < 32 {
            return Err(wrong());
        }
        let decoding = document
            .jwks
            .keys
            .iter()
            .filter_map(|jwk| Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?)))
            .collect();
        let cursor = hmac::Key::new(hmac::HMAC_SHA256, &cursor);
        Ok(Self { jwks: document.jwks, decoding, cursor })
    }

    /// The public keys as published at `/.well-known/jwks.json`.
    pub fn jwks(&self) -> &JwkSet {
        &self.jwks
    }

    pub(crate) fn decoding_key(&self, id: &str) -> Option<&DecodingKey> {
        self.decoding.get(id)
    }
}

type LoadKeys = Box<dyn Fn() -> BoxFuture<'static, Result<EdgeKeysDocument>> + Send + Sync>;
type OpenTable = Box<dyn Fn() -> Table + Send + Sync>;

/// The edge's own state: clock, issuer, keys, what it remembers, and the table for its own records.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

struct Inner {
    clock: Clock,
    issuer: String,
    load_keys: LoadKeys,
    keys: Cache<(), Arc<EdgeKeys>>,
    open_table: OpenTable,
    standings: Cache<Option<ClubId>, Arc<standing::Remembered>>,
    api_keys: Cache<(ClubId, ApiKeyId), Arc<api_key::Remembered>>,
    leases: Leases,
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge").field("issuer", &self.0.issuer).finish_non_exhaustive()
    }
}

impl Edge {
    /// Keys are loaded, and the table opened, when a request first needs them.
    pub fn new(
        clock: Clock,
        issuer: String,
        load_keys: impl Fn() -> BoxFuture<'static, Result<EdgeKeysDocument>> + Send + Sync + 'static,
        open_table: impl Fn() -> Table + Send + Sync + 'static,
    ) -> Self {
        let keys = Cache::builder().max_capacity(1).time_to_live(KEYS_KEPT).build();
        Self(Arc::new(Inner {
            clock,
            issuer,
            load_keys: Box::new(load_keys),
            keys,
            open_table: Box::new(open_table),
            standings: Cache::new(STANDINGS),
            api_keys: Cache::new(API_KEYS),
            leases: Leases::default(),
        }))
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Who issues the access tokens that are taken here.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The keys, at most five minutes old.
    pub async fn keys(&self) -> Result<Arc<EdgeKeys>> {
        if let Some(keys) = self.0.keys.get(&()).await {
            return Ok(keys);
        }
        let loaded = Arc::new(EdgeKeys::new((self.0.load_keys)().await?)?);
        self.0.keys.insert((), loaded.clone()).await;
        Ok(loaded)
    }

    /// What is remembered of clubs, and of the platform's operators.
    pub(crate) fn standings(&self) -> &Cache<Option<ClubId>, Arc<standing::Remembered>> {
        &self.0.standings
    }

    /// What is remembered of API keys.
    pub(crate) fn api_keys(&self) -> &Cache<(ClubId, ApiKeyId), Arc<api_key::Remembered>> {
        &self.0.api_keys
    }

    /// What is leased of limits.
    pub(crate) fn leases(&self) -> &Leases {
        &self.0.leases
    }

    pub(crate) fn table(&self) -> Table {
        (self.0.open_table)()
    }
}
