//! The steps of `statemachines/close-courts.asl.json`: Step Functions calls it.
//!
//! | step | what happens |
//! |---|---|
//! | `close` | some more days of the courts are closed: nobody books them from then on |
//! | `find` | the bookings of some more days that were there before get a pending result |
//! | `settle` | some more of them are cancelled, told or kept, each with its result in one transaction |
//! | `lift` | some more days are open again |
//! | `fail` | the workflow gives up; what is done is done, and resuming goes on |
//!
//! Each answers `{"more": true}` until nothing of its kind is left to do. The closure itself keeps the place, so a
//! call may come twice, late, or after one that was killed half-way: what is done already is met and left alone. A
//! step whose phase is over, or has not come, does nothing.

mod close;
mod fail;
mod find;
mod lift;
mod settle;
mod work;

use closures::Phase;
use kernel::{ClosureId, ClubId, Error, Result};
use runtime::App;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::work::Work;

/// What the workflow sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    step: Step,
    closure_id: ClosureId,
    club_id: ClubId,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Close,
    Find,
    Settle,
    Lift,
    Fail,
}

impl Step {
    /// The phase that it works in.
    fn phase(self) -> Option<Phase> {
        match self {
            Self::Close => Some(Phase::Closing),
            Self::Find => Some(Phase::Finding),
            Self::Settle => Some(Phase::Settling),
            Self::Lift => Some(Phase::Lifting),
            Self::Fail => None,
        }
    }
}

/// Does a chunk of one step, and answers whether there is more of it.
pub async fn handle(app: App, input: Value) -> Result<Value> {
    let call: Call = serde_json::from_value(input).map_err(|cause| {
        Error::malformed("TASK_MALFORMED", "the payload does not have its shape").with_source(cause)
    })?;
    let work = Work::load(&app, call.closure_id, call.club_id).await?;
    if call.step.phase().is_some_and(|phase| phase != work.closure.phase) {
        return Ok(json!({ "more": false }));
    }
    let done = match call.step {
        Step::Close => close::close(&work).await,
        Step::Find => find::find(&work).await,
        Step::Settle => settle::settle(&work).await,
        Step::Lift => lift::lift(&work).await,
        Step::Fail => fail::fail(&work).await,
    };
    match done {
        Ok(more) => Ok(json!({ "more": more })),
        // Another call works on it, too, and was quicker: what is left is found by reading again.
        Err(error) if closures::is_race(&error) => Ok(json!({ "more": true })),
        Err(error) => Err(error),
    }
}
