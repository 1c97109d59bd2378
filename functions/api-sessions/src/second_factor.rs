//! What the handlers of second factors share.

use audit::Entry;
use identity::{Challenge, ChallengePurpose, Door, Entrant, Prepared, Tokens};
use kernel::{Error, Method, Origin, Result, Tenant};
use runtime::App;
use serde_json::json;

/// Lets somebody in who has given their second factor, as [`Door::enter`] does. A session that began with
/// another identity provider's word is in the club's log.
pub(crate) async fn enter(app: &App, origin: &Origin, entrant: Entrant) -> Result<Option<Tokens>> {
    let (key, now) = (app.signing_key().await?, app.clock().now());
    let (issuer, correlation) = (app.config().public_base_url()?, &origin.correlation);
    let door = Door { table: app.table(), key: &key, issuer, correlation, now };
    let is_federated = entrant.proof.methods.iter().copied().any(Method::is_federated);
    let Some(club) = entrant.club.filter(|_| is_federated) else {
        return door.enter(entrant).await;
    };
    let Some(Prepared { tokens, session, writes }) = door.prepare(&entrant).await? else {
        return Ok(None);
    };
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let origin = Origin { session: Some(session.id), ..origin.clone() };
    let told = Entry::new(&origin, "session.opened", session.account_id);
    let told = told.making(&json!({ "methods": session.proof.methods }))?;
    audit::write(&table, told, now, writes).await?;
    Ok(Some(tokens))
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
