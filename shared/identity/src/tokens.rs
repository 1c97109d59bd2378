//! The pair of tokens that signing in and refreshing answer.

use kernel::{Claims, Result, jiff::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Grant, RefreshToken, Rights, Session, SigningKey};

/// What to call the API with, and what to get the next one with.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
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
    pub fn issue(
        key: &SigningKey,
        issuer: &str,
        session: &Session,
        refresh_token: &RefreshToken,
        rights: Rights,
        now: Timestamp,
    ) -> Result<Self> {
        Ok(Self {
            access_token: key.access_token(issuer, session.grant(rights), now)?,
            token_type: "Bearer",
            expires_in: Claims::LIFETIME_SECONDS,
            refresh_token: refresh_token.reveal(),
            refresh_expires_in: session.expires_in(now),
        })
    }
}

impl Session {
    /// What the session's access tokens grant with these rights.
    pub fn grant(&self, rights: Rights) -> Grant {
        Grant {
            account: self.account_id,
            club: self.club_id,
            rights,
            session: self.id,
            proof: self.proof.clone(),
        }
    }
}
