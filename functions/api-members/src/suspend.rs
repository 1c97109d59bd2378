//! `POST /v1/members/{account_id}/suspend`.

use axum::extract::State;
use kernel::AccountId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem};

use crate::{read::MemberView, standing::give_status};

/// Keep a member out until the club reinstates them. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/members/{account_id}/suspend",
    tag = "members",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<MemberView>, description = "As they are now, with their ETag."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, TARGET_OUTRANKS."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "LAST_OWNER, CONCURRENT_CHANGE."),
    )
)]
pub(crate) async fn suspend(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<MemberView> {
    Ok(give_status(&app, &caller, account, "member.suspended", |status| Ok(status.suspended()))
        .await?)
}
