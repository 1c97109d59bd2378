//! `PATCH /v1/users/me`.

use axum::extract::State;
use garde::Validate;
use identity::{ProfileChange, store};
use kernel::{Error, Locale, PersonName};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, IfMatch, Outcome, Problem, Reply};

use crate::me::{Me, own_account};

/// What changes; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangeMe {
    name: Option<PersonName>,
    locale: Option<Locale>,
}

/// Change one's own name or language. The club of the token sees the new name; other clubs keep theirs.
#[utoipa::path(
    patch,
    path = "/v1/users/me",
    tag = "users",
    request_body = ChangeMe,
    responses(
        (status = 200, body = Envelope<Me>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND, MEMBER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangeMe>,
) -> Outcome<Me> {
    let account = own_account(&app, &caller).await?;
    if version.is_some_and(|version| version != account.version) {
        let message = "somebody changed this account meanwhile; read it again";
        return Err(Error::stale("STALE_VERSION", message).into());
    }
    let renames = input.name.as_ref().is_some_and(|name| *name != account.name);
    let change = ProfileChange { name: input.name, locale: input.locale };
    let (changed, differs) = change.applied(&account);
    if differs {
        let platform = app.table().platform();
        let mut writes = vec![store::change_profile(&platform, &changed)];
        if renames && caller.club().is_ok() {
            let table = app.tenant_table(&caller)?;
            writes.push(store::rename(&table, changed.id, &changed.name));
        }
        platform.write(writes).await?;
    }
    let version = changed.version;
    Ok(Reply::ok(Me::new(changed, &caller)).etag(version))
}
