//! `DELETE /v1/users/{account_id}/guardians/{guardian_id}`.

use audit::Entry;
use axum::extract::State;
use kernel::AccountId;
use profiles::store;
use runtime::App;
use web::{Caller, Ids, Outcome, Problem, Reply};

use crate::acting::member;

/// Let a guardian act for a child no longer, as the club's staff.
#[utoipa::path(
    delete,
    path = "/v1/users/{account_id}/guardians/{guardian_id}",
    tag = "users",
    params(("account_id" = AccountId, Path), ("guardian_id" = AccountId, Path)),
    responses(
        (status = 204, description = "Acts for the child no longer."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND, GUARDIAN_NOT_FOUND."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Ids(child, guardian): Ids<AccountId, AccountId>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    member(&table, child).await?;
    let told = Entry::new(caller.origin(), "guardian.removed", child);
    let told = told.removing(&serde_json::json!({ "guardian_id": guardian }))?;
    audit::write(&table, told, app.clock().now(), store::unlink(&table, child, guardian)).await?;
    Ok(Reply::no_content())
}
