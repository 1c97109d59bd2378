//! `POST /v1/auth/email/change`.

use axum::extract::State;
use garde::Validate;
use identity::{MailAbout, speaks_for_account, store};
use kernel::{Email, Error};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Correlation, Envelope, Outcome, Problem, Reply};

use crate::account_mail::{MailPromised, request};

/// Where to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct EmailChange {
    new_email: Email,
}

/// Ask to move one's account to another address.
///
/// A mail to the new address carries the token that confirms it; the present address is told that somebody
/// asked. An address that is somebody's gets no mail, and the answer is the same. The request ends with the
/// session that made it. At most one request a minute and five an hour are heard.
#[utoipa::path(
    post,
    path = "/v1/auth/email/change",
    tag = "auth",
    request_body = EmailChange,
    responses(
        (status = 202, body = Envelope<MailPromised>, description = "Whether or not the address is free."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn change_email(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Body(EmailChange { new_email }): Body<EmailChange>,
) -> Outcome<MailPromised> {
    let platform = app.table().platform();
    let found = store::account_with_credential(&platform, caller.account()).await?;
    let (_, credential) = found.ok_or_else(gone)?;
    speaks_for_account(&platform, &caller.claims().amr, &credential).await?;
    let about = MailAbout::ChangeEmail {
        account_id: caller.account(),
        new_email,
        session_id: caller.session(),
        club_id: caller.club().ok(),
    };
    request(&app, correlation, about).await?;
    Ok(Reply::queued(MailPromised::EMAIL_CHANGE))
}

fn gone() -> Error {
    Error::not_found("ACCOUNT_NOT_FOUND", "this account is gone")
}
