//! `DELETE /v1/venues/{venue_id}/courts/{court_id}`.

use axum::extract::State;
use facilities::Status;
use kernel::{CourtId, Permission, VenueId};
use runtime::App;
use web::{Caller, Ids, IfMatch, Outcome, Problem, Reply};

/// Retire a court.
///
/// It keeps the bookings that it has and takes no new ones. It cannot be undone; doing it again changes
/// nothing.
#[utoipa::path(
    delete,
    path = "/v1/venues/{venue_id}/courts/{court_id}",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        ("court_id" = CourtId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Retired."),
        (status = 404, body = Problem, description = "COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "COURT_IS_PART: another court is made of it."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
    )
)]
pub(crate) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, court): Ids<VenueId, CourtId>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let court = facilities::court(&table, venue, court).await?;
    caller.require_at(Permission::FacilityManage, venue)?;
    if court.status == Status::Active {
        court.editable(version)?;
        facilities::retire_court(&table, &court).await?;
    }
    Ok(Reply::no_content())
}
