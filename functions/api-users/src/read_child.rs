//! `GET /v1/users/me/children/{account_id}`.

use axum::extract::State;
use kernel::{AccountId, Locale, Result};
use profiles::Author;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    acting::acting_for_child,
    person::{Own, Person},
};

/// One's child.
#[derive(Serialize, ToSchema)]
pub(crate) struct Child {
    #[serde(flatten)]
    person: Person,
    locale: Locale,
}

impl Child {
    pub(crate) async fn of(app: &App, caller: &Caller, own: Own) -> Result<Self> {
        let Own { account, profile, fields } = own;
        let named = (account.name, account.email);
        let known = (profile, &fields);
        let person = Person::of(app, caller, named, known, Author::Themselves).await?;
        Ok(Self { person, locale: account.locale })
    }
}

/// Read the profile of one's child.
#[utoipa::path(
    get,
    path = "/v1/users/me/children/{account_id}",
    tag = "users",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<Child>, description = "With its ETag."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(child): Id<AccountId>,
) -> Outcome<Child> {
    let acting = acting_for_child(&app, &caller, child).await?;
    let child = Own::load(&app, &caller, acting.account).await?;
    let version = child.version();
    Ok(Reply::ok(Child::of(&app, &caller, child).await?).etag(version))
}
