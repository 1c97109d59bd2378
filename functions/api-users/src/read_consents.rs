//! `GET /v1/users/{account_id}/consents`.

use axum::extract::State;
use futures::future::try_join4;
use kernel::{AccountId, Permission, jiff::Timestamp};
use profiles::{
    Agreement, Audience, Consent, ConsentDocument, DocumentKey, GivenAs, Standing, agreement, store,
};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::acting::{acting_for, club_today};

/// How somebody stands to what the club asks of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Consents {
    /// Whether everything that is required is given.
    complete: bool,
    documents: Vec<ConsentState>,
}

/// How somebody stands to one document.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentState {
    document: DocumentKey,
    title: String,
    /// The version to answer.
    version: u64,
    required: bool,
    #[serde(rename = "for")]
    audience: Audience,
    standing: Standing,
    /// The last answer; null where there is none.
    answer: Option<Answer>,
}

/// An answer to a document.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsentAnswer)]
pub(crate) struct Answer {
    version: u64,
    granted: bool,
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    given_by: AccountId,
    given_as: GivenAs,
}

impl From<&Consent> for Answer {
    fn from(consent: &Consent) -> Self {
        let Consent { version, granted, at, given_by, given_as, .. } = *consent;
        Self { version, granted, at, given_by, given_as }
    }
}

impl ConsentState {
    pub(crate) fn of(document: ConsentDocument, answers: &[Consent]) -> Self {
        let Agreement { standing, last } = agreement(&document, answers);
        let ConsentDocument { document, draft, version, .. } = document;
        Self {
            document,
            title: draft.title,
            version,
            required: draft.required,
            audience: draft.audience,
            standing,
            answer: last.map(Answer::from),
        }
    }
}

/// Read how one stands to what the club asks of one, or how one's child does, or with `profile:read` any
/// member.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/consents",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    responses(
        (status = 200, body = Envelope<Consents>, description = "The documents that are for them."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<Consents> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileRead)).await?;
    let table = app.tenant_table(&caller)?;
    let (documents, answers, profile, today) = Box::pin(try_join4(
        store::documents(&table),
        store::consents(&table, acting.account),
        store::profile(&table, acting.account),
        club_today(&app, &table),
    ))
    .await?;
    let documents: Vec<_> = documents
        .into_iter()
        .filter(|document| document.is_for(&profile, today))
        .map(|document| ConsentState::of(document, &answers))
        .collect();
    let settled = |it: &ConsentState| !it.required || it.standing == Standing::Given;
    Ok(Reply::ok(Consents { complete: documents.iter().all(settled), documents }))
}
