//! `GET /v1/venues/{venue_id}`.

use axum::extract::State;
use facilities::{Name, OpeningHours, StartEvery, Status, Venue, Zone};
use kernel::{VenueId, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// A venue.
#[derive(Serialize, ToSchema)]
pub(crate) struct VenueView {
    id: VenueId,
    name: Name,
    time_zone: Zone,
    opening_hours: OpeningHours,
    /// Bookings start every so many minutes from each opening on.
    start_every_minutes: StartEvery,
    /// A retired venue keeps its bookings and takes no new ones.
    status: Status,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
}

impl From<Venue> for VenueView {
    fn from(venue: Venue) -> Self {
        let Venue {
            id,
            name,
            time_zone,
            opening_hours,
            start_every_minutes,
            status,
            created_at,
            ..
        } = venue;
        Self { id, name, time_zone, opening_hours, start_every_minutes, status, created_at }
    }
}

/// Read a venue, active or retired.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}",
    tag = "facilities",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<VenueView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
) -> Outcome<VenueView> {
    let venue = facilities::venue(&app.tenant_table(&caller)?, id).await?;
    let version = venue.version;
    Ok(Reply::ok(VenueView::from(venue)).etag(version))
}
