//! `GET /v1/resources`.

use axum::extract::State;
use runtime::App;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::{list_venues::Page, read_resource::ResourceView};

const LIST: &str = "resources";

/// List the club's active resources, oldest first.
#[utoipa::path(
    get,
    path = "/v1/resources",
    tag = "facilities",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<ResourceView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<ResourceView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let resources = facilities::resources(&app.tenant_table(&caller)?, request).await?;
    Ok(Reply::page(resources.map(ResourceView::from), &caller, LIST, limit))
}
