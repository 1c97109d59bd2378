//! `GET /v1/venues/{venue_id}/price-books`.

use axum::extract::State;
use futures::future::try_join;
use kernel::VenueId;
use pricing::store;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::read_version::{PriceBookView, check_visible};

/// List the versions of a venue's prices: the published ones by start, then, with `facility:manage`, drafts.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/price-books",
    tag = "prices",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<Vec<PriceBookView>>, description = "All of them, at most 100."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
) -> Outcome<Vec<PriceBookView>> {
    let table = app.tenant_table(&caller)?;
    let found = try_join(facilities::venue(&table, venue), store::versions(&table, venue)).await?;
    let visible = found.1.into_iter().filter(|book| check_visible(&caller, book).is_ok());
    Ok(Reply::ok(visible.map(PriceBookView::from).collect()))
}
