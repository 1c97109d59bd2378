//! `POST /v1/bookings/{booking_id}/leave`.

use axum::extract::State;
use kernel::{BookingId, Result};
use runtime::App;
use table::TenantTable;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::list_matches::MatchView;

/// So often it is decided again because somebody else joined or left at the same moment.
const ROUNDS: usize = 8;

/// Leave an open match that one has joined, until 24 hours before it starts. The place is free again.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/leave",
    tag = "matches",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<MatchView>, description = "Left."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "NOT_JOINED, TOO_LATE_TO_LEAVE, MATCH_NOT_OPEN, BOOKING_STARTED, BOOKING_HELD, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED."),
    )
)]
pub(crate) async fn leave_match(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<MatchView> {
    let table = app.tenant_table(&caller)?;
    let mut rounds = ROUNDS;
    loop {
        rounds -= 1;
        match leave(&app, &caller, &table, id).await {
            Err(error) if error.code() == "BOOKING_CHANGED" && rounds > 0 => {}
            left => return Ok(Reply::ok(left?)),
        }
    }
}

async fn leave(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    id: BookingId,
) -> Result<MatchView> {
    let now = app.clock().now();
    let before = booking::booking(table, id).await?;
    let after = before.left(caller.account(), now)?;
    table.write(booking::change_players(table, (&before, &after), now)?).await?;
    MatchView::of(&after)
}
