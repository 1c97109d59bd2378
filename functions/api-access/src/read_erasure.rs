//! `GET /v1/erasures/{account_id}`.

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::{AccountId, Error, jiff::Timestamp};
use profiles::{Erasure, ErasureStatus, KeptData, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// The certificate of an erasure.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureView {
    /// Whose data it was.
    account_id: AccountId,
    /// Who asked for it.
    requested_by: AccountId,
    status: ErasureStatus,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    completed_at: Option<Timestamp>,
    /// How many items of each kind were removed.
    removed: BTreeMap<String, u64>,
    kept: Vec<KeptData>,
    /// SHA-256 of the certificate; the audit log has it, too. Null until it is completed.
    hash: Option<String>,
}

impl From<Erasure> for ErasureView {
    fn from(erasure: Erasure) -> Self {
        Self {
            account_id: erasure.account_id,
            requested_by: erasure.requested_by,
            status: erasure.status,
            started_at: erasure.started_at,
            completed_at: erasure.completed_at,
            removed: erasure.removed,
            kept: erasure.kept,
            hash: erasure.hash,
        }
    }
}

/// Read the certificate of a person's erasure, the newest where there are several.
#[utoipa::path(
    get,
    path = "/v1/erasures/{account_id}",
    tag = "privacy",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<ErasureView>, description = "The certificate."),
        (status = 404, body = Problem, description = "ERASURE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<ErasureView> {
    let found = store::erasure(&app.tenant_table(&caller)?, account).await?;
    let erasure = found.ok_or_else(|| {
        Error::not_found("ERASURE_NOT_FOUND", "nobody of this id was erased in this club")
    })?;
    Ok(Reply::ok(erasure.into()))
}
