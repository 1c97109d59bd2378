//! `POST /v1/series/{series_id}/rebook`.

use axum::{extract::State, http::HeaderMap};
use garde::Validate;
use kernel::{SeriesId, jiff::civil::DateTime};
use runtime::App;
use serde::{Deserialize, Serialize};
use series::{Occurrence, Status, event, occurrence_not_found, series_over};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    act::{act_of, finish},
    book::Run,
    enquire::By,
    view::{SeriesOutcome, check_own, is_staff},
};

/// Which dates are tried again.
#[derive(Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeriesRebooking)]
#[garde(allow_unvalidated)]
pub(crate) struct Rebooking {
    /// Every date that is left out or was refused, if absent.
    #[garde(length(max = 366))]
    #[schema(value_type = Option<Vec<String>>, example = json!(["2026-11-24T18:00:00"]))]
    recurrence_ids: Option<Vec<DateTime>>,
}

/// Try dates again that were left out, were in conflict, or met a closed court. Those that have begun stay.
#[utoipa::path(
    post,
    path = "/v1/series/{series_id}/rebook",
    tag = "series",
    params(("series_id" = SeriesId, Path)),
    request_body = Rebooking,
    responses(
        (status = 200, body = Envelope<SeriesOutcome>, description = "Every date of it, as it is now."),
        (status = 403, body = Problem, description = "SERIES_NOT_YOURS."),
        (status = 404, body = Problem, description = "SERIES_NOT_FOUND, OCCURRENCE_NOT_FOUND."),
        (status = 409, body = Problem, description = "SERIES_OVER."),
        (status = 503, body = Problem, description = "SERIES_BUSY: the same request goes on."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn rebook(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<SeriesId>,
    Body(input): Body<Rebooking>,
) -> Outcome<SeriesOutcome> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let series = series::series(&table, id).await?;
    check_own(&table, &caller, &series, now).await?;
    if matches!(series.status, Status::Cancelled | Status::GivenUp) {
        return Err(series_over().into());
    }
    let act = act_of(&caller, &headers, id, &input)?;
    let mut dates = series::occurrences(&table, id).await?;
    let is_there = |time: &DateTime| dates.iter().any(|one| one.recurrence_id == *time);
    if !input.recurrence_ids.iter().flatten().all(is_there) {
        return Err(occurrence_not_found().into());
    }
    let is_named = |one: &Occurrence| {
        input.recurrence_ids.as_ref().is_none_or(|named| named.contains(&one.recurrence_id))
    };
    dates.retain(|one| is_named(one) && one.is_open() && !one.has_started(now));
    let by = By { account: caller.account(), is_staff: is_staff(&caller, series.venue_id) };
    let mut run = Run {
        table: &table,
        clock: app.clock(),
        by,
        series,
        is_stored: true,
        again: Some(act),
        is_strict: false,
    };
    Box::pin(run.book(dates)).await?;
    let dates = series::occurrences(&table, id).await?;
    let is_added = |one: &Occurrence| one.marked_by(act).is_some_and(|mark| mark.came.is_change());
    let series = if dates.iter().any(is_added) {
        finish(&table, id, (Some(event::BOOKED), act), app.clock().now()).await?
    } else {
        series::series(&table, id).await?
    };
    Ok(Reply::ok(SeriesOutcome::after(series, dates, act, false)))
}
