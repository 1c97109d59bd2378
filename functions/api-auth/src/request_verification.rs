//! `POST /v1/auth/email/verification-request`.

use axum::extract::State;
use identity::MailAbout;
use runtime::App;
use web::{Caller, Correlation, Envelope, Outcome, Problem, Reply};

use crate::account_mail::{MailPromised, request};

/// Ask for another mail that proves one's address.
///
/// At most one mail a minute and five an hour go out; what is asked for beyond that is dropped, and so is
/// what an account asks for whose address is verified.
#[utoipa::path(
    post,
    path = "/v1/auth/email/verification-request",
    tag = "auth",
    responses(
        (status = 202, body = Envelope<MailPromised>, description = "A mail goes out, if there is reason to."),
        (status = 503, body = Problem, description = "DEPENDENCY_UNAVAILABLE: ask again."),
    )
)]
pub(crate) async fn request_verification(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
) -> Outcome<MailPromised> {
    let (account_id, club_id) = (caller.account(), caller.club().ok());
    request(&app, correlation, MailAbout::VerifyEmail { account_id, club_id }).await?;
    Ok(Reply::queued(MailPromised::VERIFICATION))
}
