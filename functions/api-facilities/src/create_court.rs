//! `POST /v1/venues/{venue_id}/courts`.

use axum::extract::State;
use facilities::{
    Court, CourtTerms, Durations, Groups, MadeOf, Name, PricePerHour, Sport, Status, Surface,
    check_currency,
};
use garde::Validate;
use kernel::{CourtId, Permission, VenueId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::read_court::CourtView;

/// The court to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewCourt {
    name: Name,
    sport: Sport,
    surface: Surface,
    indoor: bool,
    /// None, if absent.
    #[serde(default)]
    lights: bool,
    /// How many people may play at once; any number, if absent.
    #[garde(range(min = 1, max = 1000))]
    capacity: Option<u16>,
    /// The venue's grid, no buffers and no notice, if absent.
    #[serde(default)]
    terms: CourtTerms,
    /// The groups it is counted in, by rules and waiting lists.
    groups: Option<Groups>,
    /// The courts of this venue that it is made of, for good: booking it books them all.
    made_of: Option<MadeOf>,
    /// The lengths of booking that it allows.
    durations_minutes: Durations,
    /// In the club's currency; zero is free of charge.
    price_per_hour: PricePerHour,
}

/// Create a court.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/courts",
    tag = "facilities",
    params(("venue_id" = VenueId, Path)),
    request_body = NewCourt,
    responses(
        (status = 201, body = Envelope<CourtView>, description = "Made; with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED, TOO_MANY_COURTS; COURT_RETIRED, of one that it is made of."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, CURRENCY_MISMATCH, PART_NOT_FOUND, PART_IS_COMPOSITE."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(venue_id): Id<VenueId>,
    Body(input): Body<NewCourt>,
) -> Outcome<CourtView> {
    caller.require_at(Permission::FacilityManage, venue_id)?;
    let table = app.tenant_table(&caller)?;
    let club = tenancy::store::settings(&table).await?;
    check_currency(input.price_per_hour.money(), club.currency)?;
    let court = Court {
        id: CourtId::new(),
        venue_id,
        name: input.name,
        sport: input.sport,
        surface: input.surface,
        indoor: input.indoor,
        lights: input.lights,
        capacity: input.capacity,
        terms: input.terms,
        groups: input.groups.map(Vec::from).unwrap_or_default(),
        made_of: input.made_of.map(Vec::from).unwrap_or_default(),
        durations_minutes: input.durations_minutes,
        price_per_hour: input.price_per_hour,
        status: Status::Active,
        version: 1,
        created_at: app.clock().now(),
    };
    facilities::create_court(&table, &court).await?;
    let (location, version) = (format!("/v1/venues/{venue_id}/courts/{}", court.id), court.version);
    Ok(Reply::created(location, CourtView::from(court)).etag(version))
}
