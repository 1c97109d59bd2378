//! How far a provider's word goes.

use kernel::{Claims, Error, Method, Result};
use serde_json::json;

use crate::Credential;

/// Whether nothing but a club's provider says who somebody is: neither a password nor a second factor of the
/// account itself.
pub fn by_provider_alone(methods: &[Method]) -> bool {
    let own = |method: &Method| matches!(method, Method::Pwd | Method::Otp | Method::Rec);
    methods.contains(&Method::Fed) && !methods.iter().any(own)
}

/// A club's provider speaks for its club, not for the whole account, which may be in other clubs too: any club
/// can register a provider that says anything. So whoever came in by one alone gives the account's password,
/// where it has one, before anything changes that other clubs rely on: how the account signs in, and which
/// club it is let into next. Else `forbidden`, `STEP_UP_REQUIRED`.
pub fn speaks_for_account(claims: &Claims, credential: &Credential) -> Result<()> {
    if !by_provider_alone(&claims.amr) || credential.password_hash.is_none() {
        return Ok(());
    }
    let message = "you signed in with a club's provider; give your own password at /v1/auth/step-up and repeat";
    Err(Error::forbidden("STEP_UP_REQUIRED", message).with_details(json!({
        "max_age_seconds": Claims::FRESH_SECONDS, "methods": ["pwd"],
    })))
}
