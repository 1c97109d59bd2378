//! What the handlers of second factors share.

use identity::{Challenge, ChallengePurpose, Door, SigningKey};
use kernel::{Error, Result, jiff::Timestamp};
use runtime::App;

/// The door that a request signs in through.
pub(crate) fn door<'a>(
    app: &'a App,
    key: &'a SigningKey,
    correlation: &'a str,
    now: Timestamp,
) -> Result<Door<'a>> {
    let issuer = app.config().public_base_url()?;
    Ok(Door { table: app.table(), key, issuer, correlation, now })
}

/// The challenge that a request answers, if it is one for this: else `unauthenticated`, `CHALLENGE_INVALID`
/// or `CHALLENGE_EXPIRED`.
pub(crate) async fn read_challenge(
    app: &App,
    text: &str,
    purpose: ChallengePurpose,
) -> Result<Challenge> {
    let (keys, now) = (app.edge().keys().await?, app.clock().now());
    let challenge = Challenge::verify(text, keys.jwks(), app.edge().issuer(), now)?;
    if challenge.purpose == purpose {
        return Ok(challenge);
    }
    let message = "this challenge is for another step; log in again";
    Err(Error::unauthenticated("CHALLENGE_INVALID", message))
}
