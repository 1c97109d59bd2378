//! `POST /v1/admin/clubs/{club_id}/reinstate`.

use audit::Entry;
use axum::extract::State;
use kernel::{ClubId, Tenant};
use runtime::App;
use web::{Caller, Correlation, Envelope, Id, Outcome, Problem, standing};

use crate::{club::ClubView, standing::give_standing};

/// Reinstate a suspended club.
#[utoipa::path(
    post,
    path = "/v1/admin/clubs/{club_id}/reinstate",
    tag = "clubs",
    params(("club_id" = ClubId, Path)),
    responses(
        (status = 200, body = Envelope<ClubView>, description = "Open again."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND."),
        (status = 409, body = Problem, description = "CLUB_NOT_SUSPENDED, IDEMPOTENCY_IN_FLIGHT."),
    )
)]
pub(crate) async fn reinstate(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Id(id): Id<ClubId>,
) -> Outcome<ClubView> {
    let tenant = Tenant::from_platform_record(id, correlation);
    let told = Entry::new(caller.origin(), "club.reinstated", id);
    give_standing(&app, &tenant, told, tenancy::store::reinstate_club, standing::reinstate_club)
        .await
}
