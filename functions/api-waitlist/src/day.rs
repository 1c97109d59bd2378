//! `GET /v1/venues/{venue_id}/waitlist`.

use axum::extract::State;
use futures::future::try_join3;
use garde::Validate;
use kernel::{LocalDate, Permission, VenueId};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::{read::in_turn, view::EntryView};

/// Which day.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Filter {
    /// On the venue's calendar.
    pub(crate) date: LocalDate,
}

/// Who waits for a venue's day.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitlistDay)]
pub(crate) struct DayView {
    venue_id: VenueId,
    date: LocalDate,
    /// Who is first in front; before a lottery is drawn, as they joined and without positions.
    entries: Vec<EntryView>,
}

/// List who waits for a venue's day, in order.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/waitlist",
    tag = "waitlist",
    params(("venue_id" = VenueId, Path), Filter),
    responses(
        (status = 200, body = Envelope<DayView>, description = "All who still wait; 500 at most."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn day(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    Params(filter): Params<Filter>,
) -> Outcome<DayView> {
    let table = app.tenant_table(&caller)?;
    let date = filter.date;
    let (venue, policy, list) = Box::pin(try_join3(
        facilities::venue_with_courts(&table, id),
        waitlist::policy(&table, id),
        waitlist::day_list(&table, id, date.get()),
    ))
    .await?;
    caller.require_at(Permission::BookingManage, id)?;
    let now = app.clock().now();
    let entries = if let Some(in_turn) = in_turn(&list, &policy.terms.order, now) {
        let view = |entry: &&waitlist::Entry| {
            let position = waitlist::position(entry, &in_turn, &venue.courts);
            EntryView::of((*entry).clone(), Some(position), now)
        };
        in_turn.iter().map(view).collect()
    } else {
        let waiting = list.entries.iter().filter(|entry| entry.waits(now));
        let joined = waitlist::in_order(waiting, &waitlist::Order::FirstCome, None);
        joined.into_iter().map(|entry| EntryView::of(entry.clone(), None, now)).collect()
    };
    Ok(Reply::ok(DayView { venue_id: id, date, entries }))
}
