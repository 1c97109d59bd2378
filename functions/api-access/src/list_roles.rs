//! `GET /v1/roles`.

use axum::extract::State;
use kernel::Role;
use runtime::App;
use web::{Caller, Envelope, Outcome, Reply};

use crate::read_role::RoleView;

/// List all roles, the built-in ones first, then the club's own by name.
#[utoipa::path(
    get,
    path = "/v1/roles",
    tag = "roles",
    responses((status = 200, body = Envelope<Vec<RoleView>>, description = "All of them."))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Outcome<Vec<RoleView>> {
    let own = tenancy::store::roles(&app.tenant_table(&caller)?).await?;
    let built_in = Role::OF_CLUBS.iter().map(RoleView::built_in);
    Ok(Reply::ok(built_in.chain(own.into_iter().map(RoleView::from)).collect()))
}
