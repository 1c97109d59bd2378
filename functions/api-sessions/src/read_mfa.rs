//! `GET /v1/auth/mfa`.

use axum::extract::State;
use futures::future::try_join;
use identity::{SignInPolicy, TotpFactor, store};
use kernel::{Result, jiff::Timestamp, serialize_optional_timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// How it stands with the caller's second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorStatus {
    /// Whether sign-in asks for the code of an authenticator app.
    totp_enrolled: bool,
    /// Since when; null where it does not.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    #[schema(value_type = Option<String>, format = DateTime)]
    totp_enrolled_since: Option<Timestamp>,
    /// Codes for the day that the authenticator is lost; at 0 get new ones.
    recovery_codes_left: usize,
    /// Whether the club (of an operator the platform) lets nobody in without one who has the caller's roles
    /// and signs in as they did.
    required: bool,
}

/// Read how it stands with one's second factor.
///
/// An enrolment that no code has confirmed is none yet.
#[utoipa::path(
    get,
    path = "/v1/auth/mfa",
    tag = "auth",
    responses((status = 200, body = Envelope<SecondFactorStatus>, description = "Nothing secret."))
)]
pub(crate) async fn read(State(app): State<App>, caller: Caller) -> Outcome<SecondFactorStatus> {
    let platform = app.table().platform();
    let (policy, factor) =
        try_join(policy(&app, &caller), store::totp(&platform, caller.account())).await?;
    let factor = factor.filter(TotpFactor::is_confirmed);
    Ok(Reply::ok(SecondFactorStatus {
        totp_enrolled: factor.is_some(),
        totp_enrolled_since: factor.as_ref().and_then(|factor| factor.confirmed_at),
        recovery_codes_left: factor.map_or(0, |factor| factor.recovery.len()),
        required: policy.demands(caller.roles(), &caller.claims().amr),
    }))
}

async fn policy(app: &App, caller: &Caller) -> Result<SignInPolicy> {
    match app.tenant_table(caller) {
        Ok(table) => store::sign_in_policy(&table).await,
        // Whose token is for no club runs the platform.
        Err(_) => Ok(SignInPolicy::for_operators()),
    }
}
