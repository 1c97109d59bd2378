//! `GET /v1/users/{account_id}`.

use axum::extract::State;
use futures::future::try_join;
use identity::{Membership, MembershipStatus};
use kernel::{AccountId, Result, Role};
use profiles::{Author, PersonFields, Profile};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    acting::member,
    person::{Person, known},
};

/// A member as the club's staff sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberProfile {
    #[serde(flatten)]
    person: Person,
    roles: Vec<Role>,
    status: MembershipStatus,
}

impl MemberProfile {
    pub(crate) async fn of(
        app: &App,
        caller: &Caller,
        membership: Membership,
        known: (Profile, &PersonFields),
    ) -> Result<Self> {
        let Membership { name, email, roles, status, .. } = membership;
        let person = Person::of(app, caller, (name, email), known, Author::Staff).await?;
        Ok(Self { person, roles, status })
    }
}

/// Read a member's profile, fields for the staff included.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}",
    tag = "users",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<MemberProfile>, description = "With its ETag."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<MemberProfile> {
    let table = app.tenant_table(&caller)?;
    let (membership, (profile, fields)) =
        Box::pin(try_join(member(&table, account), known(&table, account))).await?;
    let version = membership.version + profile.version;
    let view = MemberProfile::of(&app, &caller, membership, (profile, &fields)).await?;
    Ok(Reply::ok(view).etag(version))
}
