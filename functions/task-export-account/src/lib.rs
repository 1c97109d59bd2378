//! The steps of `statemachines/export-account.asl.json`: Step Functions calls it.
//!
//! | step | what happens |
//! |---|---|
//! | `collect` | one JSON file for each kind of data is put beside where the export will lie |
//! | `pack` | the files, the photo and a README become the export's ZIP |
//! | `finish` | the export is ready, and the files that it was packed of are removed |
//! | `fail` | the export has failed, and everything of it is removed |
//!
//! The data goes from step to step through the bucket, never through the workflow, whose history would
//! keep it. Every call may come twice, late, or after one that was killed half-way: each step puts the same
//! files in the same places. A step that comes after the end is refused.

mod collect;
mod finish;
mod pack;
mod work;

use kernel::{ClubId, Error, ExportId, Result};
use runtime::App;
use serde::Deserialize;
use serde_json::Value;

use crate::work::Work;

/// What the workflow sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    step: Step,
    export_id: ExportId,
    club_id: ClubId,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Collect,
    Pack,
    Finish,
    Fail,
}

/// Does one step. Nothing is answered.
pub async fn handle(app: App, input: Value) -> Result<Value> {
    let call: Call = serde_json::from_value(input).map_err(|cause| {
        Error::malformed("TASK_MALFORMED", "the payload does not have its shape").with_source(cause)
    })?;
    let work = Work::load(&app, call.export_id, call.club_id).await?;
    match call.step {
        Step::Collect => collect::collect(&work).await?,
        Step::Pack => pack::pack(&work).await?,
        Step::Finish => finish::finish(&work).await?,
        Step::Fail => finish::fail(&work).await?,
    }
    Ok(Value::Null)
}
