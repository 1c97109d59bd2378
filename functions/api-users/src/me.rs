//! `GET /v1/users/me`.

use axum::extract::State;
use identity::Account;
use kernel::{AccountId, ClubId, Email, Error, Locale, Permission, PersonName, Result, Role};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Problem, Reply};

/// Oneself.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    id: AccountId,
    email: Email,
    name: PersonName,
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
    pub(crate) fn new(account: Account, caller: &Caller) -> Self {
        let club = caller.club().ok().map(|id| ClubRights {
            id,
            roles: caller.roles().to_vec(),
            permissions: caller.permissions().collect(),
        });
        let Account { id, email, name, locale, .. } = account;
        Self { id, email, name, locale, club }
    }
}

/// The caller's account.
pub(crate) async fn own_account(app: &App, caller: &Caller) -> Result<Account> {
    let account = identity::store::account(&app.table().platform(), caller.account()).await?;
    account.ok_or_else(|| Error::not_found("ACCOUNT_NOT_FOUND", "this account is gone"))
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
    let account = own_account(&app, &caller).await?;
    let version = account.version;
    Ok(Reply::ok(Me::new(account, &caller)).etag(version))
}
