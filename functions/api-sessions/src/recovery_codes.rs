//! `POST /v1/auth/mfa/recovery-codes`.

use audit::Entry;
use axum::extract::State;
use identity::{RecoveryCode, store};
use runtime::App;
use web::{Caller, Envelope, Outcome, Problem, Reply};

use crate::confirm_totp::RecoveryCodes;

/// Get new recovery codes in the place of all that are left.
#[utoipa::path(
    post,
    path = "/v1/auth/mfa/recovery-codes",
    tag = "auth",
    responses(
        (status = 200, body = Envelope<RecoveryCodes>, description = "The recovery codes, shown once."),
        (status = 404, body = Problem, description = "SECOND_FACTOR_NOT_FOUND: enrol an authenticator first."),
    )
)]
pub(crate) async fn replace(State(app): State<App>, caller: Caller) -> Outcome<RecoveryCodes> {
    let platform = app.table().platform();
    let codes = RecoveryCode::generate()?;
    let write = store::replace_recovery(&platform, caller.account(), &codes);
    let told = Entry::new(caller.origin(), "mfa.recovery_codes_replaced", caller.account());
    audit::write_platform(&platform, told, app.clock().now(), vec![write]).await?;
    Ok(Reply::ok(RecoveryCodes::reveal(&codes)).secret())
}
