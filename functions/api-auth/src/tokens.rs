//! The pair of tokens that signing in and refreshing answer.

use identity::{Grant, RefreshToken, Session, SigningKey};
use kernel::{Claims, Error, Result, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;

use crate::admission::Admission;

/// What to call the API with, and what to get the next one with.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token expires.
    expires_in: i64,
    /// Good for one exchange at `/v1/auth/refresh`; keep the one that comes back.
    refresh_token: String,
    /// Seconds until the refresh token expires if it is not used.
    refresh_expires_in: i64,
}

impl Tokens {
    /// Signs the session's next access token. Nothing is written: do it before the session changes, so
    /// that no token is used up where no key can sign.
    pub(crate) async fn issue(
        app: &App,
        session: &Session,
        refresh_token: &RefreshToken,
        admission: Admission,
        now: Timestamp,
    ) -> Result<Self> {
        let grant = Grant {
            account: session.account_id,
            club: session.club_id,
            roles: admission.roles,
            permissions: admission.permissions,
            session: session.id,
        };
        let issuer = app.config().public_base_url()?;
        Ok(Self {
            access_token: signing_key(app).await?.access_token(issuer, grant, now)?,
            token_type: "Bearer",
            expires_in: Claims::LIFETIME_SECONDS,
            refresh_token: refresh_token.reveal(),
            refresh_expires_in: session.expires_in(now),
        })
    }
}

async fn signing_key(app: &App) -> Result<SigningKey> {
    let id = app.config().token_signing_key_secret_id()?;
    let key = app.secrets().get_cached(id).await?;
    key.ok_or_else(|| Error::unavailable("KEYS_MISSING", "the platform has no keys yet"))
}
