//! `POST /v1/bookings/{booking_id}/leave`.

use axum::extract::State;
use kernel::BookingId;
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::{
    list_matches::MatchView,
    play::{Player, Step, play},
};

/// Leave an open match that one, or one's child, has joined, until 24 hours before it starts. The place is free again.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/leave",
    tag = "matches",
    params(("booking_id" = BookingId, Path), Player),
    responses(
        (status = 200, body = Envelope<MatchView>, description = "Left."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "NOT_JOINED, TOO_LATE_TO_LEAVE, MATCH_NOT_OPEN, BOOKING_STARTED, BOOKING_HELD, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn leave_match(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Params(player): Params<Player>,
) -> Outcome<MatchView> {
    Ok(Reply::ok(Box::pin(play(&app, &caller, (id, &player), Step::Leave)).await?))
}
