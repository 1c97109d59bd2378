//! `GET /v1/bookings/{booking_id}/access`.

use axum::extract::State;
use kernel::{BookingId, Error, timestamp_text};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::participants::check_plays;

/// How players come in.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingAccess)]
pub(crate) struct AccessView {
    /// Six digits for the door.
    #[schema(example = "048213")]
    code: String,
    #[schema(format = DateTime)]
    valid_from: String,
    #[schema(format = DateTime)]
    valid_until: String,
    /// Null where the court has no lights.
    #[schema(format = DateTime)]
    lights_on_at: Option<String>,
    #[schema(format = DateTime)]
    lights_off_at: Option<String>,
}

/// The code that opens the door to whoever plays, and when their court has light.
#[utoipa::path(
    get,
    path = "/v1/bookings/{booking_id}/access",
    tag = "bookings",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<AccessView>, description = "Good for this booking alone."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "NO_ACCESS_CODE: it is not confirmed, or its venue gives none."),
    )
)]
pub(crate) async fn read_access(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<AccessView> {
    let table = app.tenant_table(&caller)?;
    let booking = booking::booking(&table, id).await?;
    check_plays(&table, &caller, &booking, app.clock().now()).await?;
    let valid = booking.status.has_slots();
    let code = booking.access_code.as_ref().filter(|_| valid).zip(booking.access_window());
    let (code, window) = code.ok_or_else(|| {
        let message = "the booking has no code: it is not confirmed, or its venue gives none";
        Error::conflict("NO_ACCESS_CODE", message)
    })?;
    Ok(Reply::ok(AccessView {
        code: code.reveal().to_owned(),
        valid_from: timestamp_text(window.valid_from),
        valid_until: timestamp_text(window.valid_until),
        lights_on_at: window.lights.map(|(on, _)| timestamp_text(on)),
        lights_off_at: window.lights.map(|(_, off)| timestamp_text(off)),
    }))
}
