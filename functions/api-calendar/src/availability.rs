//! `GET /v1/calendar/availability`.

use std::collections::HashMap;

use axum::extract::State;
use booking::{LocalDate, local_text};
use calendar::{DAYS_LIMIT, OpenDay, Span, Wanted};
use facilities::{Sport, VenueWithCourts, Zone, venue_with_courts};
use futures::future::try_join_all;
use garde::Validate;
use kernel::{CourtId, VenueId, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

use crate::search::{CourtView, Venues, check_step, court_of};

/// The days of a search that does not say how many.
const DAYS: u16 = 7;

/// What is looked for.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct DaysSearch {
    /// One to ten venues, with commas between.
    #[param(value_type = String)]
    venue_id: Venues,
    /// The first day, on the venues' calendars; today, if absent.
    from: Option<LocalDate>,
    /// 1 to 31; 7 if absent. Days that cannot be booked yet are left out.
    #[garde(inner(range(min = 1, max = DAYS_LIMIT)))]
    #[param(minimum = 1, maximum = 31)]
    days: Option<u16>,
    /// Any, if absent.
    sport: Option<Sport>,
    /// This court alone.
    court_id: Option<CourtId>,
    /// The length of the booking: a multiple of 5.
    #[garde(range(min = 5, max = 1440))]
    duration_minutes: u16,
}

/// What is free, venue by venue.
#[derive(Serialize, ToSchema)]
pub(crate) struct DaysAvailability {
    duration_minutes: u16,
    venues: Vec<VenueDays>,
}

/// What is free at a venue.
#[derive(Serialize, ToSchema)]
pub(crate) struct VenueDays {
    venue_id: VenueId,
    time_zone: Zone,
    /// The active courts that are looked for and allow the length.
    courts: Vec<CourtView>,
    days: Vec<FreeDay>,
}

/// What is free on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreeDay {
    date: LocalDate,
    /// The courts that have something free.
    courts: Vec<FreeStarts>,
}

/// When a court is free.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreeStarts {
    court_id: CourtId,
    /// On the venue's clock. Each can be sent to `POST /v1/bookings` as `starts_at`.
    starts: Vec<String>,
}

/// What is free at venues on up to 31 days.
///
/// At most 124 days of all venues together. What it costs: `GET /v1/availability` of one day.
#[utoipa::path(
    get,
    path = "/v1/calendar/availability",
    tag = "calendar",
    params(DaysSearch),
    responses(
        (status = 200, body = Envelope<DaysAvailability>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 422, body = Problem, description = "SEARCH_TOO_WIDE, DATE_IN_PAST, TOO_FAR_AHEAD, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn availability(
    State(app): State<App>,
    caller: Caller,
    Params(search): Params<DaysSearch>,
) -> Outcome<DaysAvailability> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let DaysSearch { venue_id: Venues(ids), from, days, sport, court_id, duration_minutes } =
        search;
    let days = days.unwrap_or(DAYS);
    check_step(duration_minutes)?;
    calendar::check_width(ids.len(), days)?;
    let venues = try_join_all(ids.iter().map(|id| venue_with_courts(&table, *id))).await?;
    if let Some(court) = court_id {
        court_of(&venues, court)?;
    }
    let span = Span { from: from.map(LocalDate::get), days };
    let wanted = Wanted { sport, court_id, duration_minutes };
    let open = calendar::open_days(&table, &venues, span, wanted, now).await?;
    let venues = venues.iter().map(|venue| view(venue, &open)).collect();
    Ok(Reply::ok(DaysAvailability { duration_minutes, venues }))
}

fn view(venue: &VenueWithCourts, open: &[OpenDay<'_>]) -> VenueDays {
    let own: Vec<_> = open.iter().filter(|day| day.venue.venue.id == venue.venue.id).collect();
    let courts = own.first().map(|day| day.courts.iter().map(|open| open.court.into()).collect());
    VenueDays {
        venue_id: venue.venue.id,
        time_zone: venue.venue.time_zone.clone(),
        courts: courts.unwrap_or_default(),
        days: own.into_iter().map(day_view).collect(),
    }
}

/// Each start is put into words once, however many courts are free then.
fn day_view(day: &OpenDay<'_>) -> FreeDay {
    let zone = day.venue.venue.time_zone.rules();
    let mut texts: HashMap<Timestamp, String> = HashMap::new();
    let mut courts = Vec::with_capacity(day.courts.len());
    for open in day.courts.iter().filter(|open| !open.times.is_empty()) {
        let mut starts = Vec::with_capacity(open.times.len());
        for time in &open.times {
            let text =
                texts.entry(time.starts_at).or_insert_with(|| local_text(zone, time.starts_at));
            starts.push(text.clone());
        }
        courts.push(FreeStarts { court_id: open.court.id, starts });
    }
    FreeDay { date: day.date.into(), courts }
}
