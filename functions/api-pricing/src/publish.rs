//! `POST /v1/venues/{venue_id}/price-books/{price_book_id}/publish`.

use audit::Entry;
use axum::extract::State;
use facilities::Name;
use futures::future::try_join;
use kernel::{Permission, PriceBookId, VenueId};
use pricing::store;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Ids, IfMatch, Outcome, Problem, Reply};

use crate::read_version::PriceBookView;

/// A price book, and what is odd about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Published {
    price_book: PriceBookView,
    /// Categories that are never the first to match: nobody pays by them.
    dead_categories: Vec<Name>,
}

/// Publish a draft, for good.
///
/// It prices what is booked for its start and later days, until the next one's start; bookings made before keep
/// their price. It must have a price for every court, opening hour and kind of customer.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/price-books/{price_book_id}/publish",
    tag = "prices",
    params(
        ("venue_id" = VenueId, Path),
        ("price_book_id" = PriceBookId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 200, body = Envelope<Published>, description = "Published, with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, PRICE_BOOK_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED, PRICE_BOOK_PUBLISHED, PRICE_BOOK_START_TAKEN."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (
            status = 422,
            body = Problem,
            description = "PRICE_BOOK_INCOMPLETE: the details show what has no price; PRICE_BOOK_STARTS_IN_PAST, \
                           PRICE_BOOK_REFERS_TO_UNKNOWN, VENUE_LOCATION_REQUIRED."
        ),
    )
)]
pub(crate) async fn publish(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, id): Ids<VenueId, PriceBookId>,
    IfMatch(version): IfMatch,
) -> Outcome<Published> {
    caller.require_at(Permission::FacilityManage, venue)?;
    let table = app.tenant_table(&caller)?;
    let found =
        (facilities::venue_with_courts(&table, venue), store::price_book(&table, venue, id));
    let (at, draft) = try_join(found.0, found.1).await?;
    at.venue.editable(None)?;
    draft.editable(version)?;
    let now = app.clock().now();
    let (published, coverage) = draft.published(&at, now)?;
    let writes = store::publish(&table, &draft, &published)?;
    let told = Entry::new(caller.origin(), "price_book.published", id);
    let told = told.changing(&draft, &published)?;
    audit::write(&table, told, now, writes).await?;
    let version = published.version;
    let reply = Published { price_book: published.into(), dead_categories: coverage.dead };
    Ok(Reply::ok(reply).etag(version))
}
