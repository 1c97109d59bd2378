//! `GET /v1/consent-documents`.

use axum::extract::State;
use profiles::store;
use runtime::App;
use web::{Caller, Envelope, Outcome, Reply};

use crate::publish_document::DocumentView;

/// List what the club asks people to agree to, as it is now.
#[utoipa::path(
    get,
    path = "/v1/consent-documents",
    tag = "users",
    responses((status = 200, body = Envelope<Vec<DocumentView>>, description = "All of them."))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Outcome<Vec<DocumentView>> {
    let documents = store::documents(&app.tenant_table(&caller)?).await?;
    Ok(Reply::ok(documents.into_iter().map(DocumentView::from).collect()))
}
