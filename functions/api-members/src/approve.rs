//! `POST /v1/members/{account_id}/approve`.

use axum::extract::State;
use identity::MembershipStatus;
use kernel::AccountId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem};

use crate::{read::MemberView, standing::give_status};

/// Let a member in who waits for the club's approval. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/members/{account_id}/approve",
    tag = "members",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<MemberView>, description = "As they are now, with their ETag."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, TARGET_OUTRANKS."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "MEMBER_NOT_PENDING, CONCURRENT_CHANGE."),
    )
)]
pub(crate) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<MemberView> {
    Ok(give_status(&app, &caller, account, "member.approved", MembershipStatus::approved).await?)
}
