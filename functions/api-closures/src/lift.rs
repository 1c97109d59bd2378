//! `POST /v1/closures/{closure_id}/lift`.

use axum::extract::State;
use closures::{Closure, Phase, store};
use kernel::{ClosureId, Error};
use runtime::App;
use serde_json::json;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{closure_of, launch, read::ClosureView};

/// Open the courts again before the closure ends. What it cancelled stays cancelled, and the waiting list hears of
/// what comes free. Time that another closure has stays closed.
///
/// Lifting it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/closures/{closure_id}/lift",
    tag = "closures",
    params(("closure_id" = ClosureId, Path)),
    responses(
        (status = 202, body = Envelope<ClosureView>, description = "Started; Location says where to watch it."),
        (status = 404, body = Problem, description = "CLOSURE_NOT_FOUND."),
        (status = 409, body = Problem, description = "CLOSURE_RUNNING: wait for its end; CLOSURE_CHANGED."),
    )
)]
pub(crate) async fn lift(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ClosureId>,
) -> Outcome<ClosureView> {
    let table = app.tenant_table(&caller)?;
    let closure = closure_of(&caller, &table, id).await?;
    let location = format!("/v1/closures/{id}");
    if matches!(closure.phase, Phase::Lifting | Phase::Lifted) {
        return Ok(Reply::accepted(location, closure.into()));
    }
    if closure.phase.is_under_way() && !closure.stuck {
        let message = "bookings are being settled; wait for the end, or see where it is stuck";
        return Err(Error::conflict("CLOSURE_RUNNING", message).into());
    }
    let (phase, run) = (Phase::Lifting, closure.run + 1);
    let lifting = Closure { phase, run, stuck: false, days_lifted: 0, ..closure.next() };
    let change = |closure: &Closure| json!({ "status": closure.phase });
    let entry = audit::Entry::new(caller.origin(), "closure.lifted", id)
        .changing(&change(&closure), &change(&lifting))?;
    let writes = vec![store::save(&table, &lifting)?];
    audit::write(&table, entry, app.clock().now(), writes).await?;
    launch(&app, &caller, &table, &lifting).await?;
    metrics::counter!("closures_lifted").increment(1);
    Ok(Reply::accepted(location, lifting.into()))
}
