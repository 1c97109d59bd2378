//! How far a provider's word goes.

use kernel::{Claims, Error, Method, Result};
use serde_json::json;
use table::PlatformTable;

use crate::{Credential, store};

/// Whether nothing but a club's provider says who somebody is: neither a password nor a second factor of the
/// account itself.
pub fn by_provider_alone(methods: &[Method]) -> bool {
    let own = |method: &Method| matches!(method, Method::Pwd | Method::Otp | Method::Rec);
    methods.contains(&Method::Fed) && !methods.iter().any(own)
}

/// Whether the first thing that somebody proved is the word of the platform's providers, and not their own
/// password: a second factor after it makes it no other way in.
pub(crate) fn by_platform_provider(methods: &[Method]) -> bool {
    methods.contains(&Method::Soc) && !methods.contains(&Method::Pwd)
}

/// A club's provider speaks for its club, not for the whole account, which may be in other clubs too: any club
/// can register a provider that says anything. So whoever came in by one alone proves themselves in another way
/// that the account has, before anything changes that other clubs rely on: how the account signs in, and which
/// club it is let into next. That is its password, or else a provider of the platform, in which no club has a say.
/// Else `forbidden`, `STEP_UP_REQUIRED`.
pub async fn speaks_for_account(
    table: &PlatformTable,
    methods: &[Method],
    credential: &Credential,
) -> Result<()> {
    if !by_provider_alone(methods) {
        return Ok(());
    }
    if credential.password_hash.is_some() {
        let message = "you signed in with a club's provider; give your own password at /v1/auth/step-up and repeat";
        return Err(step_up(message, Method::Pwd));
    }
    if store::has_platform_identity(table, credential.account_id).await? {
        let message = "you signed in with a club's provider; sign in with your provider of all clubs and repeat";
        return Err(step_up(message, Method::Soc));
    }
    Ok(())
}

fn step_up(message: &'static str, method: Method) -> Error {
    Error::forbidden("STEP_UP_REQUIRED", message).with_details(json!({
        "max_age_seconds": Claims::FRESH_SECONDS, "methods": [method],
    }))
}
