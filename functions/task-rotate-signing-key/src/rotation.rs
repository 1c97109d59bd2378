//! One rotation: a pending version of the signing keys' secret, and what is published meanwhile.

use cloud::{SecretVersions, Stage};
use identity::SigningKeys;
use jsonwebtoken::jwk::JwkSet;
use kernel::{Error, Result};
use runtime::App;
use serde_json::{Map, Value};

const JWKS: &str = "jwks";

/// A rotation that is under way, or over.
pub(crate) struct Rotation<'a> {
    pub(crate) app: &'a App,
    secret: &'a str,
    pub(crate) token: &'a str,
    pub(crate) versions: SecretVersions,
}

impl<'a> Rotation<'a> {
    /// The rotation of this token, which names its version.
    pub(crate) async fn of(app: &'a App, secret: &'a str, token: &'a str) -> Result<Self> {
        if secret != app.config().token_signing_key_secret_id()? {
            let message = "this function rotates the signing keys alone";
            return Err(Error::forbidden("SECRET_UNKNOWN", message));
        }
        let versions = app.secrets().versions(secret).await?.unwrap_or_default();
        if !versions.has(token) {
            let message = "the secret has no version of this token";
            return Err(Error::not_found("ROTATION_TOKEN_UNKNOWN", message));
        }
        let rotation = Self { app, secret, token, versions };
        if !rotation.is_over() && !rotation.versions.is(token, Stage::Pending) {
            let message = "the version of this token is not the pending one";
            return Err(Error::conflict("ROTATION_TOKEN_NOT_PENDING", message));
        }
        Ok(rotation)
    }

    /// Whether its version is the current one already.
    pub(crate) fn is_over(&self) -> bool {
        self.versions.is(self.token, Stage::Current)
    }

    /// The keys in use; `None` where there are none yet.
    pub(crate) async fn current(&self) -> Result<Option<SigningKeys>> {
        match self.versions.of(Stage::Current) {
            Some(version) => {
                self.app.secrets().get_version(self.secret, version, Stage::Current).await
            }
            None => Ok(None),
        }
    }

    /// The keys that it brings; `None` before they are made.
    pub(crate) async fn pending(&self) -> Result<Option<SigningKeys>> {
        self.app.secrets().get_version(self.secret, self.token, Stage::Pending).await
    }

    /// The keys that it brings: `ROTATION_STEP_EARLY` before they are made.
    pub(crate) async fn made(&self) -> Result<SigningKeys> {
        self.pending().await?.ok_or_else(step_early)
    }

    pub(crate) async fn make(&self, keys: &SigningKeys) -> Result<()> {
        self.app.secrets().put_version(self.secret, self.token, Stage::Pending, keys).await
    }

    /// The edge's keys as they are stored: with members that are not ours to change.
    pub(crate) async fn edge(&self) -> Result<Map<String, Value>> {
        let id = self.app.config().edge_keys_secret_id()?;
        self.app.secrets().get(id).await?.ok_or_else(keys_missing)
    }

    /// Stores the edge's keys with these public keys and everything else as it was.
    pub(crate) async fn publish(&self, mut edge: Map<String, Value>, keys: &JwkSet) -> Result<()> {
        let jwks = serde_json::to_value(keys)
            .map_err(|cause| Error::internal("a key set is not JSON").with_source(cause))?;
        edge.insert(JWKS.to_owned(), jwks);
        let id = self.app.config().edge_keys_secret_id()?;
        self.app.secrets().replace(id, &edge).await
    }

    /// Makes its version the current one.
    pub(crate) async fn promote(&self) -> Result<()> {
        let from = self.versions.of(Stage::Current);
        self.app.secrets().move_stage(self.secret, Stage::Current, from, self.token).await
    }
}

/// The public keys among the edge's keys.
pub(crate) fn published(edge: &Map<String, Value>) -> Result<JwkSet> {
    let jwks = edge.get(JWKS).cloned().unwrap_or_default();
    serde_json::from_value(jwks)
        .map_err(|_| Error::internal("the edge's keys do not have their shape"))
}

pub(crate) fn step_early() -> Error {
    Error::conflict("ROTATION_STEP_EARLY", "a step of this rotation that comes before is not done")
}

pub(crate) fn keys_missing() -> Error {
    Error::conflict("KEYS_MISSING", "the platform has no keys yet; make them first")
}
