//! `POST /v1/series/{series_id}/change`.

use axum::{extract::State, http::HeaderMap};
use booking::{ExtraWishes, LocalStart, Participant};
use garde::Validate;
use kernel::{CourtId, Error, Permission, Result, SeriesId, Violation, jiff::civil::DateTime};
use runtime::App;
use serde::{Deserialize, Serialize};
use series::{
    Came, Occurrence, Scope, Series, Terms, change_conflict, nothing_changes, series_changing,
    series_of_split,
};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    act::{act_of, finish},
    alter::{Alteration, too_long},
    carry::{carry, split},
    create::wall,
    dates::sort,
    enquire::By,
    view::{SeriesOutcome, check_own, is_staff},
};

/// What happens to the other dates where one cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeriesChangeConflicts)]
pub(crate) enum Conflicts {
    /// They are changed; it stays where it is.
    Skip,
    /// Nothing is changed.
    Refuse,
}

/// What happens to dates that were moved by themselves before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeriesChangeExceptions)]
pub(crate) enum Exceptions {
    /// They stay where they are.
    #[default]
    Keep,
    /// They go where the series goes.
    Include,
}

/// What shall be another; what is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeriesChange)]
#[garde(allow_unvalidated)]
pub(crate) struct Change {
    pub(crate) scope: Scope,
    /// The date that the scope is counted from; the first one if absent, of all.
    #[schema(value_type = Option<String>, example = "2026-11-24T18:00:00")]
    pub(crate) recurrence_id: Option<DateTime>,
    /// When that date begins instead, on the venue's clock. The others move with it, to the same time of day and by as
    /// many days.
    pub(crate) starts_at: Option<LocalStart>,
    /// One of the court's durations.
    pub(crate) duration_minutes: Option<u16>,
    /// Another court of the same venue.
    pub(crate) court_id: Option<CourtId>,
    /// Who plays along.
    #[garde(length(max = 31))]
    pub(crate) participants: Option<Vec<Participant>>,
    /// What each has beside the court: at most 4 different resources of the venue.
    pub(crate) extras: Option<ExtraWishes>,
    pub(crate) conflicts: Conflicts,
    #[serde(default)]
    pub(crate) exceptions: Exceptions,
    /// Dates keep their price where the new one is higher. Needs `booking:manage`.
    #[serde(default)]
    pub(crate) waive_difference: bool,
    /// Tells what would come of each date, and writes nothing.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

impl Change {
    /// Whether dates get another time or court.
    pub(crate) fn moves(&self) -> bool {
        self.starts_at.is_some() || self.court_id.is_some() || self.duration_minutes.is_some()
    }

