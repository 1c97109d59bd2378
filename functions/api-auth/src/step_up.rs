//! `POST /v1/auth/step-up`.

use axum::extract::State;
use futures::future::try_join;
use garde::Validate;
use identity::{
    Account, PasswordCost, Proof, RecoveryCode, admit, store, store::SignInRecords, verify_password,
};
use kernel::{Claims, Error, Method, Result, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, ClientAddress, Correlation, Envelope, Outcome, Problem, Reply};

/// The proof: with a second factor one of its codes, else the password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct StepUp {
    password: Option<String>,
    /// Six digits.
    code: Option<String>,
    /// In the place of the code.
    recovery_code: Option<String>,
}

/// A token for sensitive actions.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreshToken {
    /// Of the same session, with the new proof in it.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the access token expires.
    expires_in: i64,
}

/// Prove once more that it is you, for sensitive actions.
///
/// The session keeps the proof: tokens that it refreshes carry it, too, until it is 15 minutes old.
#[utoipa::path(
    post,
    path = "/v1/auth/step-up",
    tag = "auth",
    request_body = StepUp,
    responses(
        (status = 200, body = Envelope<FreshToken>, description = "An access token with the new proof."),
        (status = 401, body = Problem, description = "SESSION_REVOKED."),
        (
            status = 403,
            body = Problem,
            description = "PROOF_WRONG; STEP_UP_IMPOSSIBLE: this account has neither password nor second factor, sign in again."
        ),
        (status = 422, body = Problem, description = "BODY_INVALID, PROOF_MISSING."),
        (status = 429, body = Problem, description = "ACCOUNT_LOCKED, ADDRESS_LOCKED, RATE_LIMITED."),
    )
)]
pub(crate) async fn step_up(
    State(app): State<App>,
    caller: Caller,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<StepUp>,
) -> Outcome<FreshToken> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let (session, account) = try_join(
        store::session_of(&platform, caller.account(), caller.session()),
        store::account(&platform, caller.account()),
    )
    .await?;
    let session = session.filter(|session| session.is_open(now)).ok_or_else(revoked)?;
    let account = account.ok_or_else(revoked)?;
    let email = account.email.as_ref().ok_or_else(impossible)?;
    let records = store::sign_in_records(&platform, email, &address).await?;
    records.check(now)?;
    let Some(method) = prove(&app, &account, &records, &input, now).await? else {
        store::record_failure(&platform, email, &address, now).await?;
        return Err(Error::forbidden("PROOF_WRONG", "the password or the code is wrong").into());
    };
    let second_factor = records.credential.is_some_and(|it| it.second_factor);
    let proof = Proof { second_factor, ..session.proof.and(method, now) };
    let proved = store::prove_session(&platform, session.account_id, session.id, &proof)?;
    let (admitted, ()) = try_join(
        admit(app.table(), &correlation, session.account_id, session.club_id),
        platform.write(vec![proved]),
    )
    .await?;
    let session = identity::Session { proof, ..session };
    let grant = session.grant(admitted.ok_or_else(revoked)?.rights);
    let key: identity::SigningKey = app.signing_key().await?;
    Ok(Reply::ok(FreshToken {
        access_token: key.access_token(app.config().public_base_url()?, grant, now)?,
        token_type: "Bearer",
        expires_in: Claims::LIFETIME_SECONDS,
    }))
}

/// With what it was proved; `None` where it was wrong.
async fn prove(
    app: &App,
    account: &Account,
    records: &SignInRecords,
    input: &StepUp,
    now: Timestamp,
) -> Result<Option<Method>> {
    let platform = app.table().platform();
    let credential = records.credential.as_ref().ok_or_else(impossible)?;
    if credential.second_factor {
        if let Some(text) = &input.recovery_code {
            let Ok(code) = text.parse::<RecoveryCode>() else { return Ok(None) };
            let used = store::use_recovery(&platform, account.id, &code).await?;
            return Ok(used.then_some(Method::Rec));
        }
        let code = input.code.as_ref().ok_or_else(|| missing("send code or recovery_code"))?;
        let factor = store::totp(&platform, account.id).await?.ok_or_else(impossible)?;
        let key = app.factor_key().await?;
        let used = store::use_code(&platform, &key, account.id, &factor, code, now).await?;
        return Ok(used.then_some(Method::Otp));
    }
    let hash = credential.password_hash.as_deref().ok_or_else(impossible)?;
    let password = input.password.as_ref().ok_or_else(|| missing("send password"))?;
    let verified =
        verify_password(password, Some(hash), PasswordCost::from(app.config().password_cost()))?;
    Ok(verified.is_right().then_some(Method::Pwd))
}

fn missing(message: &'static str) -> Error {
    Error::invalid("PROOF_MISSING", message)
}

fn impossible() -> Error {
    let message = "this account has nothing to prove itself with here; sign in again";
    Error::forbidden("STEP_UP_IMPOSSIBLE", message)
}

fn revoked() -> Error {
    Error::unauthenticated("SESSION_REVOKED", "this session was ended; log in again")
}
