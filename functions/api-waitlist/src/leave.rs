//! `DELETE /v1/waitlist/{entry_id}`.

use axum::extract::State;
use kernel::{Result, WaitlistEntryId, in_rounds};
use runtime::App;
use table::TenantTable;
use waitlist::Entry;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    offer::{ROUNDS, is_race},
    view::{EntryView, check_own},
};

/// Wait no more. An offer that is still open is declined by it.
#[utoipa::path(
    delete,
    path = "/v1/waitlist/{entry_id}",
    tag = "waitlist",
    params(("entry_id" = WaitlistEntryId, Path)),
    responses(
        (status = 200, body = Envelope<EntryView>, description = "Left."),
        (status = 403, body = Problem, description = "WAITLIST_ENTRY_NOT_YOURS."),
        (status = 404, body = Problem, description = "WAITLIST_ENTRY_NOT_FOUND."),
        (status = 409, body = Problem, description = "WAITLIST_ENTRY_ENDED: it was fulfilled; WAITLIST_CHANGED."),
    )
)]
pub(crate) async fn leave(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<WaitlistEntryId>,
) -> Outcome<EntryView> {
    let table = app.tenant_table(&caller)?;
    let entry = in_rounds(ROUNDS, is_race, || give_up(&app, &caller, &table, id)).await?;
    let now = app.clock().now();
    Ok(Reply::ok(EntryView::of(entry, None, now)))
}

/// The entry, and the offer if there is one, in one transaction.
async fn give_up(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    id: WaitlistEntryId,
) -> Result<Entry> {
    let now = app.clock().now();
    let entry = waitlist::entry(table, id).await?;
    check_own(table, caller, &entry, now).await?;
    if entry.status == waitlist::Status::Left {
        return Ok(entry);
    }
    let (left, writes) = waitlist::leave(table, &entry, now).await?;
    table.write(writes).await?;
    Ok(left)
}
