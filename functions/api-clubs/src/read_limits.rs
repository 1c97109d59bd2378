//! `GET /v1/admin/clubs/{club_id}/limits`.

use axum::extract::State;
use kernel::{ClubId, Tenant};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Correlation, Envelope, Id, Limits, Outcome, Problem, RateTier, Reply, standing};

/// How much a club may ask of the platform.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitsView {
    tier: RateTier,
    /// What each account and API key may ask a minute.
    account_per_minute: u32,
    /// What the whole club may ask a minute.
    club_per_minute: u32,
    /// Which of the two were set for this club; the others are everybody's, or the tier's.
    own: OwnLimits,
}

/// What was set for one club.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnLimits {
    account_per_minute: Option<u32>,
    club_per_minute: Option<u32>,
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        let Limits { tier, account_per_minute, club_per_minute } = limits;
        Self {
            tier,
            account_per_minute: limits.account(),
            club_per_minute: limits.club(),
            own: OwnLimits { account_per_minute, club_per_minute },
        }
    }
}

/// Read how many requests a club may make.
#[utoipa::path(
    get,
    path = "/v1/admin/clubs/{club_id}/limits",
    tag = "clubs",
    params(("club_id" = ClubId, Path)),
    responses(
        (status = 200, body = Envelope<LimitsView>, description = "With their ETag."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND."),
    )
)]
pub(crate) async fn read_limits(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Id(id): Id<ClubId>,
) -> Outcome<LimitsView> {
    tenancy::store::club(&app.table().platform(), id).await?;
    let table = app.table().tenant(&Tenant::from_platform_record(id, correlation));
    let (limits, version) = standing::limits(&table).await?;
    Ok(Reply::ok(limits.into()).etag(version))
}
