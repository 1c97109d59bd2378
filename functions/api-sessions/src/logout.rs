//! `POST /v1/auth/logout`.

use axum::extract::State;
use garde::Validate;
use identity::{RefreshToken, Verdict};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Correlation, Outcome, Problem, Reply};

use crate::ending::end;

/// Which session ends.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Logout {
    /// Any refresh token of the session.
    refresh_token: String,
}

/// End the session of a refresh token.
///
/// What is no token, or of no session, ends nothing and is 204 all the same (RFC 7009 2.2). The session's
/// access token changes nothing more, at once, and reads nothing more within five minutes.
#[utoipa::path(
    post,
    path = "/v1/auth/logout",
    tag = "auth",
    request_body = Logout,
    responses(
        (status = 204, description = "The session is over."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn logout(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<Logout>,
) -> Outcome<()> {
    let platform = app.table().platform();
    let Ok(token) = input.refresh_token.parse::<RefreshToken>() else {
        return Ok(Reply::no_content());
    };
    let now = app.clock().now();
    let session = identity::store::session(&platform, &token).await?;
    if let Some(session) = session.filter(|it| it.judge(&token, now) != Verdict::Foreign) {
        end(&app, &correlation, &session).await?;
    }
    Ok(Reply::no_content())
}
