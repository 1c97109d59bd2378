//! `GET /v1/resources/{resource_id}`.

use axum::extract::State;
use facilities::{
    HoursException, Name, OpeningHours, PricePerHour, Resource, ResourceKind, Sport, Status, Stock,
};
use kernel::{AccountId, ResourceId, VenueId, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// Something that is booked beside a court.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResourceView {
    id: ResourceId,
    kind: ResourceKind,
    name: Name,
    /// Where it can be booked. The venues share its stock.
    venue_ids: Vec<VenueId>,
    /// How many there are.
    stock: Stock,
    /// The member that a coach is, if they are one.
    account_id: Option<AccountId>,
    /// On courts of which sports; of any if empty.
    sports: Vec<Sport>,
    /// When it can be had, on the clock of the venue where it is booked; null is whenever that is open.
    hours: Option<OpeningHours>,
    /// Days with hours of their own, by date.
    hours_exceptions: Vec<HoursException>,
    /// Of one.
    price_per_hour: PricePerHour,
    /// A retired resource keeps its bookings and takes no new ones.
    status: Status,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
}

impl From<Resource> for ResourceView {
    fn from(resource: Resource) -> Self {
        Self {
            id: resource.id,
            kind: resource.kind,
            name: resource.name,
            venue_ids: resource.venue_ids,
            stock: resource.stock,
            account_id: resource.account_id,
            sports: resource.sports,
            hours: resource.hours,
            hours_exceptions: resource.hours_exceptions,
            price_per_hour: resource.price_per_hour,
            status: resource.status,
            created_at: resource.created_at,
        }
    }
}

/// Read a resource, active or retired.
#[utoipa::path(
    get,
    path = "/v1/resources/{resource_id}",
    tag = "facilities",
    params(("resource_id" = ResourceId, Path)),
    responses(
        (status = 200, body = Envelope<ResourceView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "RESOURCE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ResourceId>,
) -> Outcome<ResourceView> {
    let resource = facilities::resource(&app.tenant_table(&caller)?, id).await?;
    let version = resource.version;
    Ok(Reply::ok(ResourceView::from(resource)).etag(version))
}
