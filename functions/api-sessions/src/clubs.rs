//! `GET /v1/auth/clubs`.

use axum::extract::State;
use futures::future::try_join_all;
use identity::{Membership, MembershipStatus, store};
use kernel::{ClubId, Result, Role, Slug, Tenant};
use runtime::App;
use serde::Serialize;
use tenancy::{ClubName, ClubStatus};
use utoipa::ToSchema;
use web::{Caller, Correlation, Envelope, Outcome, Reply};

/// A club that the caller is in.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnClub {
    id: ClubId,
    slug: Slug,
    #[schema(value_type = String)]
    name: ClubName,
    /// Whether the club is open.
    club_status: ClubStatus,
    /// Whether the caller may come in.
    status: MembershipStatus,
    roles: Vec<Role>,
    /// Whether the token is for this club.
    current: bool,
}

/// List the clubs that one is in, whichever the token is for.
#[utoipa::path(
    get,
    path = "/v1/auth/clubs",
    tag = "auth",
    responses((status = 200, body = Envelope<Vec<OwnClub>>, description = "In no particular order."))
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
) -> Outcome<Vec<OwnClub>> {
    let platform = app.table().platform();
    let clubs = store::memberships(&platform, caller.account()).await?;
    let each = clubs.into_iter().map(|club| own_club(&app, &caller, &correlation, club));
    let clubs = try_join_all(each).await?;
    Ok(Reply::ok(clubs.into_iter().flatten().collect()))
}

async fn own_club(
    app: &App,
    caller: &Caller,
    correlation: &str,
    id: ClubId,
) -> Result<Option<OwnClub>> {
    let table = app.table().tenant(&Tenant::from_platform_record(id, correlation));
    let membership = store::membership(&table, caller.account()).await?;
    // The index is a moment behind: who left is not there any more.
    let Some(Membership { status, roles, .. }) = membership else { return Ok(None) };
    let club = tenancy::store::club(&app.table().platform(), id).await?;
    Ok(Some(OwnClub {
        id,
        slug: club.slug,
        name: club.name,
        club_status: club.status,
        status,
        roles,
        current: caller.club().ok() == Some(id),
    }))
}
