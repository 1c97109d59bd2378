//! `GET /v1/calendar/suggestions`.

use axum::extract::State;
use booking::LocalStart;
use calendar::{Nearest, Span, Wanted};
use facilities::{Zone, venue_with_courts};
use garde::Validate;
use kernel::{
    CourtId, VenueId,
    jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone},
};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

use crate::search::{CourtView, TimeView, check_step, court_of};

/// The day before, the day itself, and six more.
const DAYS: u16 = 8;

/// What was not to be had.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Refused {
    venue_id: VenueId,
    court_id: CourtId,
    starts_at: LocalStart,
    /// The length of the booking: a multiple of 5.
    #[garde(range(min = 5, max = 1440))]
    duration_minutes: u16,
}

/// What is free instead.
#[derive(Serialize, ToSchema)]
pub(crate) struct Suggestions {
    venue_id: VenueId,
    court_id: CourtId,
    time_zone: Zone,
    /// The same court at other times, nearest first: from the day before to six days after, at most five.
    times: Vec<TimeView>,
    /// Other courts for the same sport at the same time, most alike first: at most five.
    courts: Vec<OtherCourt>,
}

/// Another court.
#[derive(Serialize, ToSchema)]
pub(crate) struct OtherCourt {
    #[serde(flatten)]
    court: CourtView,
    #[serde(flatten)]
    time: TimeView,
}

/// What is free near a time that was refused.
#[utoipa::path(
    get,
    path = "/v1/calendar/suggestions",
    tag = "calendar",
    params(Refused),
    responses(
        (status = 200, body = Envelope<Suggestions>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 422, body = Problem, description = "LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, DATE_IN_PAST, TOO_FAR_AHEAD, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn suggestions(
    State(app): State<App>,
    caller: Caller,
    Params(refused): Params<Refused>,
) -> Outcome<Suggestions> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let Refused { venue_id, court_id, starts_at, duration_minutes } = refused;
    check_step(duration_minutes)?;
    let venue = venue_with_courts(&table, venue_id).await?;
    let court = court_of(std::slice::from_ref(&venue), court_id)?;
    let zone = venue.venue.time_zone.rules();
    let at = starts_at.resolve(zone)?;
    let span = Span { from: Some(first_day(zone, starts_at.date(), now)), days: DAYS };
    let wanted = Wanted { sport: Some(court.sport), court_id: None, duration_minutes };
    let open = calendar::open_days(&table, std::slice::from_ref(&venue), span, wanted, now).await?;
    let Nearest { times, courts } = calendar::nearest(court, at, &open);
    let times = times.into_iter().map(|time| TimeView::of(&venue.venue, time));
    let courts = courts.into_iter().map(|(court, time)| OtherCourt {
        court: court.into(),
        time: TimeView::of(&venue.venue, time),
    });
    Ok(Reply::ok(Suggestions {
        venue_id,
        court_id,
        time_zone: venue.venue.time_zone.clone(),
        times: times.collect(),
        courts: courts.collect(),
    }))
}

/// The day before, unless that is over; a wish for a day that is over stays one.
fn first_day(zone: &TimeZone, asked: Date, now: Timestamp) -> Date {
    let (before, today) = (asked.saturating_sub(1.day()), zone.to_datetime(now).date());
    if asked < today { asked } else { before.max(today) }
}
