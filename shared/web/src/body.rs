//! What callers send, as domain types. Every refusal names all that is wrong, with its path.

use std::{fmt::Display, str::FromStr};

use axum::{
    RequestPartsExt,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{header, request::Parts},
};
use garde::Validate;
use kernel::{Error, Violation};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::Failure;

/// The largest body taken, in bytes.
pub(crate) const BODY_LIMIT_BYTES: usize = 1024 * 1024;

/// A JSON body: 400 where it is not JSON, 422 where it breaks a rule.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// The query: 422 where it breaks a rule.
#[derive(Debug)]
pub struct Params<T>(pub T);

/// The one id of the path. A text that is no id names nothing: 404.
#[derive(Debug)]
pub struct Id<T>(pub T);

/// The two ids of the path, outer first.
#[derive(Debug)]
pub struct Ids<A, B>(pub A, pub B);

/// The version of `If-Match`, as `Reply::etag` gave it; `None` where the header is missing or `*`.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<u64>);

impl<S: Send + Sync, T: DeserializeOwned + Validate<Context = ()>> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let is_json = content_type.and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        });
        if !is_json {
            return Err(Failure(Error::malformed(
                "CONTENT_TYPE_NOT_JSON",
                "send the body as JSON, with Content-Type: application/json",
            )));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Error::too_large("BODY_TOO_LARGE", "the body is larger than 1 MiB"))?;
        Ok(Self(read_body(&bytes)?))
    }
}

fn read_body<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|cause| {
        // An enum that meets a number or a boolean calls good JSON bad.
        if cause.inner().is_data() || serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            return Error::invalid("BODY_INVALID", "the body does not have the expected fields")
                .with_details(serde_json::json!({ "violations": [violation(&cause)] }));
        }
        not_json(cause.inner())
    })?;
    reader.end().map_err(|cause| not_json(&cause))?;
    validate(&value)?;
    Ok(value)
}

fn not_json(cause: &serde_json::Error) -> Error {
    Error::malformed(
        "BODY_NOT_JSON",
        format!("the body is not JSON (line {}, column {})", cause.line(), cause.column()),
    )
}

fn violation<E: Display>(cause: &serde_path_to_error::Error<E>) -> Violation {
    let path = cause.path().to_string();
    let text = cause.inner().to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    Violation { path: if path == "." { String::new() } else { path }, message }
}

fn validate<T: Validate<Context = ()>>(value: &T) -> Result<(), Error> {
    value.validate().map_err(|report| {
        let violations: Vec<_> = report
            .iter()
            .map(|(path, error)| Violation {
                path: path.to_string(),
                message: error.message().to_string(),
            })
            .collect();
        Error::violations(&violations)
    })
}

impl<S: Send + Sync, T: DeserializeOwned + Validate<Context = ()>> FromRequestParts<S>
    for Params<T>
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Query(value) = Query::<T>::try_from_uri(&parts.uri).map_err(|cause| {
            let source = std::error::Error::source(&cause).map(ToString::to_string);
            let violation = Violation {
                path: "query".to_owned(),
                message: source.unwrap_or_else(|| cause.to_string()),
            };
            Error::invalid("QUERY_INVALID", "the query does not have the expected parameters")
                .with_details(serde_json::json!({ "violations": [violation] }))
        })?;
        validate(&value)?;
        Ok(Self(value))
    }
}

fn no_such_path() -> Failure {
    Failure(Error::not_found("NOT_FOUND", "there is nothing of that id"))
}

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Path(text) = parts.extract::<Path<String>>().await.map_err(|_| no_such_path())?;
        text.parse().map(Self).map_err(|_| no_such_path())
    }
}

impl<S: Send + Sync, A: FromStr + Send, B: FromStr + Send> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Path((outer, inner)) =
            parts.extract::<Path<(String, String)>>().await.map_err(|_| no_such_path())?;
        match (outer.parse(), inner.parse()) {
            (Ok(outer), Ok(inner)) => Ok(Self(outer, inner)),
            _ => Err(no_such_path()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Some(header) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = header.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let version = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        version.and_then(|version| version.parse().ok()).map(|version| Self(Some(version))).ok_or(
            Failure(Error::stale(
                "STALE_VERSION",
                "If-Match must be the ETag of what you read; read it again",
            )),
        )
    }
}
