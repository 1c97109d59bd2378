//! `GET /v1/users/{account_id}/guardians`.

use axum::extract::State;
use futures::future::try_join_all;
use kernel::{AccountId, PersonName, jiff::Timestamp};
use profiles::{Guardianship, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::acting::member;

/// Somebody who acts for a child.
#[derive(Serialize, ToSchema)]
pub(crate) struct Guardian {
    id: AccountId,
    /// Null of one who has left the club.
    name: Option<PersonName>,
    added_by: AccountId,
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl Guardian {
    pub(crate) fn of(link: &Guardianship, name: Option<PersonName>) -> Self {
        Self { id: link.guardian_id, name, added_by: link.added_by, since: link.since }
    }
}

/// List who acts for a member.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/guardians",
    tag = "users",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<Vec<Guardian>>, description = "All of them."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(child): Id<AccountId>,
) -> Outcome<Vec<Guardian>> {
    let table = app.tenant_table(&caller)?;
    member(&table, child).await?;
    let links = store::guardians(&table, child).await?;
    let members = links.iter().map(|link| identity::store::membership(&table, link.guardian_id));
    let members = try_join_all(members).await?;
    let named = links.iter().zip(members);
    let guardians = named.map(|(link, member)| Guardian::of(link, member.map(|it| it.name)));
    Ok(Reply::ok(guardians.collect()))
}
