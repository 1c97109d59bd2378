//! `GET /v1/admin/clubs/{club_id}`.

use axum::extract::State;
use kernel::{ClubId, Currency, Slug, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use tenancy::{Club, ClubName, ClubStatus, Tier, TimeZoneName};
use utoipa::ToSchema;
use web::{Envelope, Id, Outcome, Problem, Reply};

/// A club as the platform sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClubView {
    id: ClubId,
    slug: Slug,
    name: ClubName,
    time_zone: TimeZoneName,
    currency: Currency,
    status: ClubStatus,
    tier: Tier,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
}

impl From<Club> for ClubView {
    fn from(club: Club) -> Self {
        let Club { id, slug, name, time_zone, currency, status, tier, created_at, .. } = club;
        Self { id, slug, name, time_zone, currency, status, tier, created_at }
    }
}

/// Read a club.
#[utoipa::path(
    get,
    path = "/v1/admin/clubs/{club_id}",
    tag = "clubs",
    params(("club_id" = ClubId, Path)),
    responses(
        (status = 200, body = Envelope<ClubView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND."),
    )
)]
pub(crate) async fn read(State(app): State<App>, Id(id): Id<ClubId>) -> Outcome<ClubView> {
    let club = tenancy::store::club(&app.table().platform(), id).await?;
    let version = club.version;
    Ok(Reply::ok(club.into()).etag(version))
}
