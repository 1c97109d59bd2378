//! The API's description, for programs.

use std::sync::LazyLock;

use axum::{http::HeaderMap, response::Response};

use crate::document::Document;

static DESCRIPTION: LazyLock<Document> =
    LazyLock::new(|| Document::new("application/json", include_str!("../openapi.json").to_owned()));

/// The API's description.
///
/// OpenAPI 3.1, without an envelope. It has an `ETag` and may be kept for five minutes.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "about",
    responses(
        (status = 200, description = "This document.", body = Object),
        (status = 304, description = "What `If-None-Match` names is still this document."),
    )
)]
pub(crate) async fn openapi(asked: HeaderMap) -> Response {
    DESCRIPTION.answer(&asked)
}
