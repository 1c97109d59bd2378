//! Whether the process answers.

use serde::Serialize;
use utoipa::ToSchema;
use web::{Envelope, Outcome, Reply};

/// How the process is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, always: whoever is not well does not answer.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of the software.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Whether the process answers.
///
/// Asks nothing of any dependency; for those see `/ready`.
#[utoipa::path(
    get,
    path = "/health",
    tag = "about",
    responses((status = 200, description = "It answers.", body = Envelope<Health>))
)]
pub(crate) async fn health() -> Outcome<Health> {
    Ok(Reply::ok(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}
