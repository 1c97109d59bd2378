//! `GET /v1/venues/{venue_id}/booking-policy`.

use axum::extract::State;
use booking::PolicyTerms;
use kernel::VenueId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// Read what a venue asks of bookings once they are made. Where it has chosen nothing, everything goes back at any
/// time before the start, and nobody checks in.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/booking-policy",
    tag = "bookings",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<PolicyTerms>, description = "With its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
    )
)]
pub(crate) async fn read_policy(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
) -> Outcome<PolicyTerms> {
    let table = app.tenant_table(&caller)?;
    facilities::venue(&table, id).await?;
    let policy = booking::policy(&table, id).await?;
    Ok(Reply::ok(policy.terms).etag(policy.version))
}
