//! The stand-in's bucket: puts, copies, heads, gets and deletes, addressed by path. Signed addresses are
//! checked as S3 does (Signature Version 4 in the query, its published algorithm), so that a test sees
//! what a client may change of them: nothing.

use std::{collections::BTreeMap, fmt::Write};

use aws_lc_rs::{digest, hmac};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};

/// The one bucket.
pub(crate) const BUCKET: &str = "clubpulse-test-files";
/// What the test's credentials have as their secret.
const SECRET: &str = "test";

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its media type.
    pub content_type: String,
    /// Itself.
    pub content: Vec<u8>,
}

impl Object {
    fn etag(&self) -> String {
        format!("\"{}\"", &hex(digest::digest(&digest::SHA256, &self.content).as_ref())[..32])
    }
}

/// The key that a path names, if it is the bucket's.
pub(crate) fn key(uri: &Uri) -> Option<&str> {
    uri.path().strip_prefix('/')?.strip_prefix(BUCKET)?.strip_prefix('/')
}

pub(crate) fn answer(
    objects: &mut BTreeMap<String, Object>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    if uri.query().is_some_and(|query| query.contains("X-Amz-Signature="))
        && !is_signed(method, uri, headers)
    {
        return refusal(StatusCode::FORBIDDEN, "SignatureDoesNotMatch");
    }
    let key = key(uri).unwrap_or_default().to_owned();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match *method {
        Method::PUT => {
            if let Some(source) = text("x-amz-copy-source") {
                return copy(objects, source, text("x-amz-copy-source-if-match"), key);
            }
            let content_type = text("content-type").unwrap_or("binary/octet-stream").to_owned();
            let object = Object { content_type, content: body.to_vec() };
            let response = with_facts(&object, Body::empty());
            objects.insert(key, object);
            response
        }
        Method::DELETE => {
            objects.remove(&key);
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        // As for a role that may not list the bucket.
        _ => match objects.get(&key) {
            None => refusal(StatusCode::FORBIDDEN, "AccessDenied"),
            Some(object) if method == Method::HEAD => {
                let mut response = with_facts(object, Body::empty());
                response.headers_mut().insert(header::CONTENT_LENGTH, object.content.len().into());
                response
            }
            Some(object) => with_facts(object, Body::from(object.content.clone())),
        },
    }
}

fn copy(
    objects: &mut BTreeMap<String, Object>,
    source: &str,
    if_match: Option<&str>,
    to: String,
) -> Response {
    let source = source.trim_start_matches('/').strip_prefix(BUCKET).unwrap_or_default();
    let Some(object) = objects.get(source.trim_start_matches('/')).cloned() else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    if if_match.is_some_and(|etag| etag != object.etag()) {
        return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    let etag = object.etag().replace('"', "&quot;");
    objects.insert(to, object);
    xml(&format!("<CopyObjectResult><ETag>{etag}</ETag></CopyObjectResult>"))
}

fn with_facts(object: &Object, body: Body) -> Response {
    let mut response = Response::new(body);
    let text = |text: &str| HeaderValue::from_str(text).expect("a header value");
    response.headers_mut().insert(header::CONTENT_TYPE, text(&object.content_type));
    response.headers_mut().insert(header::ETAG, text(&object.etag()));
    response
}

fn xml(text: &str) -> Response {
    let mut response = Response::new(Body::from(text.to_owned()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let mut response = xml(&format!("<Error><Code>{code}</Code></Error>"));
    *response.status_mut() = status;
    response
}

/// Whether the signature in the query is of this request (AWS Signature Version 4, query parameters).
fn is_signed(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let query = uri.query().unwrap_or_default();
    let mut pairs: Vec<_> =
        query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    pairs.sort_unstable();
    let value = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let signed_headers = value("X-Amz-SignedHeaders");
    let mut canonical = format!("{method}\n{}\n{}\n", uri.path(), pairs.join("&"));
    for name in signed_headers.split(';') {
        let sent = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        writeln!(canonical, "{name}:{}", sent.trim()).expect("room in a string");
    }
    canonical = format!("{canonical}\n{signed_headers}\nUNSIGNED-PAYLOAD");
    let hashed = hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let credential = value("X-Amz-Credential");
    let scope: Vec<_> = credential.split('/').skip(1).collect();
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{}\n{}\n{hashed}", value("X-Amz-Date"), scope.join("/"));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope.iter().copied().chain([&*to_sign]) {
        let signing = hmac::Key::new(hmac::HMAC_SHA256, &key);
        key = hmac::sign(&signing, part.as_bytes()).as_ref().to_vec();
    }
    hex(&key) == value("X-Amz-Signature")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("room in a string");
        text
    })
}
