//! `GET /v1/calendar/week`.

use axum::extract::State;
use booking::{Booking, DAYS_AHEAD, InSeries, LocalDate, Status, VenueDay, local_text};
use calendar::{ClosedTime, CourtWeek, WEEK_DAYS};
use facilities::{Interval, Name, Sport, Venue, Zone, venue_with_courts};
use futures::future::{try_join, try_join_all};
use garde::Validate;
use kernel::{
    AccountId, BookingId, CourtId, Error, Permission, Result, SeriesId, VenueId,
    jiff::{Timestamp, ToSpan, civil::Date},
};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

/// How far back a week may be.
const YEARS_BACK: i32 = 10;

/// Which week.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct WhichWeek {
    venue_id: VenueId,
    /// Its first day, on the venue's calendar: any day of the week.
    week: LocalDate,
}

/// Seven days of a venue.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeekView {
    venue_id: VenueId,
    time_zone: Zone,
    /// In order.
    days: Vec<DayView>,
    /// The active courts, and those retired ones that still have bookings.
    courts: Vec<CourtWeekView>,
}

/// When the venue is open on a day.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarDay)]
pub(crate) struct DayView {
    date: LocalDate,
    opening_hours: Vec<Interval>,
}

/// A court's seven days.
#[derive(Serialize, ToSchema)]
#[schema(as = CourtWeek)]
pub(crate) struct CourtWeekView {
    court_id: CourtId,
    name: Name,
    sport: Sport,
    /// The courts it is made of: their bookings stand with it, and its own with them.
    made_of: Vec<CourtId>,
    /// One for each day, in order.
    days: Vec<CourtDayView>,
}

/// A court's day.
#[derive(Serialize, ToSchema)]
#[schema(as = CourtWeekDay)]
pub(crate) struct CourtDayView {
    date: LocalDate,
    /// By start; one that began before the week stands on its first day.
    bookings: Vec<EntryView>,
    closed: Vec<ClosedView>,
}

/// A booking in short.
#[derive(Serialize, ToSchema)]
#[schema(as = WeekEntry)]
pub(crate) struct EntryView {
    id: BookingId,
    /// The court that was booked: this one, one that it is made of, or one that it is part of.
    court_id: CourtId,
    status: Status,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    /// Whose it is.
    account_id: AccountId,
    /// Whose it is and who plays along.
    party_size: usize,
    /// Null where it is of none.
    series_id: Option<SeriesId>,
}

/// A time in which a court is closed.
#[derive(Serialize, ToSchema)]
#[schema(as = WeekClosedTime)]
pub(crate) struct ClosedView {
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
}

/// A venue's week for staff screens: every court with its bookings, closed times and opening hours.
///
/// Cancelled and expired bookings are left out; `GET /v1/bookings` of a day has them.
#[utoipa::path(
    get,
    path = "/v1/calendar/week",
    tag = "calendar",
    params(WhichWeek),
    responses(
        (status = 200, body = Envelope<WeekView>, description = "As of this moment."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING: neither in the club nor at the venue."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "WEEK_OUT_OF_RANGE, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn week(
    State(app): State<App>,
    caller: Caller,
    Params(WhichWeek { venue_id, week }): Params<WhichWeek>,
) -> Outcome<WeekView> {
    caller.require_at(Permission::BookingManage, venue_id)?;
    let table = app.tenant_table(&caller)?;
    let first = week.get();
    let dates: Vec<_> = first.series(1.day()).take(usize::from(WEEK_DAYS)).collect();
    let venue = venue_with_courts(&table, venue_id).await?;
    let now = app.clock().now();
    check_range(&venue.venue, first, now)?;
    // What began the evening before may still be going on.
    let listed = std::iter::once(first.saturating_sub(1.day())).chain(dates.iter().copied());
    let days = dates.iter().map(|date| booking::venue_day(&table, venue_id, *date));
    let (bookings, days): (_, Vec<VenueDay>) =
        try_join(calendar::bookings_of_days(&table, venue_id, listed), try_join_all(days)).await?;
    let week = calendar::week(&venue, first, &bookings, &days, now)?;
    let courts = week.courts.iter().map(|court| court_view(&venue.venue, &dates, court));
    let courts = courts.collect();
    let hours = |date: &Date| venue.venue.hours_on(*date).to_vec();
    let day = |date: &Date| DayView { date: (*date).into(), opening_hours: hours(date) };
    let days = dates.iter().map(day).collect();
    Ok(Reply::ok(WeekView { venue_id, time_zone: venue.venue.time_zone.clone(), days, courts }))
}

/// A calendar has an end; nobody looks for it.
fn check_range(venue: &Venue, first: Date, now: Timestamp) -> Result<()> {
    let today = venue.time_zone.rules().to_datetime(now).date();
    let earliest = today.saturating_sub(YEARS_BACK.years());
    if first < earliest || first > today.saturating_add(DAYS_AHEAD.days()) {
        let message = "a week is from ten years ago to a year ahead";
        return Err(Error::invalid("WEEK_OUT_OF_RANGE", message));
    }
    Ok(())
}

fn court_view(venue: &Venue, dates: &[Date], week: &CourtWeek<'_>) -> CourtWeekView {
    let day = |date: &Date| {
        let is_listed = |booking: &&&Booking| booking.date().max(dates[0]) == *date;
        let bookings = week.bookings.iter().filter(is_listed);
        let closed = week.closed.iter().filter(|closed| closed.date == *date);
        CourtDayView {
            date: (*date).into(),
            bookings: bookings.map(|booking| entry(booking)).collect(),
            closed: closed.map(|closed| closed_view(venue, *closed)).collect(),
        }
    };
    CourtWeekView {
        court_id: week.court.id,
        name: week.court.name.clone(),
        sport: week.court.sport,
        made_of: week.court.made_of.clone(),
        days: dates.iter().map(day).collect(),
    }
}

fn entry(booking: &Booking) -> EntryView {
    let zone = booking.time_zone.rules();
    EntryView {
        id: booking.id,
        court_id: booking.court_id,
        status: booking.status,
        starts_at: local_text(zone, booking.starts_at),
        ends_at: local_text(zone, booking.ends_at),
        account_id: booking.account_id,
        party_size: 1 + booking.party.participants().len(),
        series_id: booking.series.map(|InSeries { series_id, .. }| series_id),
    }
}

fn closed_view(venue: &Venue, closed: ClosedTime) -> ClosedView {
    let zone = venue.time_zone.rules();
    ClosedView {
        starts_at: local_text(zone, closed.starts_at),
        ends_at: local_text(zone, closed.ends_at),
    }
}
