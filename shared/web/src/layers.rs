//! What happens around every request.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::{Correlation, Edge, reply::with_meta};

const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
/// The longest correlation id taken from a client.
const CORRELATION_LIMIT: usize = 64;

/// What the gateway knows of a request.
#[derive(Debug, Clone, Default)]
pub struct RequestFacts {
    /// The gateway's name for the request.
    pub request_id: String,
    /// Where it came from.
    pub address: String,
    /// Whom the gateway's authorizer recognised, where one ran.
    pub authorized_account: Option<String>,
    /// The code with which the gateway's authorizer refused the token.
    pub refusal: Option<String>,
}

/// What the edge knows of an answer, for the log line.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// The code of a refusal.
    pub code: Option<&'static str>,
}

/// The outermost layer: names the request, runs it, adds the headers that every answer has.
pub(crate) async fn around(edge: Edge, mut request: Request, next: Next) -> Response {
    let facts = request.extensions().get::<RequestFacts>().cloned().unwrap_or_default();
    let request_id = if facts.request_id.is_empty() {
        kernel::random_uuid().to_string()
    } else {
        facts.request_id
    };
    let chosen = request.headers().get(CORRELATION).and_then(|value| value.to_str().ok());
    let correlation = chosen.filter(|text| is_fit(text)).unwrap_or(&request_id).to_owned();
    request.extensions_mut().insert(Correlation(correlation.clone()));
    let now = edge.clock().now();
    request.extensions_mut().insert(edge);
    let mut response = with_meta(request_id, now, next.run(request)).await;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&correlation) {
        headers.insert(CORRELATION, value);
    }
    // An API's answers are no page's content (OWASP REST security cheat sheet).
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn is_fit(text: &str) -> bool {
    (1..=CORRELATION_LIMIT).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}