    /// The terms after it, of dates of which the named one is one: `SERIES_CANNOT_SHIFT`.
    fn terms(&self, series: &Series, old: &Terms, named: DateTime) -> Result<Terms> {
        if self.scope == Scope::This {
            return Ok(old.clone());
        }
        let mut new = match self.starts_at {
            None => old.clone(),
            Some(start) => {
                let start = wall(series.time_zone.rules(), "starts_at", start)?;
                let out_of_range = |_| {
                    let message = "must be near the date that it is about".to_owned();
                    Error::violations(&[Violation { path: "starts_at".to_owned(), message }])
                };
                let from = old.planned(named)?.date();
                let days = start.date().since(from).map_err(out_of_range)?.get_days();
                old.shifted(days, start.time())?
            }
        };
        new.duration_minutes = self.duration_minutes.unwrap_or(new.duration_minutes);
        new.court_id = self.court_id.unwrap_or(new.court_id);
        if let Some(participants) = &self.participants {
            new.party = frontdesk::named(series.account_id, participants.clone())?;
        }
        new.extras = self.extras.clone().unwrap_or(new.extras);
        Ok(new)
    }
}

/// Change dates of a series: this one, this and the following, or all.
///
/// Each date is moved as a single booking would be: it has its new place before it gives up the old one, it keeps its
/// booking, and all rules hold. What has begun, was checked in to, missed or given up is never touched; what has no
/// court follows, so that it can be added at the new time. `this` makes an exception of one date.
/// `this_and_following` ends the series before it and makes another one of the rest, which `continues` it.
/// With an `Idempotency-Key`, a repeated request goes on where the first one stopped, and moves nothing twice.
#[utoipa::path(
    post,
    path = "/v1/series/{series_id}/change",
    tag = "series",
    params(("series_id" = SeriesId, Path)),
    request_body = Change,
    responses(
        (status = 200, body = Envelope<SeriesOutcome>, description = "What came of each date; of a dry run, what would. The series is the one that the changed dates are in."),
        (status = 403, body = Problem, description = "SERIES_NOT_YOURS, PERMISSION_MISSING: only staff waive."),
        (status = 404, body = Problem, description = "SERIES_NOT_FOUND, OCCURRENCE_NOT_FOUND, COURT_NOT_FOUND, RESOURCE_NOT_FOUND."),
        (status = 409, body = Problem, description = "SERIES_CONFLICT: nothing was changed; SERIES_OVER, SERIES_UNFINISHED, SERIES_OVERTAKEN, SERIES_CHANGED, RESOURCE_TAKEN."),
        (status = 503, body = Problem, description = "SERIES_CHANGING, SERIES_BUSY: the same request goes on."),
        (status = 422, body = Problem, description = "NOTHING_CHANGES, SERIES_CANNOT_SHIFT, SERIES_TOO_LONG, PARTICIPANTS_INVALID, PARTICIPANT_UNKNOWN, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<SeriesId>,
    Body(input): Body<Change>,
) -> Outcome<SeriesOutcome> {
    let table = app.tenant_table(&caller)?;
    let series = series::series(&table, id).await?;
    check_own(&table, &caller, &series, app.clock().now()).await?;
    if input.waive_difference {
        caller.require_at(Permission::BookingManage, series.venue_id)?;
    }
    if !input.moves() && input.participants.is_none() && input.extras.is_none() {
        return Err(nothing_changes().into());
    }
    let act = act_of(&caller, &headers, id, &input)?;
    let by = By { account: caller.account(), is_staff: is_staff(&caller, series.venue_id) };
    let (app, caller, input) = (&app, &caller, &input);
    let alteration = Alteration { app, table: &table, caller, by, act, input };
    let dates = series::occurrences(&table, id).await?;
    let named = input.scope.of(&dates, input.recurrence_id)?;
    let is_this_done =
        input.scope == Scope::This && named.iter().any(|one| one.marked_by(act).is_some());
    let began = series.under_way.as_ref().is_some_and(|way| way.act_id == act);
    if is_this_done || series.acts.contains(&act) {
        let tail = series::find_series(&table, series_of_split(id, act)).await?;
        return Ok(Reply::ok(alteration.outcome(&series, tail.as_ref()).await?));
    }
    if !began {
        let fresh = Box::pin(begin(&alteration, &series, dates)).await?;
        if let Fresh::Answer(outcome) = fresh {
            return Ok(Reply::ok(*outcome));
        }
    }
    let tail = series::find_series(&table, series_of_split(id, act)).await?;
    if let Some(tail) = &tail {
        Box::pin(carry(&alteration, id, tail)).await?;
    }
    if input.scope != Scope::This {
        let id = tail.as_ref().map_or(id, |tail| tail.id);
        Box::pin(alteration.carry_out(id, None)).await?;
    }
    if tail.is_some() {
        finish(&table, id, (None, act), app.clock().now()).await?;
    }
    metrics::counter!("series_changed").increment(1);
    let series = series::series(&table, id).await?;
    Ok(Reply::ok(alteration.outcome(&series, tail.as_ref()).await?))
}

/// What a request is that nobody has made before.
enum Fresh {
    /// Said already.
    Answer(Box<SeriesOutcome>),
    /// Begun: whoever repeats it goes on.
    Begun,
}

/// Looks at everything, and begins if there is something to be done.
async fn begin(
    alteration: &Alteration<'_>,
    series: &Series,
    dates: Vec<Occurrence>,
) -> Result<Fresh> {
    let Alteration { app, table, act, input, .. } = *alteration;
    let now = app.clock().now();
    series.check_changeable()?;
    if series.under_way.as_ref().is_some_and(|way| way.until > now) {
        return Err(series_changing());
    }
    if let Some(participants) = &input.participants {
        frontdesk::party(table, series.account_id, participants.clone()).await?;
    }
    let first = dates.first().map(|one| one.recurrence_id);
    let named = input.recurrence_id.or(first).ok_or_else(series::occurrence_not_found)?;
    let in_scope = input.scope.of(&dates, Some(named))?;
    let old = &series.terms;
    let sorted = sort(alteration, series, in_scope.clone(), (old, old), now).await?;
    let parts = match sorted.first() {
        Some(first) if input.scope == Scope::ThisAndFollowing => old.split(old.planned(first)?)?,
        _ => None,
    };
    let parts = match parts {
        Some((head, tail)) => Some((head, sorted.left_out_of(old, tail)?)),
        None => None,
    };
    let new = input.terms(series, parts.as_ref().map_or(old, |(_, tail)| tail), named)?;
    let sorted = sort(alteration, series, in_scope, (old, &new), now).await?;
    let (foreseen, is_one) = alteration.survey(series, &sorted, now).await?;
    let any = |is: fn(Came) -> bool| {
        foreseen.iter().any(|one| one.mark.as_ref().is_some_and(|mark| is(mark.came)))
    };
    let is_changed = any(Came::is_change);
    if any(Came::is_refusal) && (input.conflicts == Conflicts::Refuse || !is_changed) {
        return Err(change_conflict(&foreseen));
    }
    if input.conflicts == Conflicts::Refuse && !is_one {
        return Err(too_long());
    }
    if input.dry_run || !(is_changed || any(|came| came == Came::NotBooked)) {
        let outcome = SeriesOutcome::after(series.clone(), foreseen, act, input.dry_run);
        return Ok(Fresh::Answer(Box::new(outcome)));
    }
    match parts {
        Some(parts) => split(alteration, series, parts, new, now).await?,
        None => alteration.carry_out(series.id, Some((series, new))).await?,
    }
    Ok(Fresh::Begun)
}
