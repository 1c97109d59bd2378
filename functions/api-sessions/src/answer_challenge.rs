//! `POST /v1/auth/mfa`.

use axum::extract::State;
use futures::future::try_join;
use garde::Validate;
use identity::{ChallengePurpose, DeviceName, Entrant, RecoveryCode, Tokens, TotpFactor, store};
use kernel::{AccountId, Email, Error, Method, Origin, Result, jiff::Timestamp};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, ClientAddress, Correlation, Envelope, Outcome, Problem, Reply};

use crate::second_factor::{enter, read_challenge};

/// The answer to a challenge: a code of the authenticator, or one of the recovery codes.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChallengeAnswer {
    /// From the refusal `MFA_REQUIRED`.
    challenge: String,
    /// Six digits.
    code: Option<String>,
    /// In the place of the code.
    recovery_code: Option<String>,
    #[schema(value_type = Option<String>)]
    device: Option<DeviceName>,
}

/// Sign in with the second factor, after the first.
///
/// A code is good once, and each recovery code, too. Wrong codes count as failed sign-ins.
#[utoipa::path(
    post,
    path = "/v1/auth/mfa",
    tag = "auth",
    request_body = ChallengeAnswer,
    responses(
        (status = 200, body = Envelope<Tokens>, description = "The session's first tokens."),
        (
            status = 401,
            body = Problem,
            description = "CHALLENGE_INVALID, CHALLENGE_EXPIRED, CODE_WRONG; INVALID_CREDENTIALS, SSO_IDENTITY_GONE, \
                           SESSION_REVOKED: what the challenge was given for is gone."
        ),
        (status = 403, body = Problem, description = "MEMBER_SUSPENDED, MEMBER_PENDING, CLUB_SUSPENDED, PLATFORM_PROVIDERS_OFF."),
        (status = 422, body = Problem, description = "BODY_INVALID, CODE_MISSING."),
        (status = 429, body = Problem, description = "ACCOUNT_LOCKED, ADDRESS_LOCKED, RATE_LIMITED."),
    )
)]
pub(crate) async fn answer(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<ChallengeAnswer>,
) -> Outcome<Tokens> {
    let now = app.clock().now();
    let challenge = read_challenge(&app, &input.challenge, ChallengePurpose::Login).await?;
    let given = Given::read(input.code, input.recovery_code)?;
    let method = prove(&app, challenge.account, given, &address, now).await?;
    let origin = Origin { account: challenge.account, session: None, address, correlation };
    let entrant = Entrant::answering(challenge, method, input.device, now);
    Ok(Reply::ok(enter(&app, &origin, entrant).await?.ok_or_else(gone)?))
}

fn gone() -> Error {
    Error::unauthenticated("CHALLENGE_INVALID", "you have no place there any more; log in again")
}

/// What came.
pub(crate) enum Given {
    Code(String),
    Recovery(RecoveryCode),
}

impl Given {
    fn read(code: Option<String>, recovery_code: Option<String>) -> Result<Self> {
        match (code, recovery_code) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(text)) => text.parse().map(Self::Recovery).map_err(|_| wrong()),
            _ => Err(Error::invalid("CODE_MISSING", "send either code or recovery_code")),
        }
    }
}

/// Uses the code up, or counts a failure.
async fn prove(
    app: &App,
    account: AccountId,
    given: Given,
    address: &str,
    now: Timestamp,
) -> Result<Method> {
    let platform = app.table().platform();
    let (person, factor) =
        try_join(store::account(&platform, account), store::totp(&platform, account)).await?;
    let factor = factor.filter(TotpFactor::is_confirmed);
    let (person, factor) = person.zip(factor).ok_or_else(wrong)?;
    let email = person.email.ok_or_else(wrong)?;
    let records = store::sign_in_records(&platform, &email, address).await?;
    records.check(now)?;
    let method = match given {
        Given::Code(code) => {
            let key = app.factor_key().await?;
            let used = store::use_code(&platform, &key, account, &factor, &code, now).await?;
            used.then_some(Method::Otp)
        }
        Given::Recovery(code) => {
            store::use_recovery(&platform, account, &code).await?.then_some(Method::Rec)
        }
    };
    settle(app, &email, address, method.is_some(), now).await?;
    method.ok_or_else(wrong)
}

async fn settle(
    app: &App,
    email: &Email,
    address: &str,
    right: bool,
    now: Timestamp,
) -> Result<()> {
    let platform = app.table().platform();
    if right {
        store::clear_failures(&platform, email).await
    } else {
        store::record_failure(&platform, email, address, now).await.map(drop)
    }
}

fn wrong() -> Error {
    Error::unauthenticated("CODE_WRONG", "this code is wrong or was used; wait for the next one")
}
