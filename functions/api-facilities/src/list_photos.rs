//! `GET /v1/venues/{venue_id}/photos`.

use axum::extract::State;
use kernel::VenueId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::photos::{Of, PhotoView, gallery, views};

/// The photos of a venue or a court, in the order in which they are shown.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/photos",
    tag = "facilities",
    params(("venue_id" = VenueId, Path), Of),
    responses(
        (status = 200, body = Envelope<Vec<PhotoView>>, description = "All of them, 12 at most, with their ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
    Params(of): Params<Of>,
) -> Outcome<Vec<PhotoView>> {
    let gallery = gallery(&app.tenant_table(&caller)?, venue, &of, false).await?;
    let views = views(&app, caller.club()?, &gallery).await?;
    Ok(Reply::ok(views).etag(gallery.version))
}
