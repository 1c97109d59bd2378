//! `POST /v1/auth/mfa/totp/confirm`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join;
use garde::Validate;
use identity::{FactorKey, Proof, RecoveryCode, second_factor_not_enrolled, store};
use kernel::{Error, Method, Origin, Result};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::enrol_totp::owner;

/// The proof that the app has the secret.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Confirmation {
    /// The six digits that the app shows.
    code: String,
}

/// Codes for the day that the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each is good once, in the place of an authenticator's code.
    recovery_codes: Vec<String>,
}

impl RecoveryCodes {
    pub(crate) fn reveal(codes: &[RecoveryCode]) -> Self {
        Self { recovery_codes: codes.iter().map(RecoveryCode::reveal).collect() }
    }
}

/// Confirm an authenticator app by its first code. From then on every sign-in asks for one.
#[utoipa::path(
    post,
    path = "/v1/auth/mfa/totp/confirm",
    tag = "auth",
    request_body = Confirmation,
    responses(
        (status = 200, body = Envelope<RecoveryCodes>, description = "The recovery codes, shown once."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND."),
        (
            status = 409,
            body = Problem,
            description = "SECOND_FACTOR_NOT_ENROLLED, SECOND_FACTOR_EXISTS, EMAIL_CHANGED."
        ),
        (status = 422, body = Problem, description = "CODE_WRONG, BODY_INVALID."),
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<Confirmation>,
) -> Outcome<RecoveryCodes> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let (account, id) = (caller.account(), caller.session());
    let codes = confirmed(&app, caller.origin(), &input.code).await?;
    // The code that confirmed is a proof, too; the session has it from its next token on.
    if let Some(session) = store::session_of(&platform, account, id).await? {
        let proof = Proof { second_factor: true, ..session.proof.and(Method::Otp, now) };
        platform.write(vec![store::prove_session(&platform, account, id, &proof)?]).await?;
    }
    Ok(Reply::ok(RecoveryCodes::reveal(&codes)).secret())
}

/// Confirms the pending secret of whoever acts by its first code.
pub(crate) async fn confirmed(app: &App, origin: &Origin, code: &str) -> Result<Vec<RecoveryCode>> {
    let account = origin.account;
    let (platform, now) = (app.table().platform(), app.clock().now());
    let enrolled = store::totp(&platform, account);
    let ((_, email), factor) = try_join(owner(app, account), enrolled).await?;
    let factor = factor.ok_or_else(second_factor_not_enrolled)?;
    factor.confirmable(now)?;
    let key: FactorKey = app.factor_key().await?;
    let secret = key.open(account, &factor.sealed)?;
    let step = secret.matches(code, now).ok_or_else(|| {
        let message = "this is not the code that the app shows now; check the clock of its device";
        Error::invalid("CODE_WRONG", message)
    })?;
    let codes = RecoveryCode::generate()?;
    let whose = (account, &email);
    let told = Entry::new(origin, "mfa.confirmed", account);
    let writes = store::confirm(&platform, whose, &factor, step, &codes, now);
    audit::write_platform(&platform, told, now, writes).await?;
    Ok(codes)
}
