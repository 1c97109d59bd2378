//! `GET /v1/series/{series_id}/occurrences`.

use axum::extract::State;
use futures::future::try_join_all;
use garde::Validate;
use kernel::{Error, Page, SeriesId};
use runtime::App;
use serde::Deserialize;
use series::Occurrence;
use web::{Caller, Id, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::view::{OccurrenceView, check_own};

/// Which page of the dates.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Filter {
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the dates of a series, with what became of each and how its booking stands now.
#[utoipa::path(
    get,
    path = "/v1/series/{series_id}/occurrences",
    tag = "series",
    params(("series_id" = SeriesId, Path), Filter),
    responses(
        (status = 200, body = PageEnvelope<OccurrenceView>, description = "One page, by date."),
        (status = 403, body = Problem, description = "SERIES_NOT_YOURS."),
        (status = 404, body = Problem, description = "SERIES_NOT_FOUND."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list_occurrences(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<SeriesId>,
    Params(filter): Params<Filter>,
) -> Outcome<Vec<OccurrenceView>> {
    let table = app.tenant_table(&caller)?;
    let list = format!("occurrences.{id}");
    let page = caller.page(&list, filter.limit, filter.cursor.as_deref())?;
    let limit = page.limit;
    let series = series::series(&table, id).await?;
    check_own(&table, &caller, &series, app.clock().now()).await?;
    let Page { items, next } = series::page_of_occurrences(&table, id, page).await?;
    let status = async |one: &Occurrence| {
        let Some(id) = one.booking_id else { return Ok(None) };
        Ok::<_, Error>(Some(booking::booking(&table, id).await?.status))
    };
    let statuses = try_join_all(items.iter().map(status)).await?;
    let views = items.into_iter().zip(statuses);
    let views = views.map(|(one, status)| OccurrenceView::of(&series.time_zone, one, status));
    let page = Page { items: views.collect(), next };
    Ok(Reply::page(page, &caller, &list, limit))
}
