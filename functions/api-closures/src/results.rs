//! `GET /v1/closures/{closure_id}/results`.

use axum::extract::State;
use booking::local_text;
use closures::{Affected, Outcome as Settled, store};
use facilities::{Name, Zone};
use garde::Validate;
use kernel::{AccountId, BookingId, ClosureId, CourtId, Money};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Id, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::closure_of;

/// Which page of the results.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Page {
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// What became of one booking.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResultView {
    booking_id: BookingId,
    account_id: AccountId,
    court_id: CourtId,
    court_name: Name,
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    outcome: Settled,
    /// What goes back; null where nothing does.
    refund: Option<Money>,
    /// Why it failed; null unless it did.
    code: Option<String>,
}

impl ResultView {
    fn of(affected: Affected, zone: &Zone) -> Self {
        Self {
            booking_id: affected.booking_id,
            account_id: affected.account_id,
            court_id: affected.court_id,
            court_name: affected.court_name,
            starts_at: local_text(zone.rules(), affected.starts_at),
            ends_at: local_text(zone.rules(), affected.ends_at),
            outcome: affected.outcome,
            refund: affected.refund,
            code: affected.code,
        }
    }
}

/// List what became of the bookings that a closure met, in the order in which they were made.
#[utoipa::path(
    get,
    path = "/v1/closures/{closure_id}/results",
    tag = "closures",
    params(("closure_id" = ClosureId, Path), Page),
    responses(
        (status = 200, body = PageEnvelope<ResultView>, description = "One page."),
        (status = 404, body = Problem, description = "CLOSURE_NOT_FOUND."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn results(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ClosureId>,
    Params(page): Params<Page>,
) -> Outcome<Vec<ResultView>> {
    let list = format!("closure_results.{id}");
    let request = caller.page(&list, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let table = app.tenant_table(&caller)?;
    let closure = closure_of(&caller, &table, id).await?;
    let results = store::results(&table, id, request).await?;
    let results = results.map(|affected| ResultView::of(affected, &closure.time_zone));
    Ok(Reply::page(results, &caller, &list, limit))
}
