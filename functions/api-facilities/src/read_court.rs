//! `GET /v1/venues/{venue_id}/courts/{court_id}`.

use axum::extract::State;
use facilities::{Court, CourtTerms, Durations, Name, PricePerHour, Sport, Status, Surface, Tag};
use kernel::{CourtId, VenueId, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Ids, Outcome, Problem, Reply};

/// A court.
#[derive(Serialize, ToSchema)]
pub(crate) struct CourtView {
    id: CourtId,
    venue_id: VenueId,
    name: Name,
    sport: Sport,
    surface: Surface,
    indoor: bool,
    lights: bool,
    /// How many people may play at once; null is any number.
    capacity: Option<u16>,
    terms: CourtTerms,
    /// The groups it is counted in.
    groups: Vec<Tag>,
    /// The courts it is made of: booking it books them all. Empty for a court of its own.
    made_of: Vec<CourtId>,
    /// The lengths of booking that it allows, shortest first.
    durations_minutes: Durations,
    price_per_hour: PricePerHour,
    /// A retired court keeps its bookings and takes no new ones.
    status: Status,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
}

impl From<Court> for CourtView {
    fn from(court: Court) -> Self {
        Self {
            id: court.id,
            venue_id: court.venue_id,
            name: court.name,
            sport: court.sport,
            surface: court.surface,
            indoor: court.indoor,
            lights: court.lights,
            capacity: court.capacity,
            terms: court.terms,
            groups: court.groups,
            made_of: court.made_of,
            durations_minutes: court.durations_minutes,
            price_per_hour: court.price_per_hour,
            status: court.status,
            created_at: court.created_at,
        }
    }
}

/// Read a court, active or retired.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/courts/{court_id}",
    tag = "facilities",
    params(("venue_id" = VenueId, Path), ("court_id" = CourtId, Path)),
    responses(
        (status = 200, body = Envelope<CourtView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "COURT_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, court): Ids<VenueId, CourtId>,
) -> Outcome<CourtView> {
    let court = facilities::court(&app.tenant_table(&caller)?, venue, court).await?;
    let version = court.version;
    Ok(Reply::ok(CourtView::from(court)).etag(version))
}
