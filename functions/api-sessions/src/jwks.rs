//! `GET /.well-known/jwks.json`.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use runtime::App;
use serde_json::{Value, json};
use web::Failure;

/// Shorter than a new key is published before it signs.
const CACHED: &str = "public, max-age=300";

/// The keys that access tokens are signed with (RFC 7517), without the envelope.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "auth",
    responses((status = 200, body = Object, description = "A JWK set."))
)]
pub(crate) async fn jwks(
    State(app): State<App>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Failure> {
    let keys = app.edge().keys().await?;
    Ok(([(header::CACHE_CONTROL, CACHED)], Json(json!(keys.jwks()))))
}
