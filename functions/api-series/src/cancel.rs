//! `POST /v1/series/{series_id}/cancel`.

use axum::extract::State;
use garde::Validate;
use kernel::{SeriesId, jiff::civil::DateTime};
use runtime::App;
use serde::Deserialize;
use series::{Scope, Series, Status};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    give_up::give_up,
    view::{SeriesOutcome, check_own},
};

/// Which dates are given up.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeriesCancellation)]
#[garde(allow_unvalidated)]
pub(crate) struct Cancellation {
    scope: Scope,
    /// The date that the scope is counted from; not needed for all.
    #[schema(value_type = Option<String>, example = "2026-11-24T18:00:00")]
    recurrence_id: Option<DateTime>,
}

/// Give up dates of a series: this one, this and the following, or all. What has begun stays as it was.
///
/// The courts are free at once. Cancelling again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/series/{series_id}/cancel",
    tag = "series",
    params(("series_id" = SeriesId, Path)),
    request_body = Cancellation,
    responses(
        (status = 200, body = Envelope<SeriesOutcome>, description = "Every date of it, as it is now."),
        (status = 403, body = Problem, description = "SERIES_NOT_YOURS."),
        (status = 404, body = Problem, description = "SERIES_NOT_FOUND, OCCURRENCE_NOT_FOUND."),
        (status = 409, body = Problem, description = "SERIES_CHANGED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<SeriesId>,
    Body(input): Body<Cancellation>,
) -> Outcome<SeriesOutcome> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let before = series::series(&table, id).await?;
    check_own(&caller, &before)?;
    let dates = series::occurrences(&table, id).await?;
    input.scope.of(&dates, input.recurrence_id, now)?;
    // Before its dates: whoever still books some of it stops.
    if input.scope == Scope::All && matches!(before.status, Status::Booking | Status::Active) {
        let after = Series { status: Status::Cancelled, ..before.clone() };
        table.write(vec![series::replace(&table, &before, &after)?]).await?;
    }
    let dates = series::occurrences(&table, id).await?;
    let pending = input.scope.of(&dates, input.recurrence_id, now)?;
    give_up(&table, app.clock(), caller.account(), pending).await?;
    let (series, dates) =
        (series::series(&table, id).await?, series::occurrences(&table, id).await?);
    Ok(Reply::ok(SeriesOutcome::of(series, dates, false)))
}
