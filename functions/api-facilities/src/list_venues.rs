//! `GET /v1/venues`.

use axum::extract::State;
use garde::Validate;
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::read_venue::VenueView;

const LIST: &str = "venues";

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Page {
    /// 1 to 100; 20 if absent.
    pub(crate) limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List the club's active venues, oldest first.
#[utoipa::path(
    get,
    path = "/v1/venues",
    tag = "facilities",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<VenueView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<VenueView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let venues = facilities::venues(&app.tenant_table(&caller)?, request).await?;
    Ok(Reply::page(venues.map(VenueView::from), &caller, LIST, limit))
}
