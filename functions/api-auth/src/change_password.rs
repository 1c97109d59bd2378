//! `POST /v1/auth/password/change`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{Ending, MailAbout, Password, PasswordCost, TokenPurpose, store, verify_password};
use kernel::Error;
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, ClientAddress, Correlation, Outcome, Problem, Reply, standing};

use crate::account_mail::tell;

/// From which password to which.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct PasswordChange {
    current_password: String,
    /// At least 12 characters, at most 1024 bytes.
    #[schema(value_type = String, min_length = 12)]
    new_password: Password,
}

/// Change one's password.
///
/// The session that changes it stays; every other session of the account ends, and so do a reset that was
/// mailed and changes of address that other sessions asked for.
#[utoipa::path(
    post,
    path = "/v1/auth/password/change",
    tag = "auth",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "The new password is the only one."),
        (status = 403, body = Problem, description = "WRONG_PASSWORD."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND."),
        (status = 409, body = Problem, description = "CONCURRENT_CHANGE: it was changed at the same moment."),
        (status = 422, body = Problem, description = "BODY_INVALID, PASSWORD_TOO_COMMON."),
        (status = 429, body = Problem, description = "ACCOUNT_LOCKED, ADDRESS_LOCKED, RATE_LIMITED."),
    )
)]
pub(crate) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<PasswordChange>,
) -> Outcome<()> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let account = store::account(&platform, caller.account()).await?.ok_or_else(gone)?;
    let email = account.address()?;
    let records = store::sign_in_records(&platform, email, &address).await?;
    records.check(now)?;
    let credential =
        records.credential.filter(|it| it.account_id == account.id).ok_or_else(gone)?;
    input.new_password.suits(email)?;
    let cost = PasswordCost::from(app.config().password_cost());
    let hash = credential.password_hash.as_deref();
    if !verify_password(&input.current_password, hash, cost)?.is_right() {
        store::record_failure(&platform, email, &address, now).await?;
        return Err(wrong().into());
    }
    let reset = store::mailed_token(&platform, account.id, TokenPurpose::Reset).await?;
    let mut ending = Ending::of(&platform, account.id, Some(caller.session()), now).await?;

    let hash = input.new_password.hash(cost)?;
    let mut writes = vec![store::set_password(&platform, email, &credential, hash, None)];
    if let Some(mailed) = reset.filter(|mailed| mailed.token_hash.is_some()) {
        writes.push(store::spend_token(&platform, &mailed, TokenPurpose::Reset, now));
    }
    writes.append(&mut ending.writes);
    let told = Entry::new(caller.origin(), "password.changed", account.id);
    audit::write_platform(&platform, told, now, writes).await?;

    let ended = ending.finish(&platform, app.clock().now()).await?;
    standing::bar_sessions(app.table(), &correlation, ended, app.clock().now()).await?;
    tell(&app, correlation, MailAbout::PasswordChanged { account_id: account.id }).await;
    Ok(Reply::no_content())
}

fn gone() -> Error {
    Error::not_found("ACCOUNT_NOT_FOUND", "this account is gone")
}

fn wrong() -> Error {
    Error::forbidden(
        "WRONG_PASSWORD",
        "the current password is wrong; who has forgotten it asks for a reset by mail",
    )
}
