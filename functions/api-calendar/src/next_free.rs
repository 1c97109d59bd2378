//! `GET /v1/calendar/next-free`.

use axum::extract::State;
use booking::LocalDate;
use calendar::Wanted;
use facilities::{Sport, Zone, venue_with_courts};
use garde::Validate;
use kernel::{CourtId, VenueId};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

use crate::search::{CourtView, TimeView, check_step, court_of};

/// What is looked for.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct NextSearch {
    venue_id: VenueId,
    /// The first day, on the venue's calendar; today, if absent.
    from: Option<LocalDate>,
    /// Any, if absent.
    sport: Option<Sport>,
    /// This court alone.
    court_id: Option<CourtId>,
    /// The length of the booking: a multiple of 5.
    #[garde(range(min = 5, max = 1440))]
    duration_minutes: u16,
}

/// The next free time.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextFree {
    venue_id: VenueId,
    time_zone: Zone,
    /// Null where nothing is free on any of the days.
    next: Option<NextTime>,
    /// The last day that was looked at: at most 31 from the first.
    searched_through: Option<LocalDate>,
}

/// A free time, and where.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextTime {
    #[serde(flatten)]
    time: TimeView,
    /// The courts that are free then.
    courts: Vec<CourtView>,
}

/// The next time that something is free at a venue, within 31 days.
#[utoipa::path(
    get,
    path = "/v1/calendar/next-free",
    tag = "calendar",
    params(NextSearch),
    responses(
        (status = 200, body = Envelope<NextFree>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 422, body = Problem, description = "DATE_IN_PAST, TOO_FAR_AHEAD, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn next_free(
    State(app): State<App>,
    caller: Caller,
    Params(search): Params<NextSearch>,
) -> Outcome<NextFree> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let NextSearch { venue_id, from, sport, court_id, duration_minutes } = search;
    check_step(duration_minutes)?;
    let venue = venue_with_courts(&table, venue_id).await?;
    if let Some(court) = court_id {
        court_of(std::slice::from_ref(&venue), court)?;
    }
    let wanted = Wanted { sport, court_id, duration_minutes };
    let from = from.map(LocalDate::get);
    let (next, last) = calendar::next_free(&table, &venue, from, wanted, now).await?;
    let next = next.map(|next| NextTime {
        time: TimeView::of(&venue.venue, next.time),
        courts: next.courts.into_iter().map(CourtView::from).collect(),
    });
    let time_zone = venue.venue.time_zone.clone();
    Ok(Reply::ok(NextFree { venue_id, time_zone, next, searched_through: last.map(Into::into) }))
}
