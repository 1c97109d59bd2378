//! `POST /v1/members/{account_id}/unlock`.

use audit::Entry;
use axum::extract::State;
use identity::{Actor, store};
use kernel::{AccountId, Error, Permission};
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply};

/// Let a member try to sign in again, after too many failures.
#[utoipa::path(
    post,
    path = "/v1/members/{account_id}/unlock",
    tag = "members",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 204, description = "They may try again."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, TARGET_OUTRANKS."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "NO_SIGN_IN: a child has nothing to be locked out of."),
    )
)]
pub(crate) async fn unlock(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<()> {
    let (table, platform) = (app.tenant_table(&caller)?, app.table().platform());
    let actor = Actor::load(&table, caller.claims(), Permission::MemberManage).await?;
    let member = store::member(&table, account).await?;
    actor.may_change(&member)?;
    let email = member.email.as_ref().ok_or_else(|| {
        Error::conflict("NO_SIGN_IN", "this member has no sign-in that could be locked")
    })?;
    let told = Entry::new(caller.origin(), "member.unlocked", account);
    let writes = vec![store::unlock(&platform, email)];
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::no_content())
}
