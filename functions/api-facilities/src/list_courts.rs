//! `GET /v1/venues/{venue_id}/courts`.

use axum::extract::State;
use kernel::VenueId;
use runtime::App;
use web::{Caller, Id, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::{list_venues::Page, read_court::CourtView};

/// List a venue's active courts, oldest first.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/courts",
    tag = "facilities",
    params(("venue_id" = VenueId, Path), Page),
    responses(
        (status = 200, body = PageEnvelope<CourtView>, description = "One page."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
    Params(page): Params<Page>,
) -> Outcome<Vec<CourtView>> {
    let list = format!("courts.{venue}");
    let request = caller.page(&list, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let courts = facilities::courts(&app.tenant_table(&caller)?, venue, request).await?;
    Ok(Reply::page(courts.map(CourtView::from), &caller, &list, limit))
}
