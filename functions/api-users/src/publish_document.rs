//! `PUT /v1/consent-documents/{document}`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::{Error, jiff::Timestamp, same_version};
use profiles::{Audience, ConsentDocument, DocumentDraft, DocumentKey, store};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

/// Most documents of a club.
const DOCUMENTS_LIMIT: usize = 20;

/// A document as it is to be. It has a text, an address where it can be read, or both.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct PublishDocument {
    /// 1 to 100 characters.
    title: String,
    /// `https://…`, at most 500 bytes.
    url: Option<String>,
    /// At most 20,000 characters.
    text: Option<String>,
    /// Whether the club asks everybody it is for to agree.
    required: bool,
    #[serde(rename = "for")]
    audience: Audience,
}

/// One version of a document.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsentDocument)]
pub(crate) struct DocumentView {
    document: DocumentKey,
    version: u64,
    title: String,
    url: Option<String>,
    text: Option<String>,
    required: bool,
    #[serde(rename = "for")]
    audience: Audience,
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
}

impl From<ConsentDocument> for DocumentView {
    fn from(document: ConsentDocument) -> Self {
        let ConsentDocument { document, draft, published_at, version } = document;
        let DocumentDraft { title, url, text, required, audience } = draft;
        Self { document, version, title, url, text, required, audience, published_at }
    }
}

/// Say what the club asks people to agree to. What changes makes the next version, which everybody is asked
/// about again; versions before are kept, because consents name them.
#[utoipa::path(
    put,
    path = "/v1/consent-documents/{document}",
    tag = "users",
    params(
        ("document" = DocumentKey, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = PublishDocument,
    responses(
        (status = 200, body = Envelope<DocumentView>, description = "As it is now, with its ETag."),
        (status = 409, body = Problem, description = "TOO_MANY_DOCUMENTS: at most 20."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn publish(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id<DocumentKey>,
    IfMatch(version): IfMatch,
    Body(input): Body<PublishDocument>,
) -> Outcome<DocumentView> {
    let table = app.tenant_table(&caller)?;
    let PublishDocument { title, url, text, required, audience } = input;
    let draft = DocumentDraft { title, url, text, required, audience };
    draft.check()?;
    let all = store::documents(&table).await?;
    let count = all.len();
    let before = all.into_iter().find(|document| document.document == name);
    let known = before.as_ref().map_or(0, |document| document.version);
    same_version(version, known, "the document")?;
    if before.is_none() && count >= DOCUMENTS_LIMIT {
        let message = format!("a club has at most {DOCUMENTS_LIMIT} documents");
        return Err(Error::conflict("TOO_MANY_DOCUMENTS", message).into());
    }
    let document = match before {
        Some(same) if same.draft == draft => same,
        _ => {
            let published_at = app.clock().now();
            let next = ConsentDocument { document: name, draft, published_at, version: known + 1 };
            let told = Entry::new(caller.origin(), "consent_document.published", &next.document);
            let told = told.making(&serde_json::json!({ "version": next.version }))?;
            audit::write(&table, told, published_at, store::publish(&table, &next)?).await?;
            next
        }
    };
    let version = document.version;
    Ok(Reply::ok(DocumentView::from(document)).etag(version))
}
