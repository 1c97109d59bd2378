//! `GET /v1/availability`.

use axum::extract::State;
use booking::{Free, LocalDate, SLOT_MINUTES, Start, local_text};
use facilities::{Court, Name, Sport, Surface, Venue, Zone};
use futures::future::{try_join, try_join_all};
use garde::Validate;
use kernel::{CourtId, Error, Money, Role, VenueId, Violation, jiff::Timestamp};
use pricing::{Occasion, PriceBook, charge};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

use crate::snapshot;

/// What is looked for.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Search {
    venue_id: VenueId,
    /// A day on the venue's calendar, today to a year ahead.
    date: LocalDate,
    /// Any, if absent.
    sport: Option<Sport>,
    /// The length of the booking: a multiple of 5.
    #[garde(range(min = 5, max = 1440))]
    duration_minutes: u16,
}

/// What is free at a venue on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct Availability {
    venue_id: VenueId,
    date: LocalDate,
    time_zone: Zone,
    duration_minutes: u16,
    /// The active courts that allow this length; a court with nothing free has no slots.
    courts: Vec<FreeCourt>,
}

/// A court and its free slots.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreeCourt {
    court_id: CourtId,
    name: Name,
    sport: Sport,
    surface: Surface,
    indoor: bool,
    /// By start.
    slots: Vec<FreeSlot>,
}

/// A time that can be booked. `starts_at` can be sent to `POST /v1/bookings` as it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreeSlot {
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    price: Money,
}

/// What is free at a venue on a day.
///
/// A venue or court that changed is seen within ten seconds; bookings are seen at once.
#[utoipa::path(
    get,
    path = "/v1/availability",
    tag = "bookings",
    params(Search),
    responses(
        (status = 200, body = Envelope<Availability>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "DATE_IN_PAST, TOO_FAR_AHEAD, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn availability(
    State(app): State<App>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Outcome<Availability> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let Search { venue_id, date, sport, duration_minutes } = search;
    if !duration_minutes.is_multiple_of(SLOT_MINUTES) {
        let (path, message) = ("duration_minutes".to_owned(), "must be a multiple of 5".to_owned());
        return Err(Error::violations(&[Violation { path, message }]).into());
    }
    let venue = snapshot::venue(&table, venue_id).await?;
    let starts = booking::starts(&venue, date.get(), duration_minutes, now)?;
    let days = booking::days_of(&starts);
    let days = days.into_iter().map(|day| booking::venue_day(&table, venue_id, day));
    let prices = snapshot::price_book(&table, venue_id, date.get());
    let (days, book) = try_join(try_join_all(days), prices).await?;
    let free = booking::free(&venue, sport, duration_minutes, &starts, &days, now);
    let prices =
        Prices { venue: &venue.venue, book: Option::as_ref(&book), roles: caller.roles(), now };
    Ok(Reply::ok(Availability {
        venue_id,
        date,
        time_zone: venue.venue.time_zone.clone(),
        duration_minutes,
        courts: views(&venue.venue, &starts, free, &prices),
    }))
}

/// Each time is written once, however many courts are free then.
fn views(
    venue: &Venue,
    starts_of_day: &[Start],
    free: Vec<Free<'_>>,
    prices: &Prices<'_>,
) -> Vec<FreeCourt> {
    let zone = venue.time_zone.rules();
    let text = |start: &Start| (local_text(zone, start.starts_at), local_text(zone, start.ends_at));
    let texts: Vec<_> = starts_of_day.iter().map(text).collect();
    let view = |Free { court, starts, .. }: Free<'_>| FreeCourt {
        court_id: court.id,
        name: court.name.clone(),
        sport: court.sport,
        surface: court.surface,
        indoor: court.indoor,
        slots: starts
            .into_iter()
            .filter_map(|place| {
                let price = prices.of(court, &starts_of_day[place])?;
                let (starts_at, ends_at) = texts[place].clone();
                Some(FreeSlot { starts_at, ends_at, price })
            })
            .collect(),
    };
    free.into_iter().map(view).collect()
}

/// What courts cost whoever asks, booked now.
struct Prices<'a> {
    venue: &'a Venue,
    book: Option<&'a PriceBook>,
    roles: &'a [Role],
    now: Timestamp,
}

impl Prices<'_> {
    /// What a booking alone would be charged; none where it has no price, so that it cannot be booked.
    fn of(&self, court: &Court, start: &Start) -> Option<Money> {
        let occasion = Occasion {
            venue: self.venue,
            court,
            from: start.starts_at,
            until: start.ends_at,
            roles: self.roles,
            guests: 0,
            now: self.now,
        };
        charge(self.book, &occasion).ok().map(|quote| quote.total)
    }
}
