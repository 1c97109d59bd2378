//! `GET /v1/admin/identity-providers`.

use axum::extract::State;
use identity::store;
use kernel::{Page as Found, Result};
use runtime::App;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::{list_providers::Page, read_platform_provider::PlatformProviderView};

const LIST: &str = "platform_identity_providers";

/// List the platform's identity providers, by key.
#[utoipa::path(
    get,
    path = "/v1/admin/identity-providers",
    tag = "sso",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<PlatformProviderView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<PlatformProviderView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let Found { items, next } = store::platform_providers(&app.table().platform(), request).await?;
    let items = items.into_iter().map(PlatformProviderView::of).collect::<Result<_>>()?;
    Ok(Reply::page(Found { items, next }, &caller, LIST, limit))
}
