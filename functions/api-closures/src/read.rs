//! `GET /v1/closures/{closure_id}`.

use axum::extract::State;
use booking::local_text;
use closures::{Closure, Mode, Phase, Progress, Reason, RefundPolicy, Scope, Weekly, When};
use facilities::{Name, Zone};
use kernel::{AccountId, ClosureId, CourtId, VenueId, timestamp_text};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::closure_of;

/// A closure, and how far it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClosureView {
    id: ClosureId,
    venue_id: VenueId,
    venue_name: Name,
    /// What was asked for.
    courts: Scope,
    /// The courts whose days are closed: of one that is made of others, those.
    court_ids: Vec<CourtId>,
    /// Its first moment on the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    /// Its last.
    #[schema(format = DateTime)]
    ends_at: String,
    /// Null unless it comes every week.
    weekly: Option<Weekly>,
    time_zone: Zone,
    reason: Reason,
    mode: Mode,
    refund: RefundPolicy,
    rebook: bool,
    /// What is being done about it.
    status: Phase,
    /// Whether nothing works on it though it is not done: `POST /v1/closures/{closure_id}/resume` goes on.
    stuck: bool,
    progress: Progress,
    /// Who closed the courts.
    created_by: AccountId,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Closure> for ClosureView {
    fn from(closure: Closure) -> Self {
        let zone = closure.time_zone.rules();
        Self {
            starts_at: local_text(zone, closure.starts_at),
            ends_at: local_text(zone, closure.ends_at),
            id: closure.id,
            venue_id: closure.venue_id,
            venue_name: closure.venue_name,
            courts: closure.scope,
            court_ids: closure.courts,
            weekly: match closure.when {
                When::Once { .. } => None,
                When::Weekly(weekly) => Some(weekly),
            },
            time_zone: closure.time_zone,
            reason: closure.reason,
            mode: closure.mode,
            refund: closure.refund,
            rebook: closure.rebook,
            status: closure.phase,
            stuck: closure.stuck,
            progress: closure.progress,
            created_by: closure.created_by,
            created_at: timestamp_text(closure.created_at),
        }
    }
}

/// Read a closure, and how far it is.
#[utoipa::path(
    get,
    path = "/v1/closures/{closure_id}",
    tag = "closures",
    params(("closure_id" = ClosureId, Path)),
    responses(
        (status = 200, body = Envelope<ClosureView>, description = "As of this moment."),
        (status = 404, body = Problem, description = "CLOSURE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ClosureId>,
) -> Outcome<ClosureView> {
    let closure = closure_of(&caller, &app.tenant_table(&caller)?, id).await?;
    Ok(Reply::ok(closure.into()))
}
