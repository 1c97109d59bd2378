//! `GET /v1/venues/{venue_id}`.

use axum::extract::State;
use facilities::{
    Address, HoursException, Location, Name, NamedHours, OpeningHours, StartEvery, Status, Venue,
    Zone,
};
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
    address: Option<Address>,
    location: Option<Location>,
    opening_hours: OpeningHours,
    /// Days with hours of their own, by date.
    hours_exceptions: Vec<HoursException>,
    /// Hours that rules and prices name, by name.
    named_hours: Vec<NamedHours>,
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
        Self {
            id: venue.id,
            name: venue.name,
            time_zone: venue.time_zone,
            address: venue.address,
            location: venue.location,
            opening_hours: venue.opening_hours,
            hours_exceptions: venue.hours_exceptions,
            named_hours: venue.named_hours,
            start_every_minutes: venue.start_every_minutes,
            status: venue.status,
            created_at: venue.created_at,
        }
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
