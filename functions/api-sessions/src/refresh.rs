//! `POST /v1/auth/refresh`.

use axum::extract::State;
use futures::future::join;
use garde::Validate;
use identity::{RefreshToken, Session, Tokens, Verdict, admit, store::Rotation};
use kernel::{Error, Result};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Correlation, Envelope, Outcome, Problem, Reply};

/// What is exchanged.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Refresh {
    refresh_token: String,
}

/// Exchange a refresh token for the next pair of tokens.
///
/// Every refresh token is good once. One that comes a second time ends the session: somebody has a copy.
#[utoipa::path(
    post,
    path = "/v1/auth/refresh",
    tag = "auth",
    request_body = Refresh,
    responses(
        (status = 200, body = Envelope<Tokens>, description = "The next tokens, with the rights of this moment."),
        (
            status = 401,
            body = Problem,
            description = "INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, SESSION_REVOKED, SESSION_EXPIRED."
        ),
        (status = 403, body = Problem, description = "MEMBER_SUSPENDED, MEMBER_PENDING, CLUB_SUSPENDED."),
        (
            status = 409,
            body = Problem,
            description = "REFRESH_OVERLAPPED: exchanged a moment ago by another request, whose tokens are good."
        ),
    )
)]
pub(crate) async fn refresh(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<Refresh>,
) -> Outcome<Tokens> {
    let platform = app.table().platform();
    let token: RefreshToken = input.refresh_token.parse().map_err(|_| invalid())?;
    // The token says whose and for which club it is, so that one round reads all. What it says is believed
    // only once the session agrees.
    let (session, admitted) = join(
        identity::store::session(&platform, &token),
        admit(app.table(), &correlation, token.account(), token.club()),
    )
    .await;
    let session = session?.ok_or_else(invalid)?;
    check(&app, &session, &token).await?;
    let rights = admitted?.ok_or_else(revoked)?.rights;

    let now = app.clock().now();
    let (rotated, next) = session.rotated(&token, now)?;
    let (key, issuer) = (app.signing_key().await?, app.config().public_base_url()?);
    let tokens = Tokens::issue(&key, issuer, &rotated, &next, rights, now)?;
    if let Rotation::Overtaken(session) =
        identity::store::rotate(&platform, &session, &rotated).await?
    {
        check(&app, &*session.ok_or_else(invalid)?, &token).await?;
        return Err(Error::internal("a good token was refused").into());
    }
    Ok(Reply::ok(tokens))
}

/// Whether the token is the session's good one. An older one ends the session.
async fn check(app: &App, session: &Session, token: &RefreshToken) -> Result<()> {
    let now = app.clock().now();
    match session.judge(token, now) {
        Verdict::Good => Ok(()),
        Verdict::Foreign => Err(invalid()),
        Verdict::Revoked => Err(revoked()),
        Verdict::Expired => Err(Error::unauthenticated(
            "SESSION_EXPIRED",
            "this session was not used for too long, or is too old; log in again",
        )),
        Verdict::Overlapping => Err(Error::conflict(
            "REFRESH_OVERLAPPED",
            "another request has just exchanged this token; use what that one got",
        )),
        Verdict::Reused => {
            identity::store::revoke(&app.table().platform(), session, now).await?;
            Err(Error::unauthenticated(
                "REFRESH_TOKEN_REUSED",
                "this refresh token was used before, so its session is ended; log in again",
            ))
        }
    }
}

fn invalid() -> Error {
    Error::unauthenticated(
        "INVALID_REFRESH_TOKEN",
        "this is not a refresh token of ours, or its session is long over; log in again",
    )
}

fn revoked() -> Error {
    Error::unauthenticated("SESSION_REVOKED", "this session was ended; log in again")
}
