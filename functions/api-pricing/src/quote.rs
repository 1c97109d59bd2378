//! `POST /v1/venues/{venue_id}/prices/quote`.

use axum::extract::State;
use booking::LocalStart;
use futures::future::try_join3;
use garde::Validate;
use kernel::{CourtId, PriceBookId, Role, VenueId, jiff::SignedDuration};
use pricing::{Occasion, charge};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::books::{Books, PriceView, check_duration, roles_of};

/// What would be booked.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schema(as = PriceQuestion)]
pub(crate) struct Question {
    court_id: CourtId,
    starts_at: LocalStart,
    /// A multiple of 5.
    #[garde(range(min = 5, max = 1440))]
    duration_minutes: u16,
    /// For somebody of this role; for the caller, if absent.
    role: Option<Role>,
    /// How many guests they bring along.
    #[garde(range(max = 31))]
    #[serde(default)]
    guests: u8,
    /// By this version, whenever it starts; by the one that holds then, if absent.
    price_book_id: Option<PriceBookId>,
}

/// Ask what a booking would cost, if it were made now. Whether the court is free is another question.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/prices/quote",
    tag = "prices",
    params(("venue_id" = VenueId, Path)),
    request_body = Question,
    responses(
        (status = 200, body = Envelope<PriceView>, description = "The total, and its lines."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND, PRICE_BOOK_NOT_FOUND."),
        (status = 409, body = Problem, description = "NO_PRICE: it cannot be booked."),
        (status = 422, body = Problem, description = "LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn quote(
    State(app): State<App>,
    caller: Caller,
    Id(venue_id): Id<VenueId>,
    Body(asked): Body<Question>,
) -> Outcome<PriceView> {
    check_duration(asked.duration_minutes)?;
    let table = app.tenant_table(&caller)?;
    let (venue, court, books) = Box::pin(try_join3(
        facilities::venue(&table, venue_id),
        facilities::court(&table, venue_id, asked.court_id),
        Books::load(&table, &caller, venue_id, asked.price_book_id),
    ))
    .await?;
    let from = asked.starts_at.resolve(venue.time_zone.rules())?;
    let duration = SignedDuration::from_mins(i64::from(asked.duration_minutes));
    let occasion = Occasion {
        venue: &venue,
        court: &court,
        from,
        until: from.saturating_add(duration).unwrap_or(from),
        roles: &roles_of(&caller, asked.role),
        guests: usize::from(asked.guests),
        now: app.clock().now(),
    };
    let quote = charge(books.on(asked.starts_at.date()), &occasion)?;
    Ok(Reply::ok(PriceView::from(quote)))
}
