//! `DELETE /v1/users/{account_id}/emergency-contact`.

use audit::Entry;
use axum::extract::State;
use kernel::Permission;
use profiles::store;
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply, Whom};

use crate::acting::{self, acting_for};

/// Forget whom to call.
#[utoipa::path(
    delete,
    path = "/v1/users/{account_id}/emergency-contact",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    responses(
        (status = 204, description = "Forgotten."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND, EMERGENCY_CONTACT_NOT_FOUND."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<()> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let told = Entry::new(caller.origin(), "emergency_contact.removed", acting.account);
    let writes = vec![store::remove_emergency_contact(&table, acting.account)];
    acting::write(&acting, (&app, &caller), told, writes).await?;
    Ok(Reply::no_content())
}
