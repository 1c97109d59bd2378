//! `POST /v1/closures/{closure_id}/resume`.

use axum::extract::State;
use closures::{Closure, Phase, store};
use kernel::{ClosureId, Error};
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{closure_of, launch, read::ClosureView};

/// Go on with a closure whose workflow gave up, or try the bookings again that could not be settled.
///
/// What is done is not done twice, even if something else still works on it.
#[utoipa::path(
    post,
    path = "/v1/closures/{closure_id}/resume",
    tag = "closures",
    params(("closure_id" = ClosureId, Path)),
    responses(
        (status = 202, body = Envelope<ClosureView>, description = "Started; Location says where to watch it."),
        (status = 404, body = Problem, description = "CLOSURE_NOT_FOUND."),
        (status = 409, body = Problem, description = "CLOSURE_DONE: nothing is left to do; CLOSURE_CHANGED."),
    )
)]
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ClosureId>,
) -> Outcome<ClosureView> {
    let table = app.tenant_table(&caller)?;
    let closure = closure_of(&caller, &table, id).await?;
    let mut next = Closure { stuck: false, run: closure.run + 1, ..closure.next() };
    if closure.phase == Phase::Closed && closure.progress.failed > 0 {
        next.phase = Phase::Settling;
        (next.progress.done, next.progress.failed, next.settled_to) = (0, 0, None);
    } else if !closure.phase.is_under_way() {
        return Err(Error::conflict("CLOSURE_DONE", "nothing is left to do").into());
    }
    table.write(vec![store::save(&table, &next)?]).await?;
    launch(&app, &caller, &table, &next).await?;
    Ok(Reply::accepted(format!("/v1/closures/{id}"), next.into()))
}
