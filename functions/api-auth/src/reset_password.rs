//! `POST /v1/auth/password/reset`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{
    Credential, Ending, MailAbout, Password, PasswordCost, TokenPurpose, store, write_ahead,
};
use kernel::{Origin, Result};
use runtime::App;
use serde::Deserialize;
use table::Write;
use utoipa::ToSchema;
use web::{Body, ClientAddress, Correlation, Outcome, Problem, Reply, standing};

use crate::account_mail::{owner, tell};

/// The most identities that the reset's own transaction takes off.
const TOGETHER_LIMIT: usize = 10;

/// The proof, and what it is for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct PasswordReset {
    /// The token of the mail.
    token: String,
    /// At least 12 characters, at most 1024 bytes.
    #[schema(value_type = String, min_length = 12)]
    new_password: Password,
}

/// Set a new password with the token of a mail.
///
/// The token is good once, for 30 minutes. Every session of the account ends, and its address counts as
/// verified; where nobody had verified it before, the providers that the account was linked with go, too.
#[utoipa::path(
    post,
    path = "/v1/auth/password/reset",
    tag = "auth",
    request_body = PasswordReset,
    responses(
        (status = 204, description = "The new password is the only one; now log in."),
        (status = 409, body = Problem, description = "CONCURRENT_CHANGE: repeat."),
        (status = 422, body = Problem, description = "RESET_TOKEN_INVALID, RESET_TOKEN_EXPIRED, PASSWORD_TOO_COMMON, BODY_INVALID."),
    )
)]
pub(crate) async fn reset_password(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<PasswordReset>,
) -> Outcome<()> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let purpose = TokenPurpose::Reset;
    let mailed = store::proven_token(&platform, &input.token, purpose, now).await?;
    let (account, credential) = owner(&app, &mailed, purpose).await?;
    let mut ending = Ending::of(&platform, account.id, None, now).await?;
    let mut unlinking = unlink_foreign(&app, &credential).await?;
    let verified_at = credential.verified_at.unwrap_or(now);

    input.new_password.suits(account.address()?)?;
    let hash = input.new_password.hash(PasswordCost::from(app.config().password_cost()))?;
    let mut writes = vec![
        store::spend_token(&platform, &mailed, purpose, now),
        store::set_password(&platform, account.address()?, &credential, hash, Some(verified_at)),
        store::unlock(&platform, account.address()?),
    ];
    writes.append(&mut ending.writes);
    writes.append(&mut unlinking);
    let origin =
        Origin { account: account.id, session: None, address, correlation: correlation.clone() };
    let told = Entry::new(&origin, "password.reset", account.id);
    audit::write_platform(&platform, told, now, writes).await?;

    let ended = ending.finish(&platform, app.clock().now()).await?;
    standing::bar_sessions(app.table(), &correlation, ended, app.clock().now()).await?;
    // What was linked while the first reading was under way; from here on only the new password links.
    platform.write(unlink_foreign(&app, &credential).await?).await?;
    tell(&app, correlation, MailAbout::PasswordChanged { account_id: account.id }).await;
    Ok(Reply::no_content())
}

/// Takes identities off an account whose address nobody had proved to own: whoever made it and linked them
/// need not be who reads its mail, and would still come in after the reset. Of more than go with the reset,
/// the rest goes before it: nobody is in longer for it.
async fn unlink_foreign(app: &App, credential: &Credential) -> Result<Vec<Write>> {
    if credential.verified_at.is_some() {
        return Ok(Vec::new());
    }
    let platform = app.table().platform();
    let foreign = store::identities(&platform, credential.account_id).await?;
    let writes = foreign.iter().map(|identity| store::drop_identity(&platform, identity)).collect();
    write_ahead(&platform, writes, TOGETHER_LIMIT).await
}
