//! `PATCH /v1/venues/{venue_id}/courts/{court_id}`.

use axum::extract::State;
use facilities::{
    CourtChange, CourtTerms, Durations, Groups, Name, PricePerHour, Sport, Surface, check_currency,
};
use garde::Validate;
use kernel::{CourtId, Permission, VenueId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Ids, IfMatch, Outcome, Problem, Reply};

use crate::{given::given, read_court::CourtView};

/// What changes; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[expect(clippy::option_option, reason = "null clears a field, and absent leaves it")]
pub(crate) struct ChangeCourt {
    name: Option<Name>,
    sport: Option<Sport>,
    surface: Option<Surface>,
    indoor: Option<bool>,
    lights: Option<bool>,
    /// 1 to 1000; null is any number.
    #[serde(default, deserialize_with = "given")]
    #[garde(inner(inner(range(min = 1, max = 1000))))]
    #[schema(value_type = Option<u16>)]
    capacity: Option<Option<u16>>,
    /// All of them: they replace those before.
    terms: Option<CourtTerms>,
    /// All of them: they replace those before.
    groups: Option<Groups>,
    durations_minutes: Option<Durations>,
    price_per_hour: Option<PricePerHour>,
}

/// Change a court. Bookings made before keep their length and price.
#[utoipa::path(
    patch,
    path = "/v1/venues/{venue_id}/courts/{court_id}",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        ("court_id" = CourtId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeCourt,
    responses(
        (status = 200, body = Envelope<CourtView>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "COURT_RETIRED."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, CURRENCY_MISMATCH."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, court): Ids<VenueId, CourtId>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeCourt>,
) -> Outcome<CourtView> {
    let table = app.tenant_table(&caller)?;
    let before = facilities::court(&table, venue, court).await?;
    caller.require_at(Permission::FacilityManage, venue)?;
    before.editable(version)?;
    if let Some(price) = input.price_per_hour {
        // A court's price is in the club's currency already.
        check_currency(price.money(), before.price_per_hour.money().currency)?;
    }
    let change = CourtChange {
        name: input.name,
        sport: input.sport,
        surface: input.surface,
        indoor: input.indoor,
        lights: input.lights,
        capacity: input.capacity,
        terms: input.terms,
        groups: input.groups.map(Vec::from),
        durations_minutes: input.durations_minutes,
        price_per_hour: input.price_per_hour,
    };
    let court = before.clone().changed(change);
    let court = if court.differs(&before) {
        facilities::change_court(&table, &court).await?;
        court
    } else {
        before
    };
    let version = court.version;
    Ok(Reply::ok(CourtView::from(court)).etag(version))
}
