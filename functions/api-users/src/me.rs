//! `GET /v1/users/me`.

use axum::extract::State;
use kernel::{ClubId, Locale, Permission, Result, Role};
use profiles::Author;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Problem, Reply};

use crate::person::{Own, Person};

/// Oneself.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    #[serde(flatten)]
    person: Person,
    locale: Locale,
    /// The club that the token is for; null of a platform operator's.
    club: Option<ClubRights>,
}

/// What the token allows in its club.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClubRights {
    id: ClubId,
    roles: Vec<Role>,
    permissions: Vec<Permission>,
}

impl Me {
    pub(crate) async fn of(app: &App, caller: &Caller, own: Own) -> Result<Self> {
        let club = caller.club().ok().map(|id| ClubRights {
            id,
            roles: caller.roles().to_vec(),
            permissions: caller.permissions().collect(),
        });
        let Own { account, profile, fields } = own;
        let named = (account.name, account.email);
        let known = (profile, &fields);
        let person = Person::of(app, caller, named, known, Author::Themselves).await?;
        Ok(Self { person, locale: account.locale, club })
    }
}

/// Read one's own profile, and what the token allows.
#[utoipa::path(
    get,
    path = "/v1/users/me",
    tag = "users",
    responses(
        (status = 200, body = Envelope<Me>, description = "With its ETag."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND."),
    )
)]
pub(crate) async fn read(State(app): State<App>, caller: Caller) -> Outcome<Me> {
    let own = Own::load(&app, &caller, caller.account()).await?;
    let version = own.version();
    Ok(Reply::ok(Me::of(&app, &caller, own).await?).etag(version))
}
