//! `GET /v1/users/me/children`.

use axum::extract::State;
use futures::future::{try_join, try_join_all};
use kernel::{AccountId, LocalDate, PersonName, Result, jiff::Timestamp};
use profiles::{Guardianship, store};
use runtime::App;
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

use crate::acting::club_today;

/// A child that one acts for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChildEntry {
    id: AccountId,
    name: PersonName,
    birth_date: Option<LocalDate>,
    /// Whether it has an address to sign in with.
    signs_in: bool,
    /// Since when one acts for it.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// List the children that one acts for. Who is of age is not among them.
#[utoipa::path(
    get,
    path = "/v1/users/me/children",
    tag = "users",
    responses((status = 200, body = Envelope<Vec<ChildEntry>>, description = "All of them."))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Outcome<Vec<ChildEntry>> {
    let table = app.tenant_table(&caller)?;
    let (children, today) =
        try_join(store::children(&table, caller.account()), club_today(&app, &table)).await?;
    let entries = children.iter().map(|link| entry(&table, link, today));
    let entries = try_join_all(entries).await?;
    Ok(Reply::ok(entries.into_iter().flatten().collect()))
}

/// Nothing of who has left the club or is of age.
async fn entry(
    table: &TenantTable,
    link: &Guardianship,
    today: LocalDate,
) -> Result<Option<ChildEntry>> {
    let (membership, profile) = try_join(
        identity::store::membership(table, link.child_id),
        store::profile(table, link.child_id),
    )
    .await?;
    let membership = membership.filter(|_| profile.is_minor(today));
    Ok(membership.map(|membership| ChildEntry {
        id: link.child_id,
        name: membership.name,
        birth_date: profile.birth_date,
        signs_in: membership.email.is_some(),
        since: link.since,
    }))
}
