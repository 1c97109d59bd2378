//! `GET /v1/admin/clubs`.

use axum::extract::State;
use garde::Validate;
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::club::ClubView;

const LIST: &str = "admin.clubs";

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Page {
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the clubs, oldest first. Clubs whose onboarding failed are not listed.
#[utoipa::path(
    get,
    path = "/v1/admin/clubs",
    tag = "clubs",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<ClubView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<ClubView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let clubs = tenancy::store::clubs(&app.table().platform(), request).await?;
    Ok(Reply::page(clubs.map(ClubView::from), &caller, LIST, limit))
}
