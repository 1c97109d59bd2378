//! What a sign-in rests on. It was so when it was looked at; a session opens only while it is so still:
//! whoever is on the way in with a password that is replaced meanwhile stays out.

use kernel::{AccountId, Email, Error, SessionId};
use serde::{Deserialize, Serialize};
use table::{PlatformTable, Write};

use crate::{IdentityId, store};

/// By what somebody comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Footing {
    /// The password of this address.
    Password {
        /// The address.
        email: Email,
        /// The credential's `password_version`.
        version: u64,
    },
    /// Another identity provider's word.
    Identity {
        /// About whom.
        id: IdentityId,
    },
    /// Another session of theirs.
    Session {
        /// Which.
        id: SessionId,
    },
}

impl Footing {
    /// One read in a transaction: it holds for this account, else `unauthenticated`, with
    /// `INVALID_CREDENTIALS`, `SSO_IDENTITY_GONE` or `SESSION_REVOKED`.
    pub fn held(&self, platform: &PlatformTable, account: AccountId) -> Write {
        match self {
            Self::Password { email, version } => {
                store::require_password(platform, account, email, *version)
                    .or(|_| wrong_credentials())
            }
            Self::Identity { id } => {
                store::require_identity(platform, account, id).or(|_| identity_gone())
            }
            Self::Session { id } => {
                store::require_open(platform, account, *id).or(|_| session_revoked())
            }
        }
    }
}

/// `unauthenticated`, `INVALID_CREDENTIALS`: it tells nobody which of them is wrong.
pub fn wrong_credentials() -> Error {
    Error::unauthenticated(
        "INVALID_CREDENTIALS",
        "the address, the password or the club is wrong; nobody signs in to a club without its slug",
    )
}

fn identity_gone() -> Error {
    let message = "this sign-in was taken off its account a moment ago; start again";
    Error::unauthenticated("SSO_IDENTITY_GONE", message)
}

fn session_revoked() -> Error {
    Error::unauthenticated("SESSION_REVOKED", "this session was ended; log in again")
}
