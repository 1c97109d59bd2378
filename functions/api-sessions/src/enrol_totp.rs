//! `POST /v1/auth/mfa/totp`.

use axum::extract::State;
use identity::{FactorKey, TotpFactor, TotpSecret, speaks_for_account, store};
use kernel::{AccountId, Email, Error, Method, Result};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Problem, Reply};

/// Who issues the codes, as the app lists them.
const ISSUER: &str = "ClubPulse";

/// What an authenticator app needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolment {
    /// To be typed into the app: base 32.
    secret: String,
    /// The same to be scanned: show it as a QR code.
    uri: String,
}

/// Begin to enrol an authenticator app.
///
/// It is asked for once `/v1/auth/mfa/totp/confirm` got its first code; that must happen within an hour.
/// Beginning again forgets the secret before.
#[utoipa::path(
    post,
    path = "/v1/auth/mfa/totp",
    tag = "auth",
    responses(
        (status = 200, body = Envelope<Enrolment>, description = "The secret, shown once."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND."),
        (
            status = 409,
            body = Problem,
            description = "SECOND_FACTOR_EXISTS: remove the authenticator that there is before."
        ),
    )
)]
pub(crate) async fn enrol(State(app): State<App>, caller: Caller) -> Outcome<Enrolment> {
    let enrolment = begin(&app, caller.account(), &caller.claims().amr).await?;
    Ok(Reply::ok(enrolment).secret())
}

/// A new secret for this account, to be confirmed, for somebody who came by these methods: `forbidden`,
/// `STEP_UP_REQUIRED`, where those are a club's own word alone, for a second factor opens other clubs, too.
pub(crate) async fn begin(app: &App, account: AccountId, methods: &[Method]) -> Result<Enrolment> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let (_, email) = owner(app, account).await?;
    if let Some(credential) = store::credential(&platform, &email).await? {
        speaks_for_account(&platform, methods, &credential).await?;
    }
    let secret = TotpSecret::generate()?;
    let key: FactorKey = app.factor_key().await?;
    let factor = TotpFactor::pending(key.seal(account, &secret)?, now);
    let uri = secret.uri(ISSUER, email.as_str())?;
    platform.write(vec![store::put_pending(&platform, account, &factor)?]).await?;
    Ok(Enrolment { secret: secret.base32(), uri })
}

/// An account that signs in, and what with.
pub(crate) async fn owner(app: &App, account: AccountId) -> Result<(AccountId, Email)> {
    let found = store::account(&app.table().platform(), account).await?;
    let email = found.and_then(|account| account.email);
    Ok((account, email.ok_or_else(gone)?))
}

fn gone() -> Error {
    Error::not_found("ACCOUNT_NOT_FOUND", "your account is gone")
}
