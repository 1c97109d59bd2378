//! `POST /v1/venues/{venue_id}/price-books`.

use axum::extract::State;
use facilities::{Name, check_currency};
use futures::future::try_join3;
use garde::Validate;
use kernel::{LocalDate, Permission, PriceBookId, Result, VenueId};
use pricing::{BookStatus, Categories, PriceBook, Surcharges, store, too_many_price_books};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::read_version::PriceBookView;

/// The draft to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewPriceBook {
    name: Name,
    /// The first day of bookings that it will price, on the venue's calendar.
    starts_on: LocalDate,
    /// The first that matches wins; the last one should match always.
    categories: Categories,
    /// What is added to the price of the court.
    #[serde(default)]
    surcharges: Surcharges,
}

/// Draft a version of a venue's prices. Nobody pays by it before it is published.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/price-books",
    tag = "prices",
    params(("venue_id" = VenueId, Path)),
    request_body = NewPriceBook,
    responses(
        (status = 201, body = Envelope<PriceBookView>, description = "Made; with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED, TOO_MANY_PRICE_BOOKS."),
        (status = 422, body = Problem, description = "BODY_INVALID, CURRENCY_MISMATCH."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(venue_id): Id<VenueId>,
    Body(input): Body<NewPriceBook>,
) -> Outcome<PriceBookView> {
    caller.require_at(Permission::FacilityManage, venue_id)?;
    let table = app.tenant_table(&caller)?;
    let draft = PriceBook {
        id: PriceBookId::new(),
        venue_id,
        name: input.name,
        starts_on: input.starts_on.get(),
        categories: input.categories,
        surcharges: input.surcharges,
        status: BookStatus::Draft,
        version: 1,
        created_at: app.clock().now(),
        published_at: None,
    };
    check(&table, &draft).await?;
    store::create_draft(&table, &draft).await?;
    let version = draft.version;
    let location = format!("/v1/venues/{venue_id}/price-books/{}", draft.id);
    Ok(Reply::created(location, PriceBookView::from(draft)).etag(version))
}

/// Whether the venue may have one more, in the club's currency.
async fn check(table: &TenantTable, draft: &PriceBook) -> Result<()> {
    let venue = draft.venue_id;
    let (venue, versions, club) = Box::pin(try_join3(
        facilities::venue(table, venue),
        store::versions(table, venue),
        tenancy::store::settings(table),
    ))
    .await?;
    venue.editable(None)?;
    // Two at once may make one more; nothing depends on the exact number.
    if versions.len() >= PriceBook::MAX {
        return Err(too_many_price_books());
    }
    draft.amounts().try_for_each(|price| check_currency(price, club.currency))
}
