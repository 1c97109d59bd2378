//! `PATCH /v1/venues/{venue_id}`.

use axum::extract::State;
use facilities::{
    Address, HoursExceptions, Location, Name, NamedHoursList, OpeningHours, StartEvery,
    VenueChange, Zone,
};
use garde::Validate;
use kernel::{Error, Permission, VenueId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{given::given, read_venue::VenueView};

/// What changes; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[expect(clippy::option_option, reason = "null clears a field, and absent leaves it")]
pub(crate) struct ChangeVenue {
    name: Option<Name>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Address>)]
    address: Option<Option<Address>>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Location>)]
    location: Option<Option<Location>>,
    /// All of them: they replace those before.
    hours_exceptions: Option<HoursExceptions>,
    /// All of them: they replace those before.
    named_hours: Option<NamedHoursList>,
    opening_hours: Option<OpeningHours>,
    start_every_minutes: Option<StartEvery>,
    /// Only as it is: a venue's clock cannot change.
    time_zone: Option<Zone>,
}

/// Change a venue. Bookings made before stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/venues/{venue_id}",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeVenue,
    responses(
        (status = 200, body = Envelope<VenueView>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, TIME_ZONE_FIXED."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeVenue>,
) -> Outcome<VenueView> {
    let table = app.tenant_table(&caller)?;
    let before = facilities::venue(&table, id).await?;
    caller.require_at(Permission::FacilityManage, id)?;
    before.editable(version)?;
    if input.time_zone.is_some_and(|zone| zone != before.time_zone) {
        let message = "a venue's time zone cannot change, since its bookings are kept on its local \
                       days; make another venue";
        return Err(Error::invalid("TIME_ZONE_FIXED", message).into());
    }
    let change = VenueChange {
        name: input.name,
        address: input.address,
        location: input.location,
        opening_hours: input.opening_hours,
        hours_exceptions: input.hours_exceptions.map(Vec::from),
        named_hours: input.named_hours.map(Vec::from),
        start_every_minutes: input.start_every_minutes,
    };
    let venue = before.clone().changed(change);
    let venue = if venue.differs(&before) {
        facilities::change_venue(&table, &venue).await?;
        venue
    } else {
        before
    };
    let version = venue.version;
    Ok(Reply::ok(VenueView::from(venue)).etag(version))
}
