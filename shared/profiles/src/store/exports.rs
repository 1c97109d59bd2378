//! `T#<club>#EXPORT#<export>` / `EXPORT`, and `T#<club>#EXPORTING#<account>` / `EXPORT`: the one that runs.

use kernel::{AccountId, Error, ExportId, Result, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Attempt, Condition, Index, Item, Key, Partition, Query, TenantTable, Update, Write, read_item,
};

use crate::{Export, ExportStatus, export::export_not_found};

/// A person's export that runs: another one waits for its end.
#[derive(Serialize, Deserialize)]
struct Run {
    export_id: ExportId,
}

fn key(table: &TenantTable, id: ExportId) -> Key {
    table.key(format_args!("EXPORT#{id}"), "EXPORT")
}

fn run_key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("EXPORTING#{account}"), "EXPORT")
}

/// All exports of a person: gsi1 `T#<club>#EXPORTS#<account>`.
fn of_account(table: &TenantTable, account: AccountId) -> Partition {
    table.partition(format_args!("EXPORTS#{account}"))
}

/// Put `T#<club>#EXPORT#<export>` / `EXPORT`, and `T#<club>#EXPORTING#<account>` / `EXPORT` if absent or of
/// a run that never ended. Where one runs: `conflict`, `EXPORT_RUNNING`.
pub fn request_export(table: &TenantTable, export: &Export) -> Result<Vec<Write>> {
    let free =
        Condition::any([Condition::absent("PK"), Condition::at_most("until", export.requested_at)]);
    let run =
        Write::put(run_key(table, export.account_id), "ExportRun", &Run { export_id: export.id })?
            .attribute("until", export.runs_until())
            .expiring(export.runs_until())
            .when(free)
            .or(running);
    let record = Write::put(key(table, export.id), "Export", export)?
        .gsi1(&of_account(table, export.account_id), export.id.to_string())
        .expiring(export.expires_at)
        .if_absent();
    Ok(vec![run, record])
}

fn running(run: Option<Item>) -> Error {
    let error =
        Error::conflict("EXPORT_RUNNING", "an export of this person is being made; wait for it");
    match run.and_then(|item| read_item::<Run>(item).ok()) {
        Some(run) => error.with_details(json!({ "export_id": run.export_id })),
        None => error,
    }
}

/// Get `T#<club>#EXPORT#<export>` / `EXPORT`: `not_found`, `EXPORT_NOT_FOUND`, where there is none or it
/// has expired.
pub async fn export(table: &TenantTable, id: ExportId, now: Timestamp) -> Result<Export> {
    let found: Option<Export> = table.get(&key(table, id)).await?;
    found.filter(|export| now < export.expires_at).ok_or_else(export_not_found)
}

/// Query gsi1 `T#<club>#EXPORTS#<account>`: what was exported of a person within a week.
pub async fn exports_of(table: &TenantTable, account: AccountId) -> Result<Vec<Export>> {
    table.query_all(&Query::index(Index::Gsi1, of_account(table, account))).await
}

/// Update `T#<club>#EXPORT#<export>` / `EXPORT`: it is being made. Where it is over: `conflict`, `EXPORT_OVER`.
pub async fn start_export(table: &TenantTable, id: ExportId) -> Result<()> {
    let update = Update::new().set("status", ExportStatus::Running.as_str());
    let write = Write::update(key(table, id), update).when(under_way()).or(|_| over());
    table.write(vec![write]).await
}

/// Update `T#<club>#EXPORT#<export>` / `EXPORT`: the file is there; delete
/// `T#<club>#EXPORTING#<account>` / `EXPORT` if it is of this one. Doing it again changes nothing.
pub async fn finish_export(table: &TenantTable, export: &Export, bytes: u64) -> Result<()> {
    let update = Update::new().set("status", ExportStatus::Ready.as_str()).set("bytes", bytes);
    end(table, export, update, ExportStatus::Ready).await
}

/// Update `T#<club>#EXPORT#<export>` / `EXPORT`: there will be no file; delete
/// `T#<club>#EXPORTING#<account>` / `EXPORT` if it is of this one. Doing it again changes nothing.
pub async fn fail_export(table: &TenantTable, export: &Export) -> Result<()> {
    let update = Update::new().set("status", ExportStatus::Failed.as_str());
    end(table, export, update, ExportStatus::Failed).await
}

async fn end(
    table: &TenantTable,
    export: &Export,
    update: Update,
    wanted: ExportStatus,
) -> Result<()> {
    let write = Write::update(key(table, export.id), update).when(under_way());
    if let Attempt::Refused(old) = table.attempt(write).await? {
        let old = old.map(read_item::<Export>).transpose()?;
        if old.is_none_or(|old| old.status != wanted) {
            return Err(over());
        }
    }
    let ours = Condition::equals("export_id", export.id.to_string());
    // Refused where it is another's by now, or gone.
    table.attempt(Write::delete(run_key(table, export.account_id)).when(ours)).await?;
    Ok(())
}

/// Delete `T#<club>#EXPORT#<export>` / `EXPORT`. The file is the caller's to remove.
pub fn drop_export(table: &TenantTable, export: &Export) -> Write {
    Write::delete(key(table, export.id))
}

fn under_way() -> Condition {
    let states = [ExportStatus::Pending, ExportStatus::Running];
    Condition::one_of("status", states.map(ExportStatus::as_str))
}

fn over() -> Error {
    Error::conflict("EXPORT_OVER", "this export has ended; ask for another")
}
