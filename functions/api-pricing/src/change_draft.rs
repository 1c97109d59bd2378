//! `PATCH /v1/venues/{venue_id}/price-books/{price_book_id}`.

use axum::extract::State;
use facilities::{Name, check_currency};
use garde::Validate;
use kernel::{LocalDate, Permission, PriceBookId, VenueId};
use pricing::{Categories, DraftChange, PriceBook, Surcharges, store};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Ids, IfMatch, Outcome, Problem, Reply};

use crate::read_version::PriceBookView;

/// What changes; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangePriceBook {
    name: Option<Name>,
    starts_on: Option<LocalDate>,
    /// All of them from now on, in their order.
    categories: Option<Categories>,
    /// All of them from now on.
    surcharges: Option<Surcharges>,
}

/// Change a draft. A published price book never changes.
#[utoipa::path(
    patch,
    path = "/v1/venues/{venue_id}/price-books/{price_book_id}",
    tag = "prices",
    params(
        ("venue_id" = VenueId, Path),
        ("price_book_id" = PriceBookId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangePriceBook,
    responses(
        (status = 200, body = Envelope<PriceBookView>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "PRICE_BOOK_NOT_FOUND."),
        (status = 409, body = Problem, description = "PRICE_BOOK_PUBLISHED."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, CURRENCY_MISMATCH."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, id): Ids<VenueId, PriceBookId>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangePriceBook>,
) -> Outcome<PriceBookView> {
    caller.require_at(Permission::FacilityManage, venue)?;
    let table = app.tenant_table(&caller)?;
    let before = store::price_book(&table, venue, id).await?;
    before.editable(version)?;
    let currency = before.amounts().next().map(|price| price.currency);
    let draft = before.clone().changed(DraftChange {
        name: input.name,
        starts_on: input.starts_on.map(LocalDate::get),
        categories: input.categories,
        surcharges: input.surcharges,
    });
    if let Some(currency) = currency {
        // A draft's prices are in the club's currency already.
        draft.amounts().try_for_each(|price| check_currency(price, currency))?;
    }
    let draft = if (PriceBook { version: before.version, ..draft.clone() }) == before {
        before
    } else {
        store::change_draft(&table, &draft).await?;
        draft
    };
    let version = draft.version;
    Ok(Reply::ok(PriceBookView::from(draft)).etag(version))
}
