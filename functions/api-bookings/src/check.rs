//! `POST /v1/bookings/check`.

use axum::extract::State;
use booking::Reason;
use kernel::Money;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::book::{NewBooking, look_up};

/// Whether a booking would be made.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookingCheck {
    /// At this moment. Somebody else may be quicker.
    allowed: bool,
    /// Everything against it, overridden rules left out; empty where it is allowed.
    reasons: Vec<Reason>,
    /// What it would cost; null where nobody could ever book it, or it has no price.
    price: Option<Money>,
}

/// Ask whether a booking would be made, without making it. Whether a wallet has the price is not looked at.
#[utoipa::path(
    post,
    path = "/v1/bookings/check",
    tag = "bookings",
    request_body = NewBooking,
    responses(
        (status = 200, body = Envelope<BookingCheck>, description = "Every reason at once."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND, USER_NOT_FOUND."),
        (status = 422, body = Problem, description = "LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, PARTICIPANTS_INVALID, PARTICIPANT_UNKNOWN, BODY_INVALID."),
    )
)]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewBooking>,
) -> Outcome<BookingCheck> {
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let (asked, overrides) = input.asked(&table, &caller, now).await?;
    let found = look_up(&table, &asked).await?;
    let ruling = found.ruling(&asked, now)?.without(&overrides);
    let priced = ruling.plan.map(|plan| found.priced(&asked, plan, now));
    let price = priced.and_then(|priced| Some(priced.ok()?.plan.price));
    let allowed = ruling.reasons.is_empty() && price.is_some();
    Ok(Reply::ok(BookingCheck { allowed, reasons: ruling.reasons, price }))
}
