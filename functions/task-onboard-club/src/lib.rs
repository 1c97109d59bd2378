//! The steps of `statemachines/onboard-club.asl.json`, and what undoes each: Step Functions calls it.
//!
//! Every call may come twice, late, or after one that was killed half-way. A step's effect on the table
//! and its mark in the onboarding's record are one transaction; what lies outside the table (a secret, a
//! mail) is done before it, in a way that bears repetition, or cleared away after it. A step that comes
//! once compensation has begun is refused.
//!
//! What a repetition cannot mend (a taken slug, an address that takes no mail) is refused for good, and the
//! workflow goes back at once.

mod activate;
mod apply_template;
mod backward;
mod create_club;
mod create_owner;
mod create_provider_secret;
mod forward;
mod reserve_slug;
mod send_invitation;
mod work;

use kernel::{ClubId, Error, OnboardingId, Result};
use runtime::App;
use serde::Deserialize;
use serde_json::Value;
use tenancy::Step;

use crate::work::{Work, WorkflowError};

/// What the workflow sends: `{"step", "onboarding_id", "club_id"}`, of a compensation with the error that
/// led to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    step: String,
    onboarding_id: OnboardingId,
    club_id: ClubId,
    error: Option<WorkflowError>,
}

/// Does one step, or one compensation (`undo_<step>`), or writes down the end (`finish`, `fail`).
pub async fn handle(app: App, input: Value) -> Result<Value> {
    let call: Call = serde_json::from_value(input).map_err(|cause| {
        Error::malformed("TASK_MALFORMED", "the payload does not have its shape").with_source(cause)
    })?;
    let work = Work::load(&app, call.onboarding_id, call.club_id).await?;
    let unknown = |()| Error::malformed("STEP_UNKNOWN", format!("no step is called {}", call.step));
    match call.step.as_str() {
        "finish" => forward::finish(&work).await?,
        "fail" => backward::fail(&work, call.error.as_ref()).await?,
        name => match name.strip_prefix("undo_") {
            Some(step) => {
                let step: Step = step.parse().map_err(unknown)?;
                backward::undo(&work, step, call.error.as_ref()).await?;
            }
            None => forward::run(&work, name.parse().map_err(unknown)?).await?,
        },
    }
    Ok(Value::Null)
}
