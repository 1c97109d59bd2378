//! `POST /v1/auth/login`.

use axum::extract::State;
use futures::future::try_join;
use garde::Validate;
use identity::{Session, verify_password};
use kernel::{ClubId, Email, Error, Result, Slug};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Correlation, Envelope, Outcome, Problem, Reply};

use crate::{admission::admit, tokens::Tokens};

/// Who signs in where.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Login {
    email: Email,
    password: String,
    /// The club's slug. Only the platform's operators leave it out.
    club: Option<Slug>,
}

/// Sign in to a club with address and password.
#[utoipa::path(
    post,
    path = "/v1/auth/login",
    tag = "auth",
    request_body = Login,
    responses(
        (status = 200, body = Envelope<Tokens>, description = "The session's first tokens."),
        (status = 401, body = Problem, description = "INVALID_CREDENTIALS: address, password or club is wrong."),
        (status = 403, body = Problem, description = "MEMBER_SUSPENDED."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn login(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<Login>,
) -> Outcome<Tokens> {
    let platform = app.table().platform();
    let (credential, club) = try_join(
        identity::store::credential(&platform, &input.email),
        open_club(&app, input.club.as_ref()),
    )
    .await?;
    // The hash is always computed, so that an unknown address takes as long as a wrong password.
    let hash = credential.as_ref().and_then(|credential| credential.password_hash.as_deref());
    let right = verify_password(&input.password, hash)?;
    let (Some(credential), Some(club)) = (credential.filter(|_| right), club) else {
        return Err(wrong().into());
    };
    let account = credential.account_id;
    let admission = admit(&app, &correlation, account, club).await?.ok_or_else(wrong)?;

    let now = app.clock().now();
    let (session, refresh_token) = Session::open(account, club, now)?;
    let tokens = Tokens::issue(&app, &session, &refresh_token, admission, now).await?;
    identity::store::open_session(&platform, &session).await?;
    Ok(Reply::ok(tokens))
}

/// The club to sign in to, which may be none; `None` where there is no open club of that slug.
async fn open_club(app: &App, slug: Option<&Slug>) -> Result<Option<Option<ClubId>>> {
    let Some(slug) = slug else { return Ok(Some(None)) };
    let record = tenancy::store::slug(&app.table().platform(), slug).await?;
    Ok(record.and_then(|record| record.active()).map(Some))
}

fn wrong() -> Error {
    Error::unauthenticated(
        "INVALID_CREDENTIALS",
        "the address, the password or the club is wrong; nobody signs in to a club without its slug",
    )
}
