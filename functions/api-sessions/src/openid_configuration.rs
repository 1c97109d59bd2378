//! `GET /.well-known/openid-configuration`.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use kernel::Claims;
use runtime::App;
use serde_json::{Value, json};
use web::Failure;

const CACHED: &str = "public, max-age=3600";

/// Where verifiers of our access tokens find the keys (RFC 8414, `OpenID` Connect Discovery 1.0 section 3),
/// without the envelope.
///
/// It names no `token_endpoint`, since tokens are not asked for in OAuth's forms: see `/docs`.
#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration",
    tag = "auth",
    responses((status = 200, body = Object, description = "The issuer's metadata."))
)]
pub(crate) async fn configuration(
    State(app): State<App>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Failure> {
    let issuer = app.config().public_base_url()?;
    let metadata = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "service_documentation": format!("{issuer}/docs"),
        "response_types_supported": [],
        "grant_types_supported": [],
        "scopes_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": [
            "iss", "aud", "sub", "exp", "iat", "sid", "amr", "auth_time", "club", "roles",
            "permissions", "venues", "mfa",
        ],
        "access_token_audience": Claims::AUDIENCE,
        "access_token_type": Claims::TOKEN_TYPE,
    });
    Ok(([(header::CACHE_CONTROL, CACHED)], Json(metadata)))
}
