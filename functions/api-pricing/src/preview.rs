//! `GET /v1/venues/{venue_id}/prices/preview`.

use axum::extract::State;
use booking::{LocalDate, local_text};
use facilities::{Court, VenueWithCourts, Zone, court_not_found};
use futures::future::try_join;
use garde::Validate;
use kernel::{
    CourtId, PriceBookId, Result, Role, VenueId,
    jiff::{Timestamp, ToSpan, civil::Date},
};
use pricing::{Occasion, charge};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::books::{Books, PriceView, check_duration, roles_of};

const DAYS: usize = 7;

/// What is looked at.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Question {
    court_id: CourtId,
    /// The first of seven days, on the venue's calendar.
    week: LocalDate,
    /// The length of the booking: a multiple of 5.
    #[garde(range(min = 5, max = 1440))]
    duration_minutes: u16,
    /// For somebody of this role; for the caller, if absent.
    role: Option<Role>,
    /// How many guests they bring along; none, if absent.
    #[garde(inner(range(max = 31)))]
    guests: Option<u8>,
    /// By this version, whenever it starts; by those that hold, if absent.
    price_book_id: Option<PriceBookId>,
}

/// What a court costs in a week.
#[derive(Serialize, ToSchema)]
pub(crate) struct PricePreview {
    court_id: CourtId,
    time_zone: Zone,
    duration_minutes: u16,
    /// Seven, from the first on; days that have passed have no starts.
    days: Vec<PricedDay>,
}

/// What a court costs on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct PricedDay {
    date: LocalDate,
    /// The version that holds; null where the court has its own price.
    price_book_id: Option<PriceBookId>,
    starts: Vec<PricedStart>,
}

/// What a court costs at a time.
#[derive(Serialize, ToSchema)]
pub(crate) struct PricedStart {
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    /// Null where no category matches: then it cannot be booked.
    price: Option<PriceView>,
}

/// Preview a court's prices: seven days of starts, whoever has booked them, as if booked now.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/prices/preview",
    tag = "prices",
    params(("venue_id" = VenueId, Path), Question),
    responses(
        (status = 200, body = Envelope<PricePreview>, description = "As bookings are charged."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND, PRICE_BOOK_NOT_FOUND."),
        (status = 422, body = Problem, description = "TOO_FAR_AHEAD, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
    Params(asked): Params<Question>,
) -> Outcome<PricePreview> {
    check_duration(asked.duration_minutes)?;
    let table = app.tenant_table(&caller)?;
    let books = Books::load(&table, &caller, venue, asked.price_book_id);
    let (at, books) = try_join(facilities::venue_with_courts(&table, venue), books).await?;
    let court = at.courts.iter().find(|court| court.id == asked.court_id);
    let court = court.ok_or_else(court_not_found)?;
    // Its own grid alone.
    let alone = VenueWithCourts { venue: at.venue.clone(), courts: vec![court.clone()] };
    let grid = Grid {
        alone: &alone,
        court,
        roles: &roles_of(&caller, asked.role),
        guests: usize::from(asked.guests.unwrap_or_default()),
        duration_minutes: asked.duration_minutes,
        now: app.clock().now(),
    };
    let days = asked.week.get().series(1.day()).take(DAYS);
    let days = days.map(|date| grid.day(&books, date)).collect::<Result<_>>()?;
    Ok(Reply::ok(PricePreview {
        court_id: asked.court_id,
        time_zone: at.venue.time_zone.clone(),
        duration_minutes: asked.duration_minutes,
        days,
    }))
}

struct Grid<'a> {
    alone: &'a VenueWithCourts,
    court: &'a Court,
    roles: &'a [Role],
    guests: usize,
    duration_minutes: u16,
    now: Timestamp,
}

impl Grid<'_> {
    fn day(&self, books: &Books, date: Date) -> Result<PricedDay> {
        let venue = &self.alone.venue;
        let zone = venue.time_zone.rules();
        let book = books.on(date);
        let starts = if date < zone.to_datetime(self.now).date() {
            Vec::new()
        } else {
            booking::starts(self.alone, date, self.duration_minutes, self.now)?
        };
        let priced = |start: booking::Start| {
            let occasion = Occasion {
                venue,
                court: self.court,
                from: start.starts_at,
                until: start.ends_at,
                roles: self.roles,
                guests: self.guests,
                now: self.now,
            };
            PricedStart {
                starts_at: local_text(zone, start.starts_at),
                ends_at: local_text(zone, start.ends_at),
                price: charge(book, &occasion).ok().map(PriceView::from),
            }
        };
        Ok(PricedDay {
            date: date.into(),
            price_book_id: book.map(|book| book.id),
            starts: starts.into_iter().map(priced).collect(),
        })
    }
}
