//! `POST /v1/venues`.

use axum::extract::State;
use facilities::{
    Address, HoursExceptions, Location, Name, NamedHoursList, OpeningHours, StartEvery, Status,
    Venue, Zone,
};
use garde::Validate;
use kernel::{Error, Result, VenueId};
use runtime::App;
use serde::Deserialize;
use tenancy::VenueDefaults;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::read_venue::VenueView;

/// The venue to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewVenue {
    name: Name,
    /// Its clock, for good.
    time_zone: Zone,
    address: Option<Address>,
    /// Sunset is told by it.
    location: Option<Location>,
    /// Days with hours of their own.
    hours_exceptions: Option<HoursExceptions>,
    /// Hours that rules and prices name, prime time say.
    named_hours: Option<NamedHoursList>,
    /// The club's usual hours, if absent. A weekday left out is closed.
    opening_hours: Option<OpeningHours>,
    /// The club's usual step, if absent.
    start_every_minutes: Option<StartEvery>,
}

/// Create a venue.
#[utoipa::path(
    post,
    path = "/v1/venues",
    tag = "facilities",
    request_body = NewVenue,
    responses(
        (status = 201, body = Envelope<VenueView>, description = "Made; with its ETag."),
        (status = 422, body = Problem, description = "BODY_INVALID: the details name what is wrong, and where."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewVenue>,
) -> Outcome<VenueView> {
    let table = app.tenant_table(&caller)?;
    let (hours, every) = match (input.opening_hours, input.start_every_minutes) {
        (Some(hours), Some(every)) => (hours, every),
        (hours, every) => {
            let (usual_hours, usual_every) = usual(&tenancy::store::venue_defaults(&table).await?)?;
            (hours.unwrap_or(usual_hours), every.unwrap_or(usual_every))
        }
    };
    let venue = Venue {
        id: VenueId::new(),
        name: input.name,
        time_zone: input.time_zone,
        address: input.address,
        location: input.location,
        hours_exceptions: input.hours_exceptions.map(Vec::from).unwrap_or_default(),
        named_hours: input.named_hours.map(Vec::from).unwrap_or_default(),
        opening_hours: hours,
        start_every_minutes: every,
        status: Status::Active,
        version: 1,
        created_at: app.clock().now(),
    };
    facilities::create_venue(&table, &venue).await?;
    let version = venue.version;
    Ok(Reply::created(format!("/v1/venues/{}", venue.id), VenueView::from(venue)).etag(version))
}

/// A club's defaults are kept as texts, since facilities' types are not tenancy's.
fn usual(defaults: &VenueDefaults) -> Result<(OpeningHours, StartEvery)> {
    let wrong = || Error::internal("the club's venue defaults do not have their shape");
    let hours = serde_json::to_value(&defaults.opening_hours)
        .and_then(serde_json::from_value)
        .map_err(|cause| wrong().with_source(cause))?;
    let every = StartEvery::try_from(defaults.start_every_minutes)
        .map_err(|cause| wrong().with_source(cause))?;
    Ok((hours, every))
}
