//! `GET /v1/venues/{venue_id}/booking-rules`.

use axum::extract::State;
use booking::Rules;
use futures::future::try_join;
use kernel::VenueId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// Read what the club asks of bookings at a venue; the defaults where nobody has written anything.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/booking-rules",
    tag = "facilities",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<Rules>, description = "With its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
) -> Outcome<Rules> {
    let table = app.tenant_table(&caller)?;
    let (_, book) = try_join(facilities::venue(&table, id), booking::rule_book(&table, id)).await?;
    Ok(Reply::ok(book.rules).etag(book.version))
}
