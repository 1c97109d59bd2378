//! `GET /v1/users/{account_id}/sports`.

use axum::extract::State;
use kernel::{AccountId, Permission, Sport, jiff::Timestamp};
use profiles::{Hand, Level, LevelSource, Position, SportPreference, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::acting::acting_for;

/// A sport that somebody plays.
#[derive(Serialize, ToSchema)]
pub(crate) struct SportView {
    sport: Sport,
    hand: Option<Hand>,
    positions: Vec<Position>,
    /// Null until it is assessed.
    level: Option<Level>,
    source: Option<LevelSource>,
    /// How reliable the level is, 0 to 100.
    reliability_percent: Option<u8>,
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    #[schema(value_type = Option<String>, format = DateTime)]
    assessed_at: Option<Timestamp>,
    assessed_by: Option<AccountId>,
}

impl From<SportPreference> for SportView {
    fn from(preference: SportPreference) -> Self {
        let SportPreference { sport, hand, positions, assessment, .. } = preference;
        Self {
            sport,
            hand,
            positions,
            level: assessment.map(|it| it.level()),
            source: assessment.map(|it| it.source),
            reliability_percent: assessment.map(|it| it.reliability_percent),
            assessed_at: assessment.map(|it| it.assessed_at),
            assessed_by: assessment.map(|it| it.assessed_by),
        }
    }
}

/// List what somebody plays: oneself, one's child, or with `profile:read` any member.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/sports",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    responses(
        (status = 200, body = Envelope<Vec<SportView>>, description = "All of them."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<Vec<SportView>> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileRead)).await?;
    let sports = store::sports(&app.tenant_table(&caller)?, acting.account).await?;
    Ok(Reply::ok(sports.into_iter().map(SportView::from).collect()))
}
