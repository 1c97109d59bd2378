//! `POST /v1/bookings/{booking_id}/join`.

use axum::extract::State;
use kernel::{BookingId, Result};
use profiles::Level;
use runtime::App;
use table::TenantTable;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::list_matches::MatchView;

/// So often it is decided again because somebody else joined or left at the same moment.
const ROUNDS: usize = 8;

/// Join an open match, if there is a place and one's level fits.
///
/// The level is the one of the member's sports in this club.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/join",
    tag = "matches",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<MatchView>, description = "Joined."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "MATCH_FULL, MATCH_NOT_OPEN, ALREADY_PLAYING, BOOKING_STARTED, BOOKING_HELD, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_SUSPENDED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "LEVEL_UNKNOWN, LEVEL_OUT_OF_RANGE."),
    )
)]
pub(crate) async fn join_match(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<MatchView> {
    let table = app.tenant_table(&caller)?;
    let mut rounds = ROUNDS;
    loop {
        rounds -= 1;
        match join(&app, &caller, &table, id).await {
            Err(error) if error.code() == "BOOKING_CHANGED" && rounds > 0 => {}
            joined => return Ok(Reply::ok(joined?)),
        }
    }
}

async fn join(app: &App, caller: &Caller, table: &TenantTable, id: BookingId) -> Result<MatchView> {
    let now = app.clock().now();
    let before = booking::booking(table, id).await?;
    booking::diary(table, caller.account()).await?.check_suspension(now)?;
    let level = match &before.open {
        Some(open) => profiles::store::sport(table, caller.account(), open.sport).await?.assessment,
        None => None,
    };
    let level = level.map(|assessment| Level::hundredths(assessment.level()));
    let after = before.joined(caller.account(), level, now)?;
    table.write(booking::change_players(table, (&before, &after), now)?).await?;
    MatchView::of(&after)
}
