//! `PATCH /v1/resources/{resource_id}`.

use axum::extract::State;
use facilities::{
    HoursExceptions, Name, OpeningHours, PricePerHour, ResourceChange, Sports, Stock, VenueIds,
    check_currency,
};
use garde::Validate;
use kernel::{AccountId, ResourceId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{given::given, read_resource::ResourceView};

/// What changes; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[expect(clippy::option_option, reason = "null clears a field, and absent leaves it")]
pub(crate) struct ChangeResource {
    name: Option<Name>,
    /// All of them: they replace those before.
    venue_ids: Option<VenueIds>,
    /// Fewer than are booked leaves those bookings as they are.
    stock: Option<Stock>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AccountId>)]
    account_id: Option<Option<AccountId>>,
    /// All of them: they replace those before.
    sports: Option<Sports>,
    /// Null is whenever the venue is open.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<OpeningHours>)]
    hours: Option<Option<OpeningHours>>,
    /// All of them: they replace those before.
    hours_exceptions: Option<HoursExceptions>,
    price_per_hour: Option<PricePerHour>,
}

/// Change a resource. Bookings made before keep what they have, and its price.
#[utoipa::path(
    patch,
    path = "/v1/resources/{resource_id}",
    tag = "facilities",
    params(
        ("resource_id" = ResourceId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeResource,
    responses(
        (status = 200, body = Envelope<ResourceView>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "RESOURCE_NOT_FOUND, VENUE_NOT_FOUND, MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "RESOURCE_RETIRED, VENUE_RETIRED."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, CURRENCY_MISMATCH, COACH_IS_ONE, EQUIPMENT_IS_NOBODY."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ResourceId>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeResource>,
) -> Outcome<ResourceView> {
    let table = app.tenant_table(&caller)?;
    let before = facilities::resource(&table, id).await?;
    before.editable(version)?;
    if let Some(price) = input.price_per_hour {
        // A resource's price is in the club's currency already.
        check_currency(price.money(), before.price_per_hour.money().currency)?;
    }
    let change = ResourceChange {
        name: input.name,
        venue_ids: input.venue_ids.map(Vec::from),
        stock: input.stock,
        account_id: input.account_id,
        sports: input.sports.map(Vec::from),
        hours: input.hours,
        hours_exceptions: input.hours_exceptions.map(Vec::from),
        price_per_hour: input.price_per_hour,
    };
    let resource = before.clone().changed(change);
    resource.check_kind()?;
    if resource.venue_ids != before.venue_ids {
        facilities::check_venues(&table, &resource.venue_ids).await?;
    }
    if let Some(account) = resource.account_id.filter(|_| resource.account_id != before.account_id)
    {
        identity::store::member(&table, account).await?;
    }
    let resource = if resource.differs(&before) {
        facilities::change_resource(&table, &resource).await?;
        resource
    } else {
        before
    };
    let version = resource.version;
    Ok(Reply::ok(ResourceView::from(resource)).etag(version))
}
