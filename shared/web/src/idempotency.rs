//! `Idempotency-Key` on POST (draft-ietf-httpapi-idempotency-key-header): the same key and body get the
//! same answer for 24 hours.
//!
//! Kept at `T#<club>#IDEMPOTENCY#<account>#<hash>` (an operator's at `P#…`). The claim is a conditional
//! put, so of many identical requests at once one runs and the rest hear 409. A request that fails on our
//! side (5xx) forgets its claim, and so does one whose answer is a secret. A process that dies leaves a claim that lapses after its function's timeout.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::BodyExt;
use kernel::{Error, Result, jiff::SignedDuration, timestamp_text};
use serde::{Deserialize, Serialize};
use table::{Attempt, Condition, Engine, Key, Write, read_item};

use crate::{Caller, Edge, Failure, body::BODY_LIMIT_BYTES, reply::Secret};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_LIMIT: usize = 255;
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Longer than any API function may run.
const LOCKED: SignedDuration = SignedDuration::from_secs(15);
/// An item holds 400 KB; an answer larger than this is not kept, and the key is free again.
const ANSWER_LIMIT_BYTES: usize = 300 * 1024;
/// Headers that an answer is replayed with.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];

#[derive(Serialize, Deserialize)]
struct Record {
    request_hash: String,
    /// Of one try: two tries of the same request never hold the same claim.
    claim: String,
    locked_until: String,
    answer: Option<Answer>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Runs the request once for its key; without a key, or for another method than POST, just runs it.
pub(crate) async fn once(edge: &Edge, caller: &Caller, request: Request, next: Next) -> Response {
    let key = request.headers().get(&KEY).cloned();
    let Some(key) = key.filter(|_| request.method() == Method::POST) else {
        return next.run(request).await;
    };
    guarded(edge, caller, &key, request, next)
        .await
        .unwrap_or_else(|error| Failure(error).into_response())
}

async fn guarded(
    edge: &Edge,
    caller: &Caller,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response> {
    if !(1..=KEY_LIMIT).contains(&key.len()) {
        return Err(Error::malformed(
            "IDEMPOTENCY_KEY_INVALID",
            "Idempotency-Key must have 1 to 255 characters",
        ));
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT_BYTES)
        .await
        .map_err(|_| Error::too_large("BODY_TOO_LARGE", "the body is larger than 1 MiB"))?;
    let target = format!("{}\n", parts.uri);
    // Keyed: a body may hold a password, and a plain hash of it could be guessed at.
    let keys = edge.keys().await?;
    let request = [target.as_bytes(), &body].concat();
    let request_hash = URL_SAFE_NO_PAD.encode(hmac::sign(&keys.cursor, &request));
    let place = Place::of(edge, caller, &hash(&[key.as_bytes()]));
    let claim = match place.claim(edge, &request_hash).await? {
        Claim::Ours(claim) => claim,
        Claim::Answered(answer) => return Ok(replay(answer)),
    };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    place.settle(edge, &claim, &request_hash, response).await
}

/// The request's `Idempotency-Key` as a part of a name: whoever sends the same one again gets the same. A request
/// without one has none.
#[derive(Debug)]
pub struct RequestKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for RequestKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let own = caller.account().to_string();
        let key = parts.headers.get(&KEY);
        Ok(Self(key.map(|key| hash(&[own.as_bytes(), b"\n", key.as_bytes()]))))
    }
}

enum Claim {
    Ours(String),
    Answered(Answer),
}

struct Place {
    engine: Engine,
    key: Key,
}

impl Place {
    fn of(edge: &Edge, caller: &Caller, hash: &str) -> Self {
        let name = format!("IDEMPOTENCY#{}#{hash}", caller.account());
        if let Ok(tenant) = caller.tenant() {
            let table = edge.table().tenant(tenant);
            Self { key: table.key(name, "IDEMPOTENCY"), engine: (*table).clone() }
        } else {
            let table = edge.table().platform();
            Self { key: table.key(name, "IDEMPOTENCY"), engine: (*table).clone() }
        }
    }

    async fn claim(&self, edge: &Edge, request_hash: &str) -> Result<Claim> {
        let now = edge.clock().now();
        let record = Record {
            request_hash: request_hash.to_owned(),
            claim: kernel::random_uuid().to_string(),
            locked_until: timestamp_text(now + LOCKED),
            answer: None,
        };
        let lapsed = Condition::absent("answer").and(Condition::at_most("locked_until", now));
        // The table drops expired items late, so a record past its time counts as absent.
        let free = Condition::any([
            Condition::absent("PK"),
            Condition::at_most("ttl", now.as_second()),
            lapsed.and(Condition::equals("request_hash", request_hash)),
        ]);
        let write =
            Write::put(self.key.clone(), "idempotency", &record)?.expiring(now + KEPT).when(free);
        let old = match self.engine.attempt(write).await? {
            Attempt::Done(_) => return Ok(Claim::Ours(record.claim)),
            Attempt::Refused(old) => old,
        };
        let Some(old) = old.map(read_item::<Record>).transpose()? else { return Err(in_flight()) };
        if old.request_hash != request_hash {
            return Err(Error::invalid(
                "IDEMPOTENCY_KEY_REUSED",
                "this Idempotency-Key was used with another request; choose a new one",
            ));
        }
        old.answer.map(Claim::Answered).ok_or_else(in_flight)
    }

    async fn settle(
        &self,
        edge: &Edge,
        claim: &str,
        request_hash: &str,
        response: Response,
    ) -> Result<Response> {
        let (parts, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .map_err(|cause| Error::internal("an answer has no body").with_source(cause))?
            .to_bytes();
        let ours = Condition::equals("claim", claim);
        let now = edge.clock().now();
        let is_secret = parts.extensions.get::<Secret>().is_some();
        let keep =
            !parts.status.is_server_error() && !is_secret && body.len() <= ANSWER_LIMIT_BYTES;
        let write = if keep {
            let record = Record {
                request_hash: request_hash.to_owned(),
                claim: claim.to_owned(),
                locked_until: timestamp_text(now),
                answer: Some(answer(&parts, &body)),
            };
            Write::put(self.key.clone(), "idempotency", &record)?.expiring(now + KEPT)
        } else {
            Write::delete(self.key.clone())
        };
        // The request is done; a record that cannot be kept must not turn it into a failure.
        if let Err(error) = self.engine.attempt(write.when(ours)).await {
            tracing::warn!(error = ?error, "an idempotency record was not kept");
        }
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

fn in_flight() -> Error {
    Error::conflict(
        "IDEMPOTENCY_IN_FLIGHT",
        "the first request with this Idempotency-Key is still running; try again in a moment",
    )
    .retry_after(1)
}

fn answer(parts: &axum::http::response::Parts, body: &Bytes) -> Answer {
    let headers = KEPT_HEADERS
        .iter()
        .filter_map(|name| {
            let value = parts.headers.get(name)?.to_str().ok()?;
            Some((name.to_string(), value.to_owned()))
        })
        .collect();
    Answer {
        status: parts.status.as_u16(),
        headers,
        body: String::from_utf8_lossy(body).into_owned(),
    }
}

fn replay(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn hash(parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &parts.concat()))
}
