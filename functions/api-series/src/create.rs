//! `POST /v1/series`.

use axum::{extract::State, http::HeaderMap};
use booking::{ExtraWishes, LocalStart, Participant, Party};
use facilities::Venue;
use frontdesk::party;
use garde::Validate;
use kernel::{
    AccountId, CourtId, Error, Kind, Permission, Result, SeriesId, VenueId, Violation,
    jiff::{Timestamp, civil::DateTime, tz::TimeZone},
};
use profiles::acting_for;
use runtime::App;
use serde::Deserialize;
use series::{
    Occurrence, OnConflict, PaymentTerms, Rule, Series, Status, Terms, needs_desk, place,
    series_busy, series_conflict, series_exists, series_of_request,
};
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    book::Run,
    enquire::By,
    give_up::take_back,
    survey::survey,
    view::{SeriesOutcome, is_staff},
};

/// The series to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewSeries {
    venue_id: VenueId,
    court_id: CourtId,
    /// The first local time, which must be one of the rule's own.
    starts_at: LocalStart,
    /// One of the court's durations.
    duration_minutes: u16,
    /// An RRULE of RFC 5545 with COUNT or UNTIL: at most 366 times within 400 days.
    #[garde(length(bytes, max = 500))]
    rrule: String,
    /// Local times that are left out; they can be added later.
    #[serde(default)]
    #[garde(length(max = 366))]
    exdates: Vec<LocalStart>,
    on_conflict: OnConflict,
    #[serde(default)]
    #[garde(length(max = 31))]
    participants: Vec<Participant>,
    /// What each date has beside the court: at most 4 different resources of the venue.
    #[serde(default)]
    extras: ExtraWishes,
    /// Whose bookings they will be; one's own if absent.
    account_id: Option<AccountId>,
    /// Tells what would become of each date, and writes nothing.
    #[serde(default)]
    dry_run: bool,
}

impl NewSeries {
    /// The series that is asked for, before anything of it is booked.
    fn parse(
        self,
        caller: &Caller,
        (id, party): (SeriesId, Party),
        venue: &Venue,
        now: Timestamp,
    ) -> Result<Series> {
        let account_id = self.account_id.unwrap_or(caller.account());
        let zone = venue.time_zone.rules();
        let exdates = self.exdates.into_iter().map(|date| wall(zone, "exdates", date));
        let terms = Terms {
            rule: Rule::parse(&self.rrule)?,
            starts_at: wall(zone, "starts_at", self.starts_at)?,
            shift_days: 0,
            duration_minutes: self.duration_minutes,
            court_id: self.court_id,
            exdates: exdates.collect::<Result<_>>()?,
            party,
            extras: self.extras,
        };
        Ok(Series {
            id,
            account_id,
            made_by: (account_id != caller.account()).then_some(caller.account()),
            venue_id: venue.id,
            time_zone: venue.time_zone.clone(),
            terms,
            made_as: None,
            on_conflict: self.on_conflict,
            payment_terms: None,
            status: Status::Booking,
            continues: None,
            continued_by: None,
            under_way: None,
            acts: Vec::new(),
            created_at: now,
            version: 1,
        })
    }
}

/// A local time that recurs: on the wall clock, whatever its offset will be.
pub(crate) fn wall(zone: &TimeZone, path: &str, start: LocalStart) -> Result<DateTime> {
    let floats = start.to_string() == start.wall().to_string();
    let placed = place(zone, start.wall())?;
    if floats || placed.start == start {
        return Ok(start.wall());
    }
    let message = "must be on the venue's wall clock, without an offset".to_owned();
    Err(Error::violations(&[Violation { path: path.to_owned(), message }]))
}

/// Book a court again and again, for oneself, for one's child or, with `booking:manage`, for a member.
///
/// Every date gets the outcome that a single booking would get: booked, or refused with its reason. A local time
/// that the clocks skip moves forward by what they skip; of one that they show twice it is the first; `adjusted`
/// says so. With an `Idempotency-Key`, a repeated request goes on where the first one stopped. What costs
/// something is paid at the desk, so staff book it.
#[utoipa::path(
    post,
    path = "/v1/series",
    tag = "series",
    request_body = NewSeries,
    responses(
        (status = 200, body = Envelope<SeriesOutcome>, description = "A dry run: nothing was written."),
        (status = 201, body = Envelope<SeriesOutcome>, description = "What became of each date."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, MEMBER_SUSPENDED, SERIES_NEEDS_DESK."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND, MEMBER_NOT_FOUND, USER_NOT_FOUND, RESOURCE_NOT_FOUND."),
        (status = 409, body = Problem, description = "SERIES_CONFLICT: nothing was booked; SERIES_EXISTS, SERIES_OVER, RESOURCE_TAKEN."),
        (status = 503, body = Problem, description = "SERIES_BUSY: the same request goes on."),
        (status = 422, body = Problem, description = "RRULE_INVALID, RRULE_UNSUPPORTED, RRULE_UNBOUNDED, RRULE_TOO_LONG, EXDATE_UNKNOWN, PARTICIPANTS_INVALID, PARTICIPANT_UNKNOWN, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(input): Body<NewSeries>,
) -> Outcome<SeriesOutcome> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let by = By { account: caller.account(), is_staff: is_staff(&caller, input.venue_id) };
    if let Some(account) = input.account_id.filter(|account| *account != by.account) {
        check_acts_for(&table, &caller, (account, by), input.venue_id, now).await?;
    }
    let venue = facilities::venue(&table, input.venue_id).await?;
    let id = headers.get("idempotency-key").map_or_else(
        || Ok(SeriesId::new()),
        |key| Ok::<_, Error>(series_of_request(caller.club()?, by.account, key.as_bytes())),
    )?;
    let dry_run = input.dry_run;
    let stored = series::find_series(&table, id).await?;
    let (owner, named) = (input.account_id.unwrap_or(by.account), input.participants.clone());
    // Who was a member when it was made need not be one when the request comes again.
    let party = match &stored {
        None => party(&table, owner, named).await?,
        Some(_) => frontdesk::named(owner, named)?,
    };
    let series = input.parse(&caller, (id, party), &venue, now)?;
    let occurrences = series.occurrences()?;
    if dry_run {
        let (series, occurrences) = foreseen(&table, series, by, occurrences, now).await?;
        return Ok(Reply::ok(SeriesOutcome::of(series, occurrences, true)));
    }
    let made = Box::pin(make(&app, &table, by, (series, stored), occurrences)).await?;
    let occurrences = series::occurrences(&table, made.id).await?;
    metrics::counter!("series_made").increment(1);
    let location = format!("/v1/series/{}", made.id);
    Ok(Reply::created(location, SeriesOutcome::of(made, occurrences, false)))
}

