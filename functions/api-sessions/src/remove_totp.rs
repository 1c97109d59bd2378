//! `DELETE /v1/auth/mfa/totp`.

use audit::Entry;
use axum::extract::State;
use identity::store;
use runtime::App;
use web::{Caller, Outcome, Problem, Reply};

use crate::enrol_totp::owner;

/// Remove the authenticator app and its recovery codes.
///
/// A club that asks for a second factor asks for a new one at the next sign-in.
#[utoipa::path(
    delete,
    path = "/v1/auth/mfa/totp",
    tag = "auth",
    responses(
        (status = 204, description = "Sign-in asks for it no longer."),
        (status = 404, body = Problem, description = "SECOND_FACTOR_NOT_FOUND, ACCOUNT_NOT_FOUND."),
        (status = 409, body = Problem, description = "EMAIL_CHANGED."),
    )
)]
pub(crate) async fn remove(State(app): State<App>, caller: Caller) -> Outcome<()> {
    let platform = app.table().platform();
    let (account, email) = owner(&app, caller.account()).await?;
    let told = Entry::new(caller.origin(), "mfa.removed", account);
    let now = app.clock().now();
    audit::write_platform(&platform, told, now, store::remove(&platform, account, &email)).await?;
    Ok(Reply::no_content())
}
