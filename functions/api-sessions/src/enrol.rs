//! `POST /v1/auth/mfa/enrol` and `…/enrol/confirm`: the second factor of somebody who may not come in
//! without one.

use axum::extract::State;
use garde::Validate;
use identity::{ChallengePurpose, DeviceName, Entrant, Tokens};
use kernel::{Error, Method, Origin};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, ClientAddress, Correlation, Envelope, Outcome, Problem, Reply};

use crate::{
    confirm_totp::{RecoveryCodes, confirmed},
    enrol_totp,
    second_factor::{enter, read_challenge},
};

/// Whose enrolment begins.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct RequiredEnrolment {
    /// From the refusal `MFA_ENROLMENT_REQUIRED`.
    challenge: String,
}

/// Begin to set up the second factor that is required to sign in.
#[utoipa::path(
    post,
    path = "/v1/auth/mfa/enrol",
    tag = "auth",
    request_body = RequiredEnrolment,
    responses(
        (status = 200, body = Envelope<enrol_totp::Enrolment>, description = "For the authenticator; confirm it with a code."),
        (status = 401, body = Problem, description = "CHALLENGE_INVALID, CHALLENGE_EXPIRED."),
        (
            status = 403,
            body = Problem,
            description = "STEP_UP_REQUIRED: who came by a club's provider alone signs in another way and enrols there."
        ),
        (status = 409, body = Problem, description = "SECOND_FACTOR_EXISTS: there is a second factor already."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn begin(
    State(app): State<App>,
    Body(input): Body<RequiredEnrolment>,
) -> Outcome<enrol_totp::Enrolment> {
    let challenge = read_challenge(&app, &input.challenge, ChallengePurpose::Enrol).await?;
    Ok(Reply::ok(enrol_totp::begin(&app, challenge.account, &challenge.methods).await?).secret())
}

/// The first code of the new factor.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct EnrolmentCode {
    /// The one that the enrolment began with.
    challenge: String,
    /// Six digits.
    code: String,
    #[schema(value_type = Option<String>)]
    device: Option<DeviceName>,
}

/// Signed in, with the codes to keep for the day the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolled {
    tokens: Tokens,
    #[serde(flatten)]
    recovery_codes: RecoveryCodes,
}

/// Finish setting up the second factor, and sign in.
#[utoipa::path(
    post,
    path = "/v1/auth/mfa/enrol/confirm",
    tag = "auth",
    request_body = EnrolmentCode,
    responses(
        (status = 200, body = Envelope<Enrolled>, description = "The session's first tokens, and the recovery codes."),
        (
            status = 401,
            body = Problem,
            description = "CHALLENGE_INVALID, CHALLENGE_EXPIRED; INVALID_CREDENTIALS, SSO_IDENTITY_GONE, \
                           SESSION_REVOKED: what the challenge was given for is gone."
        ),
        (status = 403, body = Problem, description = "MEMBER_SUSPENDED, MEMBER_PENDING, CLUB_SUSPENDED, PLATFORM_PROVIDERS_OFF."),
        (status = 409, body = Problem, description = "SECOND_FACTOR_EXISTS, SECOND_FACTOR_NOT_ENROLLED."),
        (status = 422, body = Problem, description = "BODY_INVALID, CODE_WRONG."),
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<EnrolmentCode>,
) -> Outcome<Enrolled> {
    let now = app.clock().now();
    let challenge = read_challenge(&app, &input.challenge, ChallengePurpose::Enrol).await?;
    let origin = Origin { account: challenge.account, session: None, address, correlation };
    let recovery_codes = confirmed(&app, &origin, &input.code).await?;
    let entrant = Entrant::answering(challenge, Method::Otp, input.device, now);
    let tokens = enter(&app, &origin, entrant).await?.ok_or_else(|| {
        Error::unauthenticated(
            "CHALLENGE_INVALID",
            "you have no place there any more; log in again",
        )
    })?;
    let recovery_codes = RecoveryCodes::reveal(&recovery_codes);
    Ok(Reply::ok(Enrolled { tokens, recovery_codes }).secret())
}
