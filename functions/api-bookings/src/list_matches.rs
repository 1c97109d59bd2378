//! `GET /v1/matches`.

use axum::extract::State;
use booking::{Booking, LocalDate, local_text};
use facilities::{Name, Sport};
use futures::future::try_join;
use garde::Validate;
use kernel::{BookingId, CourtId, Error, Money, Result, VenueId};
use profiles::Level;
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

/// Which matches.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Search {
    venue_id: VenueId,
    /// A day of the venue's calendar.
    date: LocalDate,
}

/// An open match, as members see it who do not play in it.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenMatch)]
pub(crate) struct MatchView {
    booking_id: BookingId,
    venue_id: VenueId,
    court_id: CourtId,
    court_name: Name,
    sport: Sport,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    /// What the court costs, all in all.
    price: Money,
    /// How many could join at the beginning.
    places: u8,
    places_left: usize,
    /// Null where any level fits from below.
    level_min: Option<Level>,
    /// Null where any level fits from above.
    level_max: Option<Level>,
}

impl MatchView {
    /// Of a booking that is open.
    pub(crate) fn of(booking: &Booking) -> Result<Self> {
        let zone = booking.time_zone.rules();
        let open = booking.open.as_ref();
        let open = open.ok_or_else(|| Error::internal("a match that is not open is listed"))?;
        let level = |hundredths: u16| Level::try_from(f64::from(hundredths) / 100.0).ok();
        let (from, to) = open.levels;
        Ok(Self {
            booking_id: booking.id,
            venue_id: booking.venue_id,
            court_id: booking.court_id,
            court_name: booking.court_name.clone(),
            sport: open.sport,
            starts_at: local_text(zone, booking.starts_at),
            ends_at: local_text(zone, booking.ends_at),
            price: booking.price,
            places: open.places,
            places_left: open.places_left(),
            level_min: (from > 0).then(|| level(from)).flatten(),
            level_max: (to < u16::MAX).then(|| level(to)).flatten(),
        })
    }
}

/// The open matches of a venue's day, by start: the first hundred, full ones included.
#[utoipa::path(
    get,
    path = "/v1/matches",
    tag = "matches",
    params(Search),
    responses(
        (status = 200, body = Envelope<Vec<MatchView>>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn list_matches(
    State(app): State<App>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Outcome<Vec<MatchView>> {
    let table = app.tenant_table(&caller)?;
    let (_, open) = try_join(
        facilities::venue(&table, search.venue_id),
        booking::open_matches(&table, search.venue_id, search.date.get()),
    )
    .await?;
    Ok(Reply::ok(open.iter().map(MatchView::of).collect::<Result<_>>()?))
}
