//! `GET /v1/series/{series_id}`.

use axum::extract::State;
use kernel::SeriesId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::view::{SeriesView, check_own};

/// Read a series: one's own, or any with `booking:manage`. Its dates are a list of their own.
#[utoipa::path(
    get,
    path = "/v1/series/{series_id}",
    tag = "series",
    params(("series_id" = SeriesId, Path)),
    responses(
        (status = 200, body = Envelope<SeriesView>, description = "As of this moment."),
        (status = 403, body = Problem, description = "SERIES_NOT_YOURS."),
        (status = 404, body = Problem, description = "SERIES_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<SeriesId>,
) -> Outcome<SeriesView> {
    let table = app.tenant_table(&caller)?;
    let series = series::series(&table, id).await?;
    check_own(&table, &caller, &series, app.clock().now()).await?;
    Ok(Reply::ok(series.into()))
}
