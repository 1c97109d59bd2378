//! `GET /v1/waitlist/{entry_id}`.

use axum::extract::State;
use futures::future::try_join3;
use kernel::{Result, WaitlistEntryId, jiff::Timestamp};
use runtime::App;
use table::TenantTable;
use waitlist::{DayList, Entry, Lottery, Order};
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::view::{EntryView, check_own};

/// Read a place in a waiting list, and how many stand before it.
#[utoipa::path(
    get,
    path = "/v1/waitlist/{entry_id}",
    tag = "waitlist",
    params(("entry_id" = WaitlistEntryId, Path)),
    responses(
        (status = 200, body = Envelope<EntryView>, description = "As of this moment."),
        (status = 403, body = Problem, description = "WAITLIST_ENTRY_NOT_YOURS."),
        (status = 404, body = Problem, description = "WAITLIST_ENTRY_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<WaitlistEntryId>,
) -> Outcome<EntryView> {
    let table = app.tenant_table(&caller)?;
    let entry = waitlist::entry(&table, id).await?;
    let now = app.clock().now();
    check_own(&table, &caller, &entry, now).await?;
    let position = position(&table, &entry, now).await?;
    Ok(Reply::ok(EntryView::of(entry, position, now)))
}

/// An entry's position; none where it waits no more, or a lottery is still to be drawn.
pub(crate) async fn position(
    table: &TenantTable,
    entry: &Entry,
    now: Timestamp,
) -> Result<Option<usize>> {
    if !entry.waits(now) {
        return Ok(None);
    }
    let (venue, policy, list) = Box::pin(try_join3(
        facilities::venue_with_courts(table, entry.venue_id),
        waitlist::policy(table, entry.venue_id),
        waitlist::day_list(table, entry.venue_id, entry.date),
    ))
    .await?;
    let Some(in_turn) = in_turn(&list, &policy.terms.order, now) else { return Ok(None) };
    Ok(Some(waitlist::position(entry, &in_turn, &venue.courts)))
}

/// Who waits, in order; none before a lottery is drawn.
pub(crate) fn in_turn<'a>(
    list: &'a DayList,
    order: &Order,
    now: Timestamp,
) -> Option<Vec<&'a Entry>> {
    let lottery = list.day.lottery.as_ref();
    let undrawn = |lottery: &Lottery| lottery.drawn_through.is_none();
    if *order == Order::Lottery && lottery.is_some_and(undrawn) {
        return None;
    }
    let waiting = list.entries.iter().filter(|entry| entry.waits(now));
    Some(waitlist::in_order(waiting, order, lottery))
}
