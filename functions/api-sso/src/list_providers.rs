//! `GET /v1/identity-providers`.

use axum::extract::State;
use garde::Validate;
use identity::store;
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::read_provider::IdentityProviderView;

const LIST: &str = "identity_providers";

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Page {
    /// 1 to 100; 20 if absent.
    pub(crate) limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// List the club's identity providers, oldest first.
#[utoipa::path(
    get,
    path = "/v1/identity-providers",
    tag = "sso",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<IdentityProviderView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<IdentityProviderView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let providers = store::providers(&app.tenant_table(&caller)?, request).await?;
    Ok(Reply::page(providers.map(IdentityProviderView::from), &caller, LIST, limit))
}
