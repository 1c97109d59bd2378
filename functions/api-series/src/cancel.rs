//! `POST /v1/series/{series_id}/cancel`.

use axum::{extract::State, http::HeaderMap};
use garde::Validate;
use kernel::{Permission, SeriesId, jiff::civil::DateTime};
use runtime::App;
use serde::{Deserialize, Serialize};
use series::{Came, Occurrence, Scope, Series, Status, change_conflict, event};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    act::{act_of, finish},
    enquire::By,
    give_up::GivingUp,
    view::{SeriesOutcome, check_own, is_staff},
};

/// Which dates are given up.
#[derive(Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeriesCancellation)]
#[garde(allow_unvalidated)]
pub(crate) struct Cancellation {
    scope: Scope,
    /// The date that the scope is counted from; not needed for all.
    #[schema(value_type = Option<String>, example = "2026-11-24T18:00:00")]
    recurrence_id: Option<DateTime>,
    /// Spares the member the policy: everything goes back, and nothing is held against them. Needs
    /// `booking:manage`.
    #[serde(default)]
    waive: bool,
    /// Tells what would come of each date, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Give up dates of a series: this one, this and the following, or all. What has begun stays as it was.
///
/// Each date is given up as a single booking would be, by the venue's policy of this moment, and says what came of
/// it: what goes back, whether it is a strike, or that the policy blocks it, and then it stays. The courts are free
/// at once. Where no date can be given up, nothing changes. Cancelling again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/series/{series_id}/cancel",
    tag = "series",
    params(("series_id" = SeriesId, Path)),
    request_body = Cancellation,
    responses(
        (status = 200, body = Envelope<SeriesOutcome>, description = "Every date of it, as it is now; of a dry run, as it would be."),
        (status = 403, body = Problem, description = "SERIES_NOT_YOURS, PERMISSION_MISSING: only staff waive."),
        (status = 404, body = Problem, description = "SERIES_NOT_FOUND, OCCURRENCE_NOT_FOUND."),
        (status = 409, body = Problem, description = "SERIES_CONFLICT: the policy blocks every date; SERIES_CHANGED."),
        (status = 503, body = Problem, description = "SERIES_BUSY: the same request goes on."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<SeriesId>,
    Body(input): Body<Cancellation>,
) -> Outcome<SeriesOutcome> {
    let table = app.tenant_table(&caller)?;
    let before = series::series(&table, id).await?;
    check_own(&table, &caller, &before, app.clock().now()).await?;
    if input.waive {
        caller.require_at(Permission::BookingManage, before.venue_id)?;
    }
    let act = act_of(&caller, &headers, id, &input)?;
    let by = By { account: caller.account(), is_staff: is_staff(&caller, before.venue_id) };
    let told = (input.scope != Scope::This).then_some(id);
    let (app, caller, waive) = (&app, &caller, input.waive);
    let giving = GivingUp { app, table: &table, caller, by, act, waive, told };
    let dates = series::occurrences(&table, id).await?;
    let named = input.scope.of(&dates, input.recurrence_id)?;
    let foreseen = giving.foresee(&before, &named).await?;
    if input.dry_run {
        return Ok(Reply::ok(SeriesOutcome::after(before, merged(dates, &foreseen), act, true)));
    }
    let came = |wanted: Came| {
        foreseen.iter().any(|one| one.mark.as_ref().is_some_and(|mark| mark.came == wanted))
    };
    if came(Came::Blocked) && !came(Came::Cancelled) {
        return Err(change_conflict(&foreseen).into());
    }
    // Before its dates: whoever still books some of it stops.
    if input.scope == Scope::All && matches!(before.status, Status::Booking | Status::Active) {
        let after = Series { status: Status::Cancelled, ..before.clone() };
        table.write(vec![series::replace(&table, &before, &after)?]).await?;
    }
    giving.give_up(&before, &named).await?;
    let dates = series::occurrences(&table, id).await?;
    let is_done = |one: &Occurrence| one.marked_by(act).is_some_and(|mark| mark.came.is_change());
    let series = if told.is_some() && dates.iter().any(is_done) {
        finish(&table, id, (Some(event::CANCELLED), act), app.clock().now()).await?
    } else {
        series::series(&table, id).await?
    };
    Ok(Reply::ok(SeriesOutcome::after(series, merged(dates, &foreseen), act, false)))
}

/// The dates of a series; those that nothing was done with as somebody has looked at them.
pub(crate) fn merged(dates: Vec<Occurrence>, seen: &[Occurrence]) -> Vec<Occurrence> {
    let as_seen = |one: Occurrence| {
        let other = seen.iter().find(|other| other.recurrence_id == one.recurrence_id);
        let newer = other.filter(|other| other.version == one.version && one.mark != other.mark);
        newer.cloned().unwrap_or(one)
    };
    dates.into_iter().map(as_seen).collect()
}
