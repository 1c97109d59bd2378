//! `POST /v1/users/import`.

use audit::Entry;
use axum::extract::State;
use futures::{StreamExt, TryStreamExt, stream};
use garde::Validate;
use identity::Actor;
use kernel::{AccountId, Email, Permission, Result};
use runtime::App;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::imported::{Imported, ImportedMember, Importing, Refused, check};

/// The most rows of one request.
const ROWS_LIMIT: usize = 500;
/// How many rows are written at once.
const AT_ONCE: usize = 8;

/// Whom the club brings along from elsewhere.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Import {
    /// Each is judged by itself: one that is wrong hinders no other.
    #[garde(length(min = 1, max = ROWS_LIMIT))]
    #[schema(value_type = Vec<ImportedMember>)]
    members: Vec<Value>,
}

/// What became of the rows.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportReport {
    created: usize,
    joined: usize,
    already_member: usize,
    invalid: usize,
    /// In the order of the request.
    rows: Vec<ImportedRow>,
}

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowOutcome {
    /// An account was made, and it is a member.
    Created,
    /// There was an account of that address, which is a member now. Its password and name stay its own.
    Joined,
    /// Nothing was to be done.
    AlreadyMember,
    /// The row is wrong; code and message say how.
    Invalid,
}

/// What became of one row.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportedRow {
    /// Which row, from 0.
    index: usize,
    email: Option<Email>,
    outcome: RowOutcome,
    /// `ROW_INVALID`, `DUPLICATE_ROW`, `ROLE_UNKNOWN` or `GRANT_EXCEEDS_OWN`.
    code: Option<&'static str>,
    message: Option<String>,
    account_id: Option<AccountId>,
}

/// Bring up to 500 members along from elsewhere, with the hashes of their passwords.
///
/// Doing it again changes nothing, so that a request without an answer can be repeated. Nobody is written to,
/// addresses are not verified, and nobody gets roles that the caller lacks.
#[utoipa::path(
    post,
    path = "/v1/users/import",
    tag = "members",
    request_body = Import,
    responses(
        (status = 200, body = Envelope<ImportReport>, description = "What became of each row."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, STEP_UP_REQUIRED."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
        (status = 503, body = Problem, description = "IMPORT_OVERTAKEN, DATABASE_UNAVAILABLE: repeat."),
    )
)]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<Import>,
) -> Outcome<ImportReport> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::MemberManage).await?;
    let locale = tenancy::store::settings(&table).await?.locale;
    let importing = Importing {
        platform: app.table().platform(),
        table: table.clone(),
        locale,
        now: app.clock().now(),
    };
    let checked = check(&actor, input.members);
    let rows: Vec<_> = stream::iter(checked.into_iter().enumerate())
        .map(|(index, row)| carry_out(&importing, index, row))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let (report, now) = (report(rows), app.clock().now());
    let counts = serde_json::json!({ "created": report.created, "joined": report.joined });
    // Rows stand by themselves, so the record comes after them: a repetition adds another.
    let told = Entry::new(caller.origin(), "members.imported", caller.club()?).making(&counts)?;
    audit::write(&table, told, now, Vec::new()).await?;
    Ok(Reply::ok(report))
}

async fn carry_out(
    importing: &Importing,
    index: usize,
    row: Result<ImportedMember, Refused>,
) -> Result<ImportedRow> {
    let row = match row {
        Ok(row) => row,
        Err(Refused { email, code, message }) => {
            let (code, message) = (Some(code), Some(message));
            let outcome = RowOutcome::Invalid;
            return Ok(ImportedRow { index, email, outcome, code, message, account_id: None });
        }
    };
    let (outcome, account) = match importing.bring(&row).await? {
        Imported::Created(account) => (RowOutcome::Created, account),
        Imported::Joined(account) => (RowOutcome::Joined, account),
        Imported::AlreadyMember(account) => (RowOutcome::AlreadyMember, account),
    };
    let (email, account_id) = (Some(row.email), Some(account));
    Ok(ImportedRow { index, email, outcome, code: None, message: None, account_id })
}

fn report(rows: Vec<ImportedRow>) -> ImportReport {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    ImportReport {
        created: count(RowOutcome::Created),
        joined: count(RowOutcome::Joined),
        already_member: count(RowOutcome::AlreadyMember),
        invalid: count(RowOutcome::Invalid),
        rows,
    }
}
