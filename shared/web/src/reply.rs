//! What callers get back: the envelope, the one status map, the headers.

use std::future::Future;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Error, Kind, Page, jiff::Timestamp, timestamp_text};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{Caller, Summary};

/// What a handler answers; `?` turns a rule's error into the response.
pub type Outcome<T> = Result<Reply<T>, Failure>;

/// A refused request on its way out.
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// A fulfilled request on its way out.
#[derive(Debug)]
pub struct Reply<T> {
    status: StatusCode,
    data: Option<T>,
    page: Option<Value>,
    headers: Vec<(header::HeaderName, String)>,
    is_secret: bool,
}

/// Marks an answer that holds a secret, which is shown once and kept nowhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Secret;

impl<T> Reply<T> {
    fn new(status: StatusCode, data: Option<T>) -> Self {
        Self { status, data, page: None, headers: Vec::new(), is_secret: false }
    }

    /// 200 with the thing.
    pub fn ok(data: T) -> Self {
        Self::new(StatusCode::OK, Some(data))
    }

    /// 201 with the new thing and where it is.
    pub fn created(location: impl Into<String>, data: T) -> Self {
        Self::new(StatusCode::CREATED, Some(data)).header(header::LOCATION, location.into())
    }

    /// 202 with what was started and where to look how it goes.
    pub fn accepted(location: impl Into<String>, data: T) -> Self {
        Self::new(StatusCode::ACCEPTED, Some(data)).header(header::LOCATION, location.into())
    }

    /// 202 with what will be tried; there is nowhere to look how it goes.
    pub fn queued(data: T) -> Self {
        Self::new(StatusCode::ACCEPTED, Some(data))
    }

    /// The version for `If-Match`.
    #[must_use]
    pub fn etag(self, version: u64) -> Self {
        self.header(header::ETAG, format!("\"{version}\""))
    }

    /// The answer holds a secret: it is not kept for an `Idempotency-Key`, and a repetition runs again.
    #[must_use]
    pub fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Reply<()> {
    /// 204.
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, None)
    }
}

impl<T> Reply<Vec<T>> {
    /// 200 with a page of a list; `list` is the name that [`Caller::page`] was asked with.
    pub fn page(page: Page<T>, caller: &Caller, list: &str, limit: kernel::PageLimit) -> Self {
        let next_cursor = caller.cursor_of(list, &page);
        let mut reply = Self::new(StatusCode::OK, Some(page.items));
        reply.page = Some(json!({ "limit": limit.get(), "next_cursor": next_cursor }));
        reply
    }
}

/// `{"data": …, "meta": {…}}`, for the documentation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// What was asked for.
    pub data: T,
    /// About the request.
    pub meta: Meta,
}

/// `{"data": […], "meta": {…, "page": {…}}}`, for the documentation.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageEnvelope<T> {
    /// One page of the list.
    pub data: Vec<T>,
    /// About the request and the page.
    pub meta: PageMeta,
}

/// About one request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Meta {
    /// Names the request in our logs.
    pub request_id: String,
    /// When it was answered, RFC 3339.
    #[schema(format = DateTime)]
    pub timestamp: String,
}

/// About one request for a page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageMeta {
    /// Names the request in our logs.
    pub request_id: String,
    /// When it was answered, RFC 3339.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// Where the page ends.
    pub page: PagePosition,
}

/// Where a page ends.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PagePosition {
    /// The most items that this page could hold.
    pub limit: u8,
    /// Ask with it for the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// `{"error": {…}, "meta": {…}}`: every refused request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What is wrong.
    pub error: ProblemDetail,
    /// About the request.
    pub meta: Meta,
}

/// What is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDetail {
    /// Stable; programs decide by it.
    pub code: String,
    /// For people; says what to change.
    pub message: String,
    /// Facts to act on, by code.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
}

tokio::task_local! {
    static META: Meta;
}

/// Runs a request so that everything it answers names it.
pub(crate) async fn with_meta<F: Future>(request_id: String, now: Timestamp, run: F) -> F::Output {
    META.scope(Meta { request_id, timestamp: timestamp_text(now) }, run).await
}

fn meta() -> Value {
    META.try_with(|meta| json!(meta)).unwrap_or(Value::Null)
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let mut response = match self.data {
            None => Response::new(Body::empty()),
            Some(data) => {
                let mut meta = meta();
                if let (Some(page), Value::Object(meta)) = (self.page, &mut meta) {
                    meta.insert("page".to_owned(), page);
                }
                match serde_json::to_vec(&EnvelopeRef { data: &data, meta }) {
                    Ok(body) => json_response(body),
                    Err(cause) => {
                        let error = Error::internal("an answer is not JSON").with_source(cause);
                        return Failure(error).into_response();
                    }
                }
            }
        };
        *response.status_mut() = self.status;
        if self.is_secret {
            response.extensions_mut().insert(Secret);
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

#[derive(Serialize)]
struct EnvelopeRef<'a, T> {
    data: &'a T,
    meta: Value,
}

fn json_response(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The one status map.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Throttled => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = self.0;
        let internal = error.kind() == Kind::Internal;
        if internal || error.kind() == Kind::Unavailable {
            tracing::error!(error = ?error, "request failed");
        }
        let message = if internal {
            "something went wrong on our side; the request id names it in our logs"
        } else {
            error.message()
        };
        let details = error.details().filter(|_| !internal);
        let body = json!({
            "error": { "code": error.code(), "message": message, "details": details },
            "meta": meta(),
        });
        let mut response = json_response(body.to_string().into_bytes());
        *response.status_mut() = status(error.kind());
        if let Some(seconds) = error.retry_after_seconds() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if error.kind() == Kind::Unauthenticated {
            let challenge = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Summary { code: Some(error.code()) });
        response
    }
}
