//! `DELETE /v1/venues/{venue_id}/price-books/{price_book_id}`.

use axum::extract::State;
use kernel::{Permission, PriceBookId, VenueId};
use pricing::store;
use runtime::App;
use web::{Caller, Ids, IfMatch, Outcome, Problem, Reply};

/// Remove a draft.
#[utoipa::path(
    delete,
    path = "/v1/venues/{venue_id}/price-books/{price_book_id}",
    tag = "prices",
    params(
        ("venue_id" = VenueId, Path),
        ("price_book_id" = PriceBookId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, body = Problem, description = "PRICE_BOOK_NOT_FOUND."),
        (status = 409, body = Problem, description = "PRICE_BOOK_PUBLISHED."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, id): Ids<VenueId, PriceBookId>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    caller.require_at(Permission::FacilityManage, venue)?;
    let table = app.tenant_table(&caller)?;
    let draft = store::price_book(&table, venue, id).await?;
    draft.editable(version)?;
    store::remove_draft(&table, &draft).await?;
    Ok(Reply::no_content())
}
