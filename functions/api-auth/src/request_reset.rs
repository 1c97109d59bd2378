//! `POST /v1/auth/password/reset-request`.

use axum::extract::State;
use garde::Validate;
use identity::MailAbout;
use kernel::{Email, Slug};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Correlation, Envelope, Outcome, Problem, Reply};

use crate::account_mail::{MailPromised, request};

/// Who has forgotten a password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ResetRequest {
    email: Email,
    /// The slug of the club they mean to sign in to.
    club: Option<Slug>,
}

/// Ask for a mail that lets one set a new password.
///
/// Known and unknown addresses get the same answer after the same work: one message in a queue. At most one
/// mail a minute and five an hour go to an account; what is asked for beyond that is dropped.
#[utoipa::path(
    post,
    path = "/v1/auth/password/reset-request",
    tag = "auth",
    request_body = ResetRequest,
    responses(
        (status = 202, body = Envelope<MailPromised>, description = "Whether or not there is such an account."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn request_reset(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(ResetRequest { email, club }): Body<ResetRequest>,
) -> Outcome<MailPromised> {
    request(&app, correlation, MailAbout::PasswordReset { email, club }).await?;
    Ok(Reply::queued(MailPromised::RESET))
}
