//! `GET /v1/closures`.

use axum::extract::State;
use garde::Validate;
use kernel::{Permission, VenueId};
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::read::ClosureView;

/// Whose closures, and which page of them.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Filter {
    venue_id: VenueId,
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a venue's closures, latest start first; lifted ones too.
#[utoipa::path(
    get,
    path = "/v1/closures",
    tag = "closures",
    params(Filter),
    responses(
        (status = 200, body = PageEnvelope<ClosureView>, description = "One page."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(filter): Params<Filter>,
) -> Outcome<Vec<ClosureView>> {
    let list = format!("closures.{}", filter.venue_id);
    let page = caller.page(&list, filter.limit, filter.cursor.as_deref())?;
    let table = app.tenant_table(&caller)?;
    facilities::venue(&table, filter.venue_id).await?;
    caller.require_at(Permission::FacilityClose, filter.venue_id)?;
    let limit = page.limit;
    let closures = closures::store::closures_of(&table, filter.venue_id, page).await?;
    Ok(Reply::page(closures.map(ClosureView::from), &caller, &list, limit))
}
