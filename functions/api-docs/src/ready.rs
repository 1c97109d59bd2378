//! Whether the dependencies answer.

use axum::extract::State;
use kernel::Error;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Envelope, Outcome, Problem, Reply};

/// How the dependencies are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// `up`: the table answers.
    #[schema(example = "up")]
    table: &'static str,
}

/// Whether the dependencies answer.
///
/// Reads a key of the table that no item has.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "about",
    responses(
        (status = 200, description = "Requests can be served.", body = Envelope<Readiness>),
        (status = 503, description = "NOT_READY: the table does not answer.", body = Problem),
    )
)]
pub(crate) async fn ready(State(app): State<App>) -> Outcome<Readiness> {
    app.table().platform().ping().await.map_err(|cause| {
        Error::unavailable("NOT_READY", "the table does not answer; try again in a moment")
            .with_source(cause)
    })?;
    Ok(Reply::ok(Readiness { status: "ready", table: "up" }))
}
