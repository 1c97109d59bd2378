//! `GET /v1/audit-log/export`.

use audit::Log;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use garde::Validate;
use kernel::{Error, Result, jiff::Timestamp, timestamp_text};
use runtime::App;
use serde::Deserialize;
use web::{Caller, Failure, Params, Problem};

use crate::list_audit::check_range;

/// A function's answer has 6 MB at most, and one that is no JSON is sent in base64.
const LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// Which records, and where to go on.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Span {
    /// Not before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Only after this sequence, as the `Link` of the answer before has it.
    after: Option<u64>,
}

/// Export the club's audit log, oldest first, one record a line (canonical JSON, RFC 8785).
///
/// A record's `hash` is the SHA-256 of its line without the member `hash`; its `previous` is the hash of
/// the record before. Where there is more, `Link: <…>; rel="next"` (RFC 8288) says how to ask for it.
#[utoipa::path(
    get,
    path = "/v1/audit-log/export",
    tag = "audit",
    params(Span),
    responses(
        (status = 200, body = String, content_type = "application/x-ndjson", description = "The records, about 4 MB at most."),
        (status = 422, body = Problem, description = "RANGE_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    Params(span): Params<Span>,
) -> Result<Response, Failure> {
    check_range(span.from, span.to)?;
    let log = Log::Club(app.tenant_table(&caller)?);
    let after = span.after.unwrap_or(0);
    let (lines, more) = log.export((span.from, span.to), after, LIMIT_BYTES).await?;
    let mut response = lines.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    let name = HeaderValue::from_static("attachment; filename=\"audit-log.ndjson\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    if let Some(after) = more {
        headers.insert(header::LINK, link(&span, after)?);
    }
    Ok(response)
}

fn link(span: &Span, after: u64) -> Result<HeaderValue> {
    let mut target = format!("/v1/audit-log/export?after={after}");
    for (name, instant) in [("from", span.from), ("to", span.to)] {
        if let Some(instant) = instant {
            target = format!("{target}&{name}={}", timestamp_text(instant));
        }
    }
    HeaderValue::from_str(&format!("<{target}>; rel=\"next\""))
        .map_err(|cause| Error::internal("a link is no header").with_source(cause))
}