/// Lets staff and guardians in: `PERMISSION_MISSING`, `MEMBER_NOT_FOUND`, `USER_NOT_FOUND`, `MEMBER_SUSPENDED`.
async fn check_acts_for(
    table: &TenantTable,
    caller: &Caller,
    (account, by): (AccountId, By),
    venue: VenueId,
    now: Timestamp,
) -> Result<()> {
    if by.is_staff {
        return identity::store::member(table, account).await.map(drop);
    }
    match acting_for(table, (by.account, account), false, now).await {
        Err(error) if error.code() == "NOT_GUARDIAN" => {
            caller.require_at(Permission::BookingManage, venue)
        }
        acting => acting?.comes_in(),
    }
}

/// What would become of it, if it may be made at all.
async fn foreseen(
    table: &TenantTable,
    mut series: Series,
    by: By,
    occurrences: Vec<Occurrence>,
    now: Timestamp,
) -> Result<(Series, Vec<Occurrence>)> {
    let occurrences = survey(table, &series, by, occurrences, now).await?;
    let needs = |one: &Occurrence| {
        one.reason.as_ref().is_some_and(|reason| reason.code == needs_desk().code())
    };
    if occurrences.iter().any(needs) {
        return Err(needs_desk());
    }
    let refused: Vec<_> = occurrences.iter().filter(|one| one.reason.is_some()).cloned().collect();
    let is_strict = series.on_conflict == OnConflict::AllOrNothing;
    if (is_strict && !refused.is_empty()) || !occurrences.iter().any(Occurrence::is_live) {
        return Err(series_conflict(&refused));
    }
    let costs = |one: &Occurrence| one.price.is_some_and(|price| !price.is_zero());
    series.payment_terms = occurrences.iter().any(costs).then_some(PaymentTerms::AtTheDesk);
    Ok((series, occurrences))
}

/// Makes the series, or goes on with it.
async fn make(
    app: &App,
    table: &TenantTable,
    by: By,
    (asked, stored): (Series, Option<Series>),
    occurrences: Vec<Occurrence>,
) -> Result<Series> {
    let (series, is_stored) = match stored {
        None => {
            let now = app.clock().now();
            let (series, _) = foreseen(table, asked, by, occurrences.clone(), now).await?;
            (series, false)
        }
        Some(stored) if !stored.is_same_as(&asked) => return Err(series_exists()),
        Some(stored) => (stored, true),
    };
    if matches!(series.status, Status::Active | Status::Cancelled) {
        return Ok(series);
    }
    let (id, is_strict) = (series.id, series.on_conflict == OnConflict::AllOrNothing);
    let is_lost = series.status == Status::GivenUp;
    let done = if is_stored { series::occurrences(table, id).await? } else { Vec::new() };
    let is_left =
        |one: &Occurrence| done.iter().all(|other| other.recurrence_id != one.recurrence_id);
    let mut run = Run { table, clock: app.clock(), by, series, is_stored, again: None, is_strict };
    let booked = if is_lost {
        Err(series_conflict(&[]))
    } else {
        Box::pin(run.book(occurrences.into_iter().filter(is_left).collect())).await
    };
    match booked {
        Err(error) if error.code() == "SERIES_CONFLICT" => {
            // Kept for the key, a conflict of the undoing would never be undone.
            let undone = undo(app, table, by, id).await;
            undone.map_err(
                |cause| if cause.kind() == Kind::Conflict { series_busy() } else { cause },
            )?;
            Err(error)
        }
        Err(error) => Err(error),
        Ok(()) => series::series(table, id).await,
    }
}

/// Gives everything back that was booked before a date was lost.
async fn undo(app: &App, table: &TenantTable, by: By, id: SeriesId) -> Result<()> {
    // Of one transaction that did not happen, nothing is left.
    let Some(before) = series::find_series(table, id).await? else { return Ok(()) };
    if before.status == Status::Booking {
        let after = Series { status: Status::GivenUp, ..before.clone() };
        table.write(vec![series::replace(table, &before, &after)?]).await?;
    }
    let mut booked = series::occurrences(table, id).await?;
    booked.retain(Occurrence::is_live);
    take_back(table, app.clock(), by.account, booked).await
}
