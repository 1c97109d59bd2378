//! `POST /v1/bookings/{booking_id}/open`.

use axum::extract::State;
use booking::OpenMatch;
use garde::Validate;
use kernel::{BookingId, Error};
use profiles::Level;
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::list_matches::MatchView;

/// What is offered.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schema(as = MatchOffer)]
pub(crate) struct Offer {
    /// How many may join, beside those who play already.
    #[garde(range(min = 1, max = 31))]
    #[schema(minimum = 1, maximum = 31)]
    places: u8,
    /// From this level; any, if absent.
    level_min: Option<Level>,
    /// To this level; any, if absent.
    level_max: Option<Level>,
}

/// Open one's booking, or one's child's, to other members: an open match, which stays open.
///
/// From then on only staff move it.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/open",
    tag = "matches",
    params(("booking_id" = BookingId, Path)),
    request_body = Offer,
    responses(
        (status = 200, body = Envelope<MatchView>, description = "Open."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS: its owner alone opens it."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "MATCH_OPEN, BOOKING_STARTED, BOOKING_HELD, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "TOO_MANY_PLACES, LEVELS_REVERSED, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn open_match(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(offer): Body<Offer>,
) -> Outcome<MatchView> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let before = booking::booking(&table, id).await?;
    let owner = [before.account_id];
    if before.account_id != caller.account()
        && !profiles::guards_any(&table, caller.account(), &owner, now).await?
    {
        let message = "whose booking it is opens it, or their guardian, and nobody else";
        return Err(Error::forbidden("BOOKING_NOT_YOURS", message).into());
    }
    let from = offer.level_min.map_or(0, Level::hundredths);
    let to = offer.level_max.map_or(u16::MAX, Level::hundredths);
    if from > to {
        let message = "level_min is above level_max";
        return Err(Error::invalid("LEVELS_REVERSED", message).into());
    }
    let court = facilities::court(&table, before.venue_id, before.court_id).await?;
    let offered = OpenMatch {
        sport: court.sport,
        places: offer.places,
        joined: Vec::new(),
        levels: (from, to),
        opened_at: now,
    };
    let after = before.opened(offered, court.capacity.map(usize::from), now)?;
    table.write(booking::change_players(&table, (&before, &after), now)?).await?;
    Ok(Reply::ok(MatchView::of(&after)?))
}
