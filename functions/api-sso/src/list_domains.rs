//! `GET /v1/domains`.

use axum::extract::State;
use identity::store;
use runtime::App;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::{add_domain::DomainView, list_providers::Page};

const LIST: &str = "domains";

/// List the club's domains, by name.
#[utoipa::path(
    get,
    path = "/v1/domains",
    tag = "sso",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<DomainView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<DomainView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let domains = store::domains(&app.tenant_table(&caller)?, request).await?;
    Ok(Reply::page(domains.map(DomainView::from), &caller, LIST, limit))
}
