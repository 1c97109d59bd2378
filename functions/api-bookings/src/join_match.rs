//! `POST /v1/bookings/{booking_id}/join`.

use axum::extract::State;
use kernel::BookingId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::{
    list_matches::MatchView,
    play::{Player, Step, play},
};

/// Join an open match, or have one's child join it, if there is a place and the level fits.
///
/// The level is the one of the member's sports in this club.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/join",
    tag = "matches",
    params(("booking_id" = BookingId, Path), Player),
    responses(
        (status = 200, body = Envelope<MatchView>, description = "Joined."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, BOOKING_SUSPENDED."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "MATCH_FULL, MATCH_NOT_OPEN, ALREADY_PLAYING, BOOKING_STARTED, BOOKING_HELD, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "LEVEL_UNKNOWN, LEVEL_OUT_OF_RANGE, QUERY_INVALID."),
    )
)]
pub(crate) async fn join_match(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Params(player): Params<Player>,
) -> Outcome<MatchView> {
    Ok(Reply::ok(Box::pin(play(&app, &caller, (id, &player), Step::Join)).await?))
}
