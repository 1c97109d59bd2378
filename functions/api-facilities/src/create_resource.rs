//! `POST /v1/resources`.

use axum::extract::State;
use facilities::{
    HoursExceptions, Name, OpeningHours, PricePerHour, Resource, ResourceKind, Sports, Status,
    Stock, VenueIds, check_currency,
};
use garde::Validate;
use kernel::{AccountId, ResourceId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::read_resource::ResourceView;

/// The resource to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewResource {
    /// For good.
    kind: ResourceKind,
    name: Name,
    /// Where it can be booked. The venues share its stock.
    venue_ids: VenueIds,
    /// How many there are; of a coach, 1.
    stock: Stock,
    /// The member that a coach is, if they are one.
    account_id: Option<AccountId>,
    /// On courts of which sports; of any if absent.
    sports: Option<Sports>,
    /// When it can be had, on the clock of the venue where it is booked; whenever that is open if absent.
    hours: Option<OpeningHours>,
    /// Days with hours of their own.
    hours_exceptions: Option<HoursExceptions>,
    /// Of one, in the club's currency; zero is free of charge.
    price_per_hour: PricePerHour,
}

/// Create a resource: equipment or a coach, booked beside a court.
#[utoipa::path(
    post,
    path = "/v1/resources",
    tag = "facilities",
    request_body = NewResource,
    responses(
        (status = 201, body = Envelope<ResourceView>, description = "Made; with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED."),
        (status = 422, body = Problem, description = "BODY_INVALID, CURRENCY_MISMATCH, COACH_IS_ONE, EQUIPMENT_IS_NOBODY."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewResource>,
) -> Outcome<ResourceView> {
    let table = app.tenant_table(&caller)?;
    let club = tenancy::store::settings(&table).await?;
    check_currency(input.price_per_hour.money(), club.currency)?;
    let resource = Resource {
        id: ResourceId::new(),
        kind: input.kind,
        name: input.name,
        venue_ids: input.venue_ids.into(),
        stock: input.stock,
        account_id: input.account_id,
        sports: input.sports.map(Vec::from).unwrap_or_default(),
        hours: input.hours,
        hours_exceptions: input.hours_exceptions.map(Vec::from).unwrap_or_default(),
        price_per_hour: input.price_per_hour,
        status: Status::Active,
        version: 1,
        created_at: app.clock().now(),
    };
    resource.check_kind()?;
    facilities::check_venues(&table, &resource.venue_ids).await?;
    if let Some(account) = resource.account_id {
        identity::store::member(&table, account).await?;
    }
    facilities::create_resource(&table, &resource).await?;
    let (location, version) = (format!("/v1/resources/{}", resource.id), resource.version);
    Ok(Reply::created(location, ResourceView::from(resource)).etag(version))
}
