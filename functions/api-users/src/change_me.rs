//! `PATCH /v1/users/me`.

use axum::extract::State;
use runtime::App;
use web::{Body, Caller, Envelope, IfMatch, Outcome, Problem, Reply};

use crate::{
    me::Me,
    person::{ChangeAccount, Own},
};

/// Change one's own name, language or profile. Name and language are the account's; the club of the token
/// sees the new name, other clubs keep theirs. The rest is for the club of the token alone.
#[utoipa::path(
    patch,
    path = "/v1/users/me",
    tag = "users",
    params(("If-Match" = Option<String>, Header, description = "The ETag of what was read.")),
    request_body = ChangeAccount,
    responses(
        (status = 200, body = Envelope<Me>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND, MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "BIRTH_DATE_SET: the club's staff corrects it."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeAccount>,
) -> Outcome<Me> {
    let own = Own::load(&app, &caller, caller.account()).await?;
    let own = own.change(&app, &caller, version, input).await?;
    let version = own.version();
    Ok(Reply::ok(Me::of(&app, &caller, own).await?).etag(version))
}
