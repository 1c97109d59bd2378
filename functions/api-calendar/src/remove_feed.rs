//! `DELETE /v1/calendar/feeds/{feed_id}`.

use axum::extract::State;
use kernel::FeedId;
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply};

/// Remove one of one's own calendar feeds. Its address shows nothing from this moment on.
#[utoipa::path(
    delete,
    path = "/v1/calendar/feeds/{feed_id}",
    tag = "calendar",
    params(("feed_id" = FeedId, Path)),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, body = Problem, description = "FEED_NOT_FOUND."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<FeedId>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    table.write(calendar::remove(&table, caller.account(), id)).await?;
    Ok(Reply::no_content())
}
