//! `GET /v1/invitations`.

use axum::extract::State;
use garde::Validate;
use identity::store;
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::read_invitation::InvitationView;

const LIST: &str = "invitations";

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

/// List the invitations that nobody accepted or took back, oldest first. Expired ones are listed for 30 days.
#[utoipa::path(
    get,
    path = "/v1/invitations",
    tag = "members",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<InvitationView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<Page>,
) -> Outcome<Vec<InvitationView>> {
    let request = caller.page(LIST, page.limit, page.cursor.as_deref())?;
    let (limit, now) = (request.limit, app.clock().now());
    let found = store::open_invitations(&app.tenant_table(&caller)?, request).await?;
    let views = found.map(|invitation| InvitationView::new(invitation, now));
    Ok(Reply::page(views, &caller, LIST, limit))
}
