//! `GET /v1/audit-log`.

use audit::{Filter, Log, Record};
use axum::extract::State;
use garde::Validate;
use kernel::{AccountId, AuditRecordId, Error, Result, SessionId, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

const ACTION_LIMIT: usize = 60;
const TARGET_LIMIT: usize = 100;

/// Which records, and which page of them.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Question {
    /// What this account did.
    actor: Option<AccountId>,
    /// Actions that begin so: `member.` or `member.suspended`.
    #[garde(length(bytes, max = ACTION_LIMIT))]
    action: Option<String>,
    /// What was done to this: an account's id for instance.
    #[garde(length(bytes, max = TARGET_LIMIT))]
    target: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// A record of the audit log.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditRecordView {
    id: AuditRecordId,
    /// Its place in the chain, from 1.
    sequence: u64,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    at: Timestamp,
    /// Who did it.
    actor: AccountId,
    /// In which session; null where a program or the platform did it.
    session: Option<SessionId>,
    /// `member.suspended` for instance.
    action: String,
    /// What it was done to.
    target: String,
    /// The changed fields as they were.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// The changed fields as they are.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// The address that the request came from.
    address: String,
    /// The `X-Correlation-Id` of the request.
    correlation: String,
    /// SHA-256 of the record with the hash before it, in hexadecimal.
    hash: String,
}

impl From<Record> for AuditRecordView {
    fn from(record: Record) -> Self {
        let read = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            id: record.id,
            sequence: record.sequence,
            at: record.at,
            actor: record.actor,
            session: record.session,
            action: record.action,
            target: record.target,
            before: read(record.before),
            after: read(record.after),
            address: record.address,
            correlation: record.correlation,
            hash: record.hash,
        }
    }
}

/// List the club's audit log, newest first.
///
/// A page may have fewer records than its limit, even none, and still have a next one.
#[utoipa::path(
    get,
    path = "/v1/audit-log",
    tag = "audit",
    params(Question),
    responses(
        (status = 200, body = PageEnvelope<AuditRecordView>, description = "One page."),
        (status = 422, body = Problem, description = "RANGE_INVALID, LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(question): Params<Question>,
) -> Outcome<Vec<AuditRecordView>> {
    check_range(question.from, question.to)?;
    let filter = Filter {
        actor: question.actor,
        action: question.action,
        target: question.target,
        from: question.from,
        to: question.to,
    };
    // A cursor is of one question alone.
    let list = format!("audit.{filter:?}");
    let request = caller.page(&list, question.limit, question.cursor.as_deref())?;
    let limit = request.limit;
    let records = Log::Club(app.tenant_table(&caller)?).list(&filter, request).await?;
    Ok(Reply::page(records.map(AuditRecordView::from), &caller, &list, limit))
}

/// A span of time has a beginning and then an end: 422, `RANGE_INVALID`.
pub(crate) fn check_range(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => {
            Err(Error::invalid("RANGE_INVALID", "`from` must be before `to`"))
        }
        _ => Ok(()),
    }
}
