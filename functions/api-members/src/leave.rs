//! `POST /v1/members/leave`.

use audit::Entry;
use axum::extract::State;
use identity::store;
use runtime::App;
use web::{Caller, Outcome, Problem, Reply, standing};

/// Leave the club of the token.
///
/// The account stays, and so do its bookings. One comes back by invitation.
#[utoipa::path(
    post,
    path = "/v1/members/leave",
    tag = "members",
    responses(
        (status = 204, description = "No longer a member."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND: left before."),
        (status = 409, body = Problem, description = "LAST_OWNER, CONCURRENT_CHANGE."),
    )
)]
pub(crate) async fn leave(State(app): State<App>, caller: Caller) -> Outcome<()> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let member = store::member(&table, caller.account()).await?;
    let mut writes = store::expel(&table, &member);
    writes.push(standing::bar(&table, caller.account(), now));
    // No name and no address: the log outlives people's wish to be forgotten.
    let was = serde_json::json!({ "roles": member.roles, "status": member.status });
    let told = Entry::new(caller.origin(), "member.left", caller.account()).removing(&was)?;
    audit::write(&table, told, now, writes).await?;
    Ok(Reply::no_content())
}
