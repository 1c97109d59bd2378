//! `GET /v1/bookings/{booking_id}/code`.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use garde::Validate;
use kernel::{BookingId, Error, timestamp_text};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Failure, Id, Params, Problem, Reply};

use crate::{participants::check_plays, qr::picture};

const SVG: &str = "image/svg+xml";

/// As what the code is wanted.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Wanted {
    /// `svg` is the same as to accept `image/svg+xml`.
    format: Option<Format>,
}

/// A kind of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingCodeFormat)]
pub(crate) enum Format {
    /// The code with its window.
    Json,
    /// A QR code to be shown.
    Svg,
}

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

/// The code that whoever plays shows at the desk to check in: as JSON, or as a QR code of `<booking_id>.<code>`.
#[utoipa::path(
    get,
    path = "/v1/bookings/{booking_id}/code",
    tag = "bookings",
    params(("booking_id" = BookingId, Path), Wanted),
    responses(
        (
            status = 200,
            content((Envelope<CodeView> = "application/json"), (String = "image/svg+xml")),
            description = "Good for this booking alone.",
        ),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "NO_CHECK_IN_CODE: it is not confirmed, or its venue asks for none."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn read_code(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Params(wanted): Params<Wanted>,
    asked: HeaderMap,
) -> Result<Response, Failure> {
    let table = app.tenant_table(&caller)?;
    let booking = booking::booking(&table, id).await?;
    check_plays(&table, &caller, &booking, app.clock().now()).await?;
    let valid = booking.status.has_slots();
    let code = booking.check_in_code.as_ref().filter(|_| valid).zip(booking.terms.check_in);
    let (code, terms) = code.ok_or_else(|| {
        let message = "the booking has no code: it is not confirmed, or its venue asks for none";
        Error::conflict("NO_CHECK_IN_CODE", message)
    })?;
    let accepted = asked.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let as_picture = wanted.format.map_or_else(
        || accepted.is_some_and(|accepted| accepted.starts_with(SVG)),
        |format| format == Format::Svg,
    );
    if as_picture {
        let picture = picture(&format!("{id}.{}", code.reveal()))?;
        let headers = [(header::CONTENT_TYPE, SVG), (header::CACHE_CONTROL, "no-store")];
        return Ok((headers, picture).into_response());
    }
    let (opens, closes) = terms.window(booking.starts_at, booking.ends_at);
    let view = CodeView {
        booking_id: id,
        code: code.reveal().to_owned(),
        opens_at: timestamp_text(opens),
        closes_at: timestamp_text(closes),
    };
    Ok(Reply::ok(view).into_response())
}
