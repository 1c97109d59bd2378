//! `PUT /v1/users/{account_id}/availability`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join3;
use garde::Validate;
use kernel::{Permission, same_version};
use profiles::{DayException, WeeklyPlan, store, today};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply, Whom};

use crate::{
    acting::{self, acting_for},
    read_availability::AvailabilityView,
};

/// When somebody can play, in the time zone of their profile. Exceptions of days that are over are dropped.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct SetAvailability {
    weekly: WeeklyPlan,
    /// At most 100 days, each once.
    #[serde(default)]
    exceptions: Vec<DayException>,
}

/// Say when one can play, or one's child, or with `profile:manage` any member.
#[utoipa::path(
    put,
    path = "/v1/users/{account_id}/availability",
    tag = "users",
    params(
        ("account_id" = String, Path, description = "An account, or `me`."),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = SetAvailability,
    responses(
        (status = 200, body = Envelope<AvailabilityView>, description = "As it is now, with its ETag."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn set(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    IfMatch(version): IfMatch,
    Body(input): Body<SetAvailability>,
) -> Outcome<AvailabilityView> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let (before, profile, club) = Box::pin(try_join3(
        store::availability(&table, acting.account),
        store::profile(&table, acting.account),
        tenancy::store::settings(&table),
    ))
    .await?;
    same_version(version, before.version, "the plan")?;
    let today = today(app.clock().now(), &profile.zone(&club.time_zone));
    let plan = before.replaced_by(input.weekly, input.exceptions, today)?;
    let told = Entry::new(caller.origin(), "availability.changed", acting.account);
    let writes = vec![store::put_availability(&table, acting.account, &plan)?];
    acting::write(&acting, (&app, &caller), told, writes).await?;
    let version = plan.version;
    Ok(Reply::ok(AvailabilityView::of(plan, &profile, &club, None)).etag(version))
}
