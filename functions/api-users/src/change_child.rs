//! `PATCH /v1/users/me/children/{account_id}`.

use axum::extract::State;
use kernel::AccountId;
use runtime::App;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{
    acting::acting_for_child,
    person::{ChangeAccount, Own},
    read_child::Child,
};

/// Change the profile of one's child.
#[utoipa::path(
    patch,
    path = "/v1/users/me/children/{account_id}",
    tag = "users",
    params(
        ("account_id" = AccountId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeAccount,
    responses(
        (status = 200, body = Envelope<Child>, description = "As it is now, with its ETag."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "BIRTH_DATE_SET: the club's staff corrects it."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(child): Id<AccountId>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeAccount>,
) -> Outcome<Child> {
    let acting = acting_for_child(&app, &caller, child).await?;
    let child = Own::load(&app, &caller, acting.account).await?;
    let child = child.change(&app, &caller, version, input).await?;
    let version = child.version();
    Ok(Reply::ok(Child::of(&app, &caller, child).await?).etag(version))
}
