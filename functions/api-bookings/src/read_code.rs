//! `GET /v1/bookings/{booking_id}/code`.

use axum::extract::State;
use kernel::{BookingId, Error, timestamp_text};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::participants::check_plays;

/// What players show at the desk.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingCode)]
pub(crate) struct CodeView {
    booking_id: BookingId,
    /// Eight letters and digits, to be shown as a QR code of `<booking_id>.<code>`.
    #[schema(example = "7Q2M9XKC")]
    code: String,
    /// Check-in opens.
    #[schema(format = DateTime)]
    opens_at: String,
    /// The last moment to check in.
    #[schema(format = DateTime)]
    closes_at: String,
}

/// The code that whoever plays shows at the desk to check in.
#[utoipa::path(
    get,
    path = "/v1/bookings/{booking_id}/code",
    tag = "bookings",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<CodeView>, description = "Good for this booking alone."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "NO_CHECK_IN_CODE: it is not confirmed, or its venue asks for none."),
    )
)]
pub(crate) async fn read_code(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<CodeView> {
    let table = app.tenant_table(&caller)?;
    let booking = booking::booking(&table, id).await?;
    check_plays(&table, &caller, &booking, app.clock().now()).await?;
    let valid = booking.status.has_slots();
    let code = booking.check_in_code.as_ref().filter(|_| valid).zip(booking.terms.check_in);
    let (code, terms) = code.ok_or_else(|| {
        let message = "the booking has no code: it is not confirmed, or its venue asks for none";
        Error::conflict("NO_CHECK_IN_CODE", message)
    })?;
    let (opens, closes) = terms.window(booking.starts_at, booking.ends_at);
    Ok(Reply::ok(CodeView {
        booking_id: id,
        code: code.reveal().to_owned(),
        opens_at: timestamp_text(opens),
        closes_at: timestamp_text(closes),
    }))
}
