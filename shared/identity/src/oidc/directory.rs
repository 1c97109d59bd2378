//! Providers' documents and keys as this process knows them.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use kernel::{
    ClubId, Result,
    jiff::{SignedDuration, Timestamp},
};
use moka::future::Cache;
use openidconnect::{
    AdditionalProviderMetadata, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
        CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use reqwest::Client;
use serde::{Deserialize, Serialize};

use super::{Issuer, failure::discovering};
use crate::fetch::{Reach, fetch};

/// How long a discovery document and its keys are good.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// A token with an unknown key has the keys read again, but not sooner than this after the last time:
/// whoever invents keys must not have us call the provider for each.
const KEYS_KEPT: SignedDuration = SignedDuration::from_mins(1);
const KEPT_MOST: u64 = 200;

/// What RFC 9207 adds to discovery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Additional {
    /// Whether every answer names its issuer.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Additional {}

/// A discovery document.
pub(super) type Metadata = ProviderMetadata<
    Additional,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What is known of a provider.
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) keys: CoreJsonWebKeySet,
    read_at: Timestamp,
    keys_read_at: Timestamp,
}

/// The club, of which the platform has none, is part of the key: what one club's provider answers is nothing to
/// another.
type Whose = (Option<ClubId>, Issuer);

/// Of this process.
static KNOWN: LazyLock<Cache<Whose, Arc<Known>>> = LazyLock::new(|| {
    let kept = Duration::from_secs(KEPT.as_secs().unsigned_abs());
    Cache::builder().max_capacity(KEPT_MOST).time_to_live(kept).build()
});

/// The provider's document and keys, at most an hour old. A failure is not remembered.
pub(super) async fn known(
    http: &Client,
    reach: Reach,
    club: Option<ClubId>,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Arc<Known>> {
    let key = (club, issuer.clone());
    if let Some(known) = KNOWN.get(&key).await
        && now.duration_since(known.read_at) < KEPT
    {
        return Ok(known);
    }
    let client = http.clone();
    let call = move |request| fetch(client.clone(), reach, request);
    let metadata = Metadata::discover_async(issuer.url()?, &call).await.map_err(discovering)?;
    let keys = metadata.jwks().clone();
    let known = Arc::new(Known { metadata, keys, read_at: now, keys_read_at: now });
    KNOWN.insert(key, known.clone()).await;
    Ok(known)
}

/// The same with the keys read again; `None` where they were read a moment ago.
pub(super) async fn renewed(
    http: &Client,
    reach: Reach,
    club: Option<ClubId>,
    known: &Known,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Option<Arc<Known>>> {
    if now.duration_since(known.keys_read_at) < KEYS_KEPT {
        return Ok(None);
    }
    let client = http.clone();
    let call = move |request| fetch(client.clone(), reach, request);
    let keys = CoreJsonWebKeySet::fetch_async(known.metadata.jwks_uri(), &call)
        .await
        .map_err(discovering)?;
    let metadata = known.metadata.clone();
    let known = Arc::new(Known { metadata, keys, read_at: known.read_at, keys_read_at: now });
    KNOWN.insert((club, issuer.clone()), known.clone()).await;
    Ok(Some(known))
}
