//! `DELETE /v1/members/{account_id}`.

use audit::Entry;
use axum::extract::State;
use identity::{Actor, store};
use kernel::{AccountId, Permission};
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply, standing};

/// Expel a member.
///
/// Their account stays theirs, and so do their bookings. They come back by invitation.
#[utoipa::path(
    delete,
    path = "/v1/members/{account_id}",
    tag = "members",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 204, description = "No longer a member."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, TARGET_OUTRANKS."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "LAST_OWNER, CONCURRENT_CHANGE."),
    )
)]
pub(crate) async fn expel(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<()> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let actor = Actor::load(&table, caller.claims(), Permission::MemberManage).await?;
    let member = store::member(&table, account).await?;
    actor.may_change(&member)?;
    let mut writes = store::expel(&table, &member);
    writes.push(standing::bar(&table, account, now));
    writes.extend(actor.unchanged(&table, Some(account)));
    // No name and no address: the log outlives people's wish to be forgotten.
    let was = serde_json::json!({ "roles": member.roles, "status": member.status });
    let told = Entry::new(caller.origin(), "member.expelled", account).removing(&was)?;
    audit::write(&table, told, now, writes).await?;
    Ok(Reply::no_content())
}
