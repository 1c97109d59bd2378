//! `POST /v1/admin/clubs/{club_id}/suspend`.

use audit::Entry;
use axum::extract::State;
use kernel::{ClubId, Tenant};
use runtime::App;
use web::{Caller, Correlation, Envelope, Id, Outcome, Problem, Reply, standing};

use crate::club::ClubView;

/// Suspend a club: nobody signs in to it, and what its members hold is refused at once.
#[utoipa::path(
    post,
    path = "/v1/admin/clubs/{club_id}/suspend",
    tag = "clubs",
    params(("club_id" = ClubId, Path)),
    responses(
        (status = 200, body = Envelope<ClubView>, description = "Suspended."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND."),
        (status = 409, body = Problem, description = "CLUB_NOT_ACTIVE, IDEMPOTENCY_IN_FLIGHT."),
    )
)]
pub(crate) async fn suspend(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Id(id): Id<ClubId>,
) -> Outcome<ClubView> {
    let platform = app.table().platform();
    let table = app.table().tenant(&Tenant::from_platform_record(id, correlation));
    let told = Entry::new(caller.origin(), "club.suspended", id);
    let writes = vec![tenancy::store::suspend_club(&platform, id), standing::suspend_club(&table)];
    audit::write(&table, told, app.clock().now(), writes).await?;
    let club = tenancy::store::club(&platform, id).await?;
    let version = club.version;
    Ok(Reply::ok(club.into()).etag(version))
}
