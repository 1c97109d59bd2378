//! `GET /v1/api-keys`.

use axum::extract::State;
use garde::Validate;
use kernel::{AccountId, ApiKeyId, PermissionSet, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{
    Caller, Outcome, PageEnvelope, Params, Problem, Reply,
    api_key::{self, ApiKey},
};

const LIST: &str = "access.keys";

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct KeysPage {
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// An API key, without its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyView {
    id: ApiKeyId,
    name: String,
    /// Its first characters, to tell it from others.
    prefix: String,
    permissions: PermissionSet,
    created_by: AccountId,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
    /// Null of a key that lasts until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    expires_at: Option<Timestamp>,
    /// To the hour.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    last_used_at: Option<Timestamp>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        let permissions = key.permissions();
        let ApiKey { id, name, prefix, created_by, created_at, expires_at, last_used_at, .. } = key;
        Self { id, name, prefix, permissions, created_by, created_at, expires_at, last_used_at }
    }
}

/// List the club's API keys, oldest first: those that have expired, too, until they are revoked.
#[utoipa::path(
    get,
    path = "/v1/api-keys",
    tag = "access",
    params(KeysPage),
    responses(
        (status = 200, body = PageEnvelope<KeyView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list_keys(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<KeysPage>,
) -> Outcome<Vec<KeyView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let keys = api_key::list(&app.tenant_table(&caller)?, request).await?;
    Ok(Reply::page(keys.map(KeyView::from), &caller, LIST, limit))
}
