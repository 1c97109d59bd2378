//! Closures of courts, rain-outs among them: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/closures` | `facility:close`, there or in the club |
//! | `POST /v1/closures/preview` | `facility:close`, there or in the club |
//! | `GET /v1/closures` | `facility:close`, there or in the club |
//! | `GET /v1/closures/{closure_id}` | `facility:close`, there or in the club |
//! | `GET /v1/closures/{closure_id}/results` | `facility:close`, there or in the club |
//! | `POST /v1/closures/{closure_id}/lift` | `facility:close`, there or in the club |
//! | `POST /v1/closures/{closure_id}/resume` | `facility:close`, there or in the club |

mod create;
mod lift;
mod list;
mod preview;
mod read;
mod results;
mod resume;

use closures::{Closure, store};
use kernel::{ClosureId, Permission, Result};
use runtime::{App, Routes};
use serde_json::json;
use table::TenantTable;
use utoipa_axum::routes;
use web::Caller;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow_at_venue(Permission::FacilityClose, routes!(create::create))
        .allow_at_venue(Permission::FacilityClose, routes!(preview::preview))
        .allow_at_venue(Permission::FacilityClose, routes!(list::list))
        .allow_at_venue(Permission::FacilityClose, routes!(read::read))
        .allow_at_venue(Permission::FacilityClose, routes!(results::results))
        .allow_at_venue(Permission::FacilityClose, routes!(lift::lift))
        .allow_at_venue(Permission::FacilityClose, routes!(resume::resume))
}

/// A closure of a venue at which the caller may close courts.
async fn closure_of(caller: &Caller, table: &TenantTable, id: ClosureId) -> Result<Closure> {
    let closure = store::closure(table, id).await?;
    caller.require_at(Permission::FacilityClose, closure.venue_id)?;
    Ok(closure)
}

/// Starts the workflow that works the closure through, or notes that nothing does.
async fn launch(app: &App, caller: &Caller, table: &TenantTable, closure: &Closure) -> Result<()> {
    let input = json!({
        "closure_id": closure.id, "club_id": caller.club()?, "phase": closure.phase,
    });
    let workflow = app.config().closing_state_machine_arn()?;
    let Err(error) = app.workflows().start(workflow, &closure.execution(), &input).await else {
        return Ok(());
    };
    let stuck = Closure { stuck: true, ..closure.next() };
    let noted = async { table.write(vec![store::save(table, &stuck)?]).await }.await;
    if let Err(unnoted) = noted {
        tracing::error!(closure.id = %closure.id, error = ?unnoted, "nothing works on a closure");
    }
    Err(error)
}
