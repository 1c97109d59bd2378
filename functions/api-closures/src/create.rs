//! `POST /v1/closures`.

use axum::extract::State;
use booking::LocalStart;
use closures::{Closure, Draft, Mode, Reason, RefundPolicy, Scope, Weekly, When, store};
use garde::Validate;
use kernel::{Error, Permission, Result, VenueId, Violation};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{launch, read::ClosureView};

/// Which courts are closed when, and what becomes of those who booked them.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewClosure {
    pub(crate) venue_id: VenueId,
    /// Which courts; all if absent. Courts that are made later are not closed.
    #[serde(default = "all")]
    courts: Scope,
    /// On the venue's clock, with `ends_at`: once.
    starts_at: Option<LocalStart>,
    ends_at: Option<LocalStart>,
    /// Every week; instead of `starts_at` and `ends_at`.
    weekly: Option<Weekly>,
    /// Why; those who booked read it.
    reason: Reason,
    mode: Mode,
    /// Of bookings that are cancelled; all of it if absent.
    #[serde(default)]
    refund: RefundPolicy,
    /// Whether those whose bookings are cancelled are offered to book again.
    #[serde(default)]
    rebook: bool,
}

fn all() -> Scope {
    Scope::All
}

impl NewClosure {
    fn when(&self) -> Result<When> {
        match (self.starts_at, self.ends_at, &self.weekly) {
            (Some(starts_at), Some(ends_at), None) => Ok(When::Once { starts_at, ends_at }),
            (None, None, Some(weekly)) => Ok(When::Weekly(weekly.clone())),
            _ => {
                let message = "send starts_at and ends_at, or weekly".to_owned();
                Err(Error::violations(&[Violation { path: "starts_at".to_owned(), message }]))
            }
        }
    }

    /// The closure that it asks for. One query reads the venue and its courts.
    pub(crate) async fn closure(
        self,
        app: &App,
        caller: &Caller,
        table: &TenantTable,
    ) -> Result<Closure> {
        let at = facilities::venue_with_courts(table, self.venue_id).await?;
        caller.require_at(Permission::FacilityClose, self.venue_id)?;
        let draft = Draft {
            when: self.when()?,
            scope: self.courts,
            reason: self.reason,
            mode: self.mode,
            refund: self.refund,
            rebook: self.rebook,
        };
        let by = (caller.account(), caller.origin().correlation.as_str());
        Closure::new(&at, draft, by, app.clock().now())
    }
}

/// Close courts for a time, now or later: a rain-out, works, every Monday morning.
///
/// A workflow closes the days, then settles the bookings that were there before: cancels and refunds them, tells
/// those who made them, or lets them be. `GET /v1/closures/{closure_id}` says how far it is.
#[utoipa::path(
    post,
    path = "/v1/closures",
    tag = "closures",
    request_body = NewClosure,
    responses(
        (status = 202, body = Envelope<ClosureView>, description = "Started; Location says where to watch it."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, CLOSURE_TOO_LARGE, \
            CLOSURE_ENDS_EARLY, CLOSURE_IN_PAST, CLOSURE_OFF_GRID, CLOSURE_WITHOUT_COURTS, CLOSURE_WITHOUT_DAYS, \
            LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewClosure>,
) -> Outcome<ClosureView> {
    let table = app.tenant_table(&caller)?;
    let closure = input.closure(&app, &caller, &table).await?;
    let entry =
        audit::Entry::new(caller.origin(), "closure.started", closure.id).making(&json!({
            "venue_id": closure.venue_id,
            "courts": closure.scope,
            "when": closure.when,
            "reason": closure.reason,
            "mode": closure.mode,
            "refund": closure.refund,
        }))?;
    let writes = vec![store::create(&table, &closure)?];
    audit::write(&table, entry, closure.created_at, writes).await?;
    launch(&app, &caller, &table, &closure).await?;
    metrics::counter!("closures_started").increment(1);
    Ok(Reply::accepted(format!("/v1/closures/{}", closure.id), closure.into()))
}
