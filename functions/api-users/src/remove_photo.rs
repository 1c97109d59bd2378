//! `DELETE /v1/users/{account_id}/photo`.

use audit::Entry;
use axum::extract::State;
use kernel::Permission;
use profiles::{photo_key, store};
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply, Whom};

use crate::acting::{self, acting_for};

/// Remove a photo. Removing it again removes nothing.
#[utoipa::path(
    delete,
    path = "/v1/users/{account_id}/photo",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    responses(
        (status = 204, description = "Removed."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: the profile changed at the same moment; repeat."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<()> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let profile = store::profile(&table, acting.account).await?;
    if profile.photo.is_some() {
        let told = Entry::new(caller.origin(), "photo.removed", acting.account);
        let writes = vec![store::put_profile(&table, &profile.with_photo(None))?];
        acting::write(&acting, (&app, &caller), told, writes).await?;
    }
    // Also where the profile shows none: a removal before this one may have ended half-way.
    app.storage()?.delete(&photo_key(caller.club()?, acting.account)).await?;
    Ok(Reply::no_content())
}
