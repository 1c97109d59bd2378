//! `GET /v1/venues/{venue_id}/price-books/{price_book_id}`.

use axum::extract::State;
use facilities::Name;
use kernel::{LocalDate, Permission, PriceBookId, Result, VenueId, timestamp_text};
use pricing::{BookStatus, Categories, PriceBook, Surcharges, price_book_not_found, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Ids, Outcome, Problem, Reply};

/// A version of a venue's prices.
#[derive(Serialize, ToSchema)]
#[schema(as = PriceBook)]
pub(crate) struct PriceBookView {
    id: PriceBookId,
    venue_id: VenueId,
    name: Name,
    /// The first day of bookings that it prices, on the venue's calendar.
    starts_on: LocalDate,
    status: BookStatus,
    /// The first that matches wins.
    categories: Categories,
    /// What is added to the price of the court.
    surcharges: Surcharges,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    published_at: Option<String>,
}

impl From<PriceBook> for PriceBookView {
    fn from(book: PriceBook) -> Self {
        Self {
            id: book.id,
            venue_id: book.venue_id,
            name: book.name,
            starts_on: book.starts_on.into(),
            status: book.status,
            categories: book.categories,
            surcharges: book.surcharges,
            created_at: timestamp_text(book.created_at),
            published_at: book.published_at.map(timestamp_text),
        }
    }
}

/// Drafts are not there for whoever may not change them.
pub(crate) fn check_visible(caller: &Caller, book: &PriceBook) -> Result<()> {
    let may = caller.may_at(Permission::FacilityManage, book.venue_id);
    let visible = book.status == BookStatus::Published || may;
    visible.then_some(()).ok_or_else(price_book_not_found)
}

/// Read a price book: a published one, or a draft with `facility:manage`.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/price-books/{price_book_id}",
    tag = "prices",
    params(("venue_id" = VenueId, Path), ("price_book_id" = PriceBookId, Path)),
    responses(
        (status = 200, body = Envelope<PriceBookView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "PRICE_BOOK_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, id): Ids<VenueId, PriceBookId>,
) -> Outcome<PriceBookView> {
    let book = store::price_book(&app.tenant_table(&caller)?, venue, id).await?;
    check_visible(&caller, &book)?;
    let version = book.version;
    Ok(Reply::ok(PriceBookView::from(book)).etag(version))
}
