//! `POST /v1/admin/clubs/{club_id}/suspend`.

use audit::Entry;
use axum::extract::State;
use kernel::{ClubId, Tenant};
use runtime::App;
use web::{Caller, Correlation, Envelope, Id, Outcome, Problem, standing};

use crate::{club::ClubView, standing::give_standing};

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
    let tenant = Tenant::from_platform_record(id, correlation);
    let told = Entry::new(caller.origin(), "club.suspended", id);
    give_standing(&app, &tenant, told, tenancy::store::suspend_club, standing::suspend_club).await
}
