//! `GET /v1/payments`.

use axum::extract::State;
use garde::Validate;
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::view::PaymentView;

/// Which page.
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

/// What one is asked to pay for bookings, one's own and others' that one has a share in, and what became of it; latest
/// first. (What a booking is held for is not listed: it is paid while it is made.)
#[utoipa::path(
    get,
    path = "/v1/payments",
    tag = "payments",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<PaymentView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list_bills(
    State(app): State<App>,
    caller: Caller,
    Params(input): Params<Page>,
) -> Outcome<Vec<PaymentView>> {
    let list = format!("payments.{}", caller.account());
    let page = caller.page(&list, input.limit, input.cursor.as_deref())?;
    let (limit, now) = (page.limit, app.clock().now());
    let table = app.tenant_table(&caller)?;
    let bills = payments::bills_of_account(&table, caller.account(), page).await?;
    Ok(Reply::page(bills.map(|bill| PaymentView::new(&bill, now)), &caller, &list, limit))
}
