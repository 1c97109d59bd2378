//! `GET /v1/exports/{export_id}`.

use std::time::Duration;

use axum::extract::State;
use kernel::{AccountId, ExportId, Permission, jiff::Timestamp};
use profiles::{Export, ExportStatus, export_not_found, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// How long an address of the file is good.
const GOOD_FOR: Duration = Duration::from_hours(1);

/// An export.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportView {
    id: ExportId,
    /// Whose data it is.
    account_id: AccountId,
    status: ExportStatus,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    requested_at: Timestamp,
    /// When it is dropped.
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    expires_at: Timestamp,
    /// The file's length.
    bytes: Option<u64>,
    /// Where the file is fetched, for an hour; whoever has it can. Null while there is none.
    url: Option<String>,
}

impl ExportView {
    pub(crate) fn new(export: &Export, url: Option<String>) -> Self {
        let Export { id, account_id, status, requested_at, expires_at, bytes, .. } = *export;
        Self { id, account_id, status, requested_at, expires_at, bytes, url }
    }
}

/// Read how far an export is, and where its file is fetched.
///
/// One's own; of others only with the permission `profile:erase`.
#[utoipa::path(
    get,
    path = "/v1/exports/{export_id}",
    tag = "privacy",
    params(("export_id" = ExportId, Path)),
    responses(
        (status = 200, body = Envelope<ExportView>, description = "As of this moment."),
        (status = 404, body = Problem, description = "EXPORT_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ExportId>,
) -> Outcome<ExportView> {
    let table = app.tenant_table(&caller)?;
    let export = store::export(&table, id, app.clock().now()).await?;
    if export.account_id != caller.account() && !caller.may(Permission::ProfileErase) {
        return Err(export_not_found().into());
    }
    let url = match export.status {
        ExportStatus::Ready => {
            let file = export.file_key(caller.club()?);
            Some(app.storage()?.sign_download(&file, GOOD_FOR).await?)
        }
        _ => None,
    };
    Ok(Reply::ok(ExportView::new(&export, url)))
}
