//! `POST /v1/venues/{venue_id}/price-books/{price_book_id}/withdraw`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join;
use kernel::{Permission, PriceBookId, VenueId};
use pricing::store;
use runtime::App;
use web::{Caller, Envelope, Ids, Outcome, Problem, Reply};

use crate::read_version::PriceBookView;

/// Withdraw a published price book whose start lies ahead: it is a draft again.
///
/// Bookings that were made by it keep their price.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/price-books/{price_book_id}/withdraw",
    tag = "prices",
    params(("venue_id" = VenueId, Path), ("price_book_id" = PriceBookId, Path)),
    responses(
        (status = 200, body = Envelope<PriceBookView>, description = "A draft, with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, PRICE_BOOK_NOT_FOUND."),
        (status = 409, body = Problem, description = "PRICE_BOOK_STARTED: it has begun, or is a draft."),
        (status = 412, body = Problem, description = "STALE_VERSION: somebody else was quicker."),
    )
)]
pub(crate) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, id): Ids<VenueId, PriceBookId>,
) -> Outcome<PriceBookView> {
    caller.require_at(Permission::FacilityManage, venue)?;
    let table = app.tenant_table(&caller)?;
    let found = (facilities::venue(&table, venue), store::price_book(&table, venue, id));
    let (venue, published) = try_join(found.0, found.1).await?;
    let now = app.clock().now();
    let draft = published.withdrawn(venue.time_zone.rules().to_datetime(now).date())?;
    let writes = store::withdraw(&table, &published, &draft)?;
    let told = Entry::new(caller.origin(), "price_book.withdrawn", id);
    audit::write(&table, told.changing(&published, &draft)?, now, writes).await?;
    let version = draft.version;
    Ok(Reply::ok(PriceBookView::from(draft)).etag(version))
}
