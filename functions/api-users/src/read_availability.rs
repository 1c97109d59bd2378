//! `GET /v1/users/{account_id}/availability`.

use axum::extract::State;
use futures::future::try_join3;
use garde::Validate;
use kernel::{LocalDate, Permission};
use profiles::{Availability, DayException, Profile, WeeklyPlan, available, store};
use runtime::App;
use serde::{Deserialize, Serialize};
use tenancy::{ClubSettings, TimeZoneName};
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply, Whom};

use crate::acting::acting_for;

/// Which day one asks about.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Asked {
    /// Answer also what holds on this day.
    date: Option<LocalDate>,
}

/// When somebody can play.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonAvailability)]
pub(crate) struct AvailabilityView {
    /// The zone that the times are in.
    time_zone: TimeZoneName,
    weekly: WeeklyPlan,
    /// First day first; they win over the week.
    exceptions: Vec<DayException>,
    /// What holds on the day that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<DayException>,
}

impl AvailabilityView {
    pub(crate) fn of(
        plan: Availability,
        profile: &Profile,
        club: &ClubSettings,
        date: Option<LocalDate>,
    ) -> Self {
        let on = |date| DayException { date, spans: available(&plan, date).to_vec() };
        let day = date.map(on);
        let Availability { weekly, exceptions, .. } = plan;
        Self { time_zone: profile.zone_name(&club.time_zone).clone(), weekly, exceptions, day }
    }
}

/// Read when somebody can play: oneself, one's child, or with `profile:read` any member.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/availability",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`."), Asked),
    responses(
        (status = 200, body = Envelope<AvailabilityView>, description = "With its ETag."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    Params(asked): Params<Asked>,
) -> Outcome<AvailabilityView> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileRead)).await?;
    let table = app.tenant_table(&caller)?;
    let (plan, profile, club) = Box::pin(try_join3(
        store::availability(&table, acting.account),
        store::profile(&table, acting.account),
        tenancy::store::settings(&table),
    ))
    .await?;
    let version = plan.version;
    Ok(Reply::ok(AvailabilityView::of(plan, &profile, &club, asked.date)).etag(version))
}
