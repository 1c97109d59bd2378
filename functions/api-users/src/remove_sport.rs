//! `DELETE /v1/users/{account_id}/sports/{sport}`.

use audit::Entry;
use axum::extract::State;
use kernel::{Permission, Sport};
use profiles::store;
use runtime::App;
use serde_json::json;
use web::{Caller, Ids, Outcome, Problem, Reply, Whom};

use crate::acting::{self, acting_for};

/// Give up a sport. Its level is kept for when it is played again: giving it up is no way to assess
/// oneself a second time.
#[utoipa::path(
    delete,
    path = "/v1/users/{account_id}/sports/{sport}",
    tag = "users",
    params(
        ("account_id" = String, Path, description = "An account, or `me`."),
        ("sport" = Sport, Path),
    ),
    responses(
        (status = 204, description = "Given up."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND, SPORT_NOT_FOUND."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Ids(whom, sport): Ids<Whom, Sport>,
) -> Outcome<()> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let told = Entry::new(caller.origin(), "sport.removed", acting.account);
    let told = told.removing(&json!({ "sport": sport }))?;
    let writes = vec![store::remove_sport(&table, acting.account, sport)];
    acting::write(&acting, (&app, &caller), told, writes).await?;
    Ok(Reply::no_content())
}
