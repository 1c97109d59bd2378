//! `GET /v1/series`.

use axum::extract::State;
use garde::Validate;
use kernel::{AccountId, Error, Permission};
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::view::SeriesView;

/// Whose series, and which page of them.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Filter {
    /// One's own if absent.
    account_id: Option<AccountId>,
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own series or one's child's, latest made first; or, with `booking:manage`, a member's.
#[utoipa::path(
    get,
    path = "/v1/series",
    tag = "series",
    params(Filter),
    responses(
        (status = 200, body = PageEnvelope<SeriesView>, description = "One page."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING: another's series are for staff."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(filter): Params<Filter>,
) -> Outcome<Vec<SeriesView>> {
    let table = app.tenant_table(&caller)?;
    let account = filter.account_id.unwrap_or(caller.account());
    let known = account == caller.account() || caller.may(Permission::BookingManage);
    let (by, now) = (caller.account(), app.clock().now());
    if !known && !profiles::guards_any(&table, by, &[account], now).await? {
        let message = "another's series need the permission booking:manage";
        return Err(Error::forbidden("PERMISSION_MISSING", message).into());
    }
    let list = format!("series.{account}");
    let page = caller.page(&list, filter.limit, filter.cursor.as_deref())?;
    let limit = page.limit;
    let found = series::series_of_account(&table, account, page).await?;
    Ok(Reply::page(found.map(SeriesView::from), &caller, &list, limit))
}
