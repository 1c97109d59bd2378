//! `GET /v1/waitlist`.

use axum::extract::State;
use garde::Validate;
use kernel::{AccountId, Permission};
use profiles::acting_for;
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::view::EntryView;

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Filter {
    /// Whose: one's own if absent. One's child's, or with `booking:manage` any member's.
    account_id: Option<AccountId>,
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own places in waiting lists, or one's child's, ended ones of the last thirty days too, latest day first.
///
/// Their positions are told one by one.
#[utoipa::path(
    get,
    path = "/v1/waitlist",
    tag = "waitlist",
    params(Filter),
    responses(
        (status = 200, body = PageEnvelope<EntryView>, description = "One page."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(filter): Params<Filter>,
) -> Outcome<Vec<EntryView>> {
    let table = app.tenant_table(&caller)?;
    let account = filter.account_id.unwrap_or(caller.account());
    let (who, is_staff) = ((caller.account(), account), caller.may(Permission::BookingManage));
    acting_for(&table, who, is_staff, app.clock().now()).await?;
    let list = format!("waitlist.{account}");
    let page = caller.page(&list, filter.limit, filter.cursor.as_deref())?;
    let limit = page.limit;
    let entries = waitlist::entries_of_account(&table, account, page).await?;
    let now = app.clock().now();
    let views = entries.map(|entry| EntryView::of(entry, None, now));
    Ok(Reply::page(views, &caller, &list, limit))
}
