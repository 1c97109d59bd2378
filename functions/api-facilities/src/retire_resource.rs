//! `DELETE /v1/resources/{resource_id}`.

use axum::extract::State;
use facilities::Status;
use kernel::ResourceId;
use runtime::App;
use web::{Caller, Id, IfMatch, Outcome, Problem, Reply};

/// Retire a resource.
///
/// Bookings that have it keep it; no new ones get it. It cannot be undone; doing it again changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/resources/{resource_id}",
    tag = "facilities",
    params(
        ("resource_id" = ResourceId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Retired."),
        (status = 404, body = Problem, description = "RESOURCE_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
    )
)]
pub(crate) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ResourceId>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let resource = facilities::resource(&table, id).await?;
    if resource.status == Status::Active {
        resource.editable(version)?;
        facilities::retire_resource(&table, &resource).await?;
    }
    Ok(Reply::no_content())
}
