//! `POST /v1/bookings/{booking_id}/check-in`.

use audit::Entry;
use axum::extract::State;
use booking::{Booking, Changed, CheckInTerms, Status, Step, venue_code_wrong};
use garde::Validate;
use kernel::{BookingId, Error, Permission, Result, jiff::Timestamp, timestamp_text};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{participants::check_plays, read::BookingView, store};

/// Where the venue has no terms, the desk may note the players from an hour before the start until the end.
const WITHOUT_TERMS: CheckInTerms =
    CheckInTerms { required: false, opens_minutes_before: 60, closes_minutes_after: 43_200 };

/// How the players showed that they are they.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schema(as = BookingCheckIn)]
pub(crate) struct CheckIn {
    /// At the desk: the code that they show, scanned; absent where the desk knows them.
    #[garde(length(max = 64))]
    code: Option<String>,
    /// By a player or their guardian: the code that hangs at the venue, scanned.
    #[garde(length(max = 64))]
    venue_code: Option<String>,
}

/// Note that the players are there: at the desk, with the code that they show or without; or by one of them, with
/// the code that hangs at the venue.
///
/// Within the window of the venue's policy. Where it requires check-in, who has not done so when the window closes has
/// missed the booking. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/check-in",
    tag = "bookings",
    params(("booking_id" = BookingId, Path)),
    request_body = CheckIn,
    responses(
        (status = 200, body = Envelope<BookingView>, description = "Checked in."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS, PERMISSION_MISSING: without the code of the venue, the desk checks players in."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "CHECK_IN_NOT_OPEN, CHECK_IN_CLOSED, BOOKING_HELD, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "VENUE_CODE_WRONG, VALIDATION_FAILED, CODE_WRONG, BODY_INVALID."),
    )
)]
pub(crate) async fn check_in(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(input): Body<CheckIn>,
) -> Outcome<BookingView> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let booking = booking::booking(&table, id).await?;
    match input.venue_code.as_deref() {
        Some(scanned) => check_there(&table, &caller, &booking, scanned, now).await?,
        None => caller.require_at(Permission::BookingManage, booking.venue_id)?,
    }
    check_code(&booking, input.code.as_deref())?;
    if booking.status == Status::CheckedIn {
        return Ok(Reply::ok(BookingView::at(booking, now)));
    }
    booking.status.after(Step::CheckIn)?;
    check_window(&booking, now)?;
    let Changed { booking: there, writes } = booking::check_in(&table, &booking, now)?;
    let told = Entry::new(caller.origin(), "booking.checked_in", id);
    let told = told.making(&json!({
        "with_code": input.code.is_some(), "at_the_venue": input.venue_code.is_some(),
    }))?;
    let is_act = input.venue_code.is_none() || !booking.is_played_by(caller.account());
    store(&table, is_act.then_some(told), now, writes).await?;
    metrics::counter!("bookings_checked_in").increment(1);
    Ok(Reply::ok(BookingView::at(there, now)))
}

/// Whether one of the players, or a guardian of one, scanned what hangs at the venue: else `VENUE_CODE_WRONG`.
async fn check_there(
    table: &TenantTable,
    caller: &Caller,
    booking: &Booking,
    scanned: &str,
    now: Timestamp,
) -> Result<()> {
    check_plays(table, caller, booking, now).await?;
    let poster = booking::poster(table, booking.venue_id).await?;
    poster.ok_or_else(venue_code_wrong)?.check(scanned)
}

fn check_code(booking: &Booking, shown: Option<&str>) -> Result<()> {
    let Some(shown) = shown else { return Ok(()) };
    let fits = booking.check_in_code.as_ref().is_some_and(|code| code.is(shown));
    fits.then_some(())
        .ok_or_else(|| Error::invalid("CODE_WRONG", "it is not the code of this booking"))
}

fn check_window(booking: &Booking, now: Timestamp) -> Result<()> {
    let terms = booking.terms.check_in.unwrap_or(WITHOUT_TERMS);
    let (opens, closes) = terms.window(booking.starts_at, booking.ends_at);
    let details = json!({ "opens_at": timestamp_text(opens), "closes_at": timestamp_text(closes) });
    let refused = |code, message| Err(Error::conflict(code, message).with_details(details));
    if now < opens {
        return refused("CHECK_IN_NOT_OPEN", "it is too early to check in");
    }
    if now > closes {
        return refused("CHECK_IN_CLOSED", "it is too late to check in");
    }
    Ok(())
}
