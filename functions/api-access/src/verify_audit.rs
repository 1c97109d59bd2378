//! `GET /v1/audit-log/verify`.

use audit::{Break, Log};
use axum::extract::State;
use garde::Validate;
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Params, Problem, Reply};

/// From where.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Span {
    /// The sequence to begin with; 1 if absent. A long log is verified in several calls.
    from_sequence: Option<u64>,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditVerdict {
    /// Whether every record read is good and in its place.
    intact: bool,
    /// How many good records were read.
    records: u64,
    /// The first fault, if there is one.
    first_broken: Option<Break>,
    /// The sequence of the last good record; 0 where there is none.
    last_sequence: u64,
    /// Its hash. Note it outside the platform: it proves later that nothing before was rewritten.
    last_hash: String,
    /// Ask with it for the rest of a long log; null at the end.
    next_from_sequence: Option<u64>,
}

/// Verify the chain of the club's audit log.
///
/// It finds a record that was removed, changed, inserted or moved, and an end that was cut off.
#[utoipa::path(
    get,
    path = "/v1/audit-log/verify",
    tag = "audit",
    params(Span),
    responses(
        (status = 200, body = Envelope<AuditVerdict>, description = "What was found; also where the log is broken."),
        (status = 422, body = Problem, description = "SEQUENCE_OUT_OF_RANGE, QUERY_INVALID."),
    )
)]
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
    Params(span): Params<Span>,
) -> Outcome<AuditVerdict> {
    let log = Log::Club(app.tenant_table(&caller)?);
    let verdict = log.verify(span.from_sequence.unwrap_or(1)).await?;
    Ok(Reply::ok(AuditVerdict {
        intact: verdict.broken.is_none(),
        records: verdict.records,
        first_broken: verdict.broken,
        last_sequence: verdict.last_sequence,
        last_hash: verdict.last_hash,
        next_from_sequence: verdict.next_sequence,
    }))
}
