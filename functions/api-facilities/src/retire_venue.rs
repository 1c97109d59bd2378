//! `DELETE /v1/venues/{venue_id}`.

use axum::extract::State;
use facilities::Status;
use kernel::VenueId;
use runtime::App;
use web::{Caller, Id, IfMatch, Outcome, Problem, Reply};

/// Retire a venue and its courts.
///
/// They keep the bookings that they have and take no new ones. It cannot be undone; doing it again
/// changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/venues/{venue_id}",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Retired."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it or a court changed since it was read."),
    )
)]
pub(crate) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let read = facilities::venue_with_courts(&table, id).await?;
    if read.venue.status == Status::Active {
        read.venue.editable(version)?;
        facilities::retire_venue(&table, &read).await?;
    }
    Ok(Reply::no_content())
}
