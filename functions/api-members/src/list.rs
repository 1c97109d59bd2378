//! `GET /v1/members`.

use axum::extract::State;
use garde::Validate;
use identity::{
    FoldedName, Membership, MembershipStatus,
    store::{self, MemberFilter},
};
use kernel::{Email, Page, Result, Role};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::read::MemberView;

/// The most characters of a name that are worth searching by.
const NAME_CHARACTERS: usize = 100;

/// Whom one looks for. All that is given must be so.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Search {
    /// How their name begins; capitals, accents and superfluous spaces do not count.
    #[garde(length(chars, max = NAME_CHARACTERS))]
    name: Option<String>,
    /// Their whole address.
    email: Option<Email>,
    /// What they are, in the club or at a venue.
    role: Option<Role>,
    /// Whether they may come in.
    #[param(inline)]
    status: Option<MembershipStatus>,
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// Search members, by name.
///
/// With `role` or `status` a page may hold fewer members than asked for and still have a next one.
#[utoipa::path(
    get,
    path = "/v1/members",
    tag = "members",
    params(Search),
    responses(
        (status = 200, body = PageEnvelope<MemberView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Outcome<Vec<MemberView>> {
    let filter = MemberFilter {
        name: search.name.as_deref().and_then(FoldedName::beginning),
        role: search.role,
        status: search.status,
    };
    let text = |part: Option<String>| part.unwrap_or_default();
    let list = format!(
        "members.{}.{}.{}",
        text(filter.role.as_ref().map(ToString::to_string)),
        text(filter.status.map(|status| status.as_str().to_owned())),
        text(filter.name.as_ref().map(ToString::to_string)),
    );
    let request = caller.page(&list, search.limit, search.cursor.as_deref())?;
    let (table, limit) = (app.tenant_table(&caller)?, request.limit);
    let page = match search.email {
        None => store::members(&table, &filter, request).await?,
        Some(email) => {
            let found = by_address(&app, &table, &email).await?;
            let items = found.into_iter().filter(|member| filter.takes(member)).collect();
            Page { items, next: None }
        }
    };
    Ok(Reply::page(page.map(MemberView::from), &caller, &list, limit))
}

/// The one member of this address, if they are one.
async fn by_address(app: &App, table: &TenantTable, email: &Email) -> Result<Option<Membership>> {
    match store::credential(&app.table().platform(), email).await? {
        Some(credential) => store::membership(table, credential.account_id).await,
        None => Ok(None),
    }
}
