//! `GET /v1/consent-documents/{document}/versions/{version}`.

use axum::extract::State;
use profiles::{DocumentKey, document_not_found, store};
use runtime::App;
use web::{Caller, Envelope, Ids, Outcome, Problem, Reply};

use crate::publish_document::DocumentView;

/// Read what a document said, in any of its versions: what somebody agreed to.
#[utoipa::path(
    get,
    path = "/v1/consent-documents/{document}/versions/{version}",
    tag = "users",
    params(("document" = DocumentKey, Path), ("version" = u64, Path)),
    responses(
        (status = 200, body = Envelope<DocumentView>, description = "As it was."),
        (status = 404, body = Problem, description = "CONSENT_DOCUMENT_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Ids(name, version): Ids<DocumentKey, u64>,
) -> Outcome<DocumentView> {
    let table = app.tenant_table(&caller)?;
    let found = store::document_version(&table, &name, version).await?;
    Ok(Reply::ok(found.map(DocumentView::from).ok_or_else(document_not_found)?))
}
