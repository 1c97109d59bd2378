//! `DELETE /v1/auth/identities/{identity_id}`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join;
use identity::{IdentityId, speaks_for_account, store};
use kernel::Error;
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply};

use crate::way::own_account;

/// Sign in with this no more. What is left must be enough to sign in.
///
/// Who came in with a club's provider alone and has a password gives that first.
#[utoipa::path(
    delete,
    path = "/v1/auth/identities/{identity_id}",
    tag = "sso",
    params(("identity_id" = IdentityId, Path)),
    responses(
        (status = 204, description = "Unlinked. Sessions that it opened go on."),
        (status = 404, body = Problem, description = "IDENTITY_NOT_FOUND."),
        (status = 409, body = Problem, description = "LAST_SIGN_IN_METHOD."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<IdentityId>,
) -> Outcome<()> {
    let platform = app.table().platform();
    let (account, credential) = own_account(&app, &caller).await?;
    let (identity, all) = Box::pin(try_join(
        store::identity(&platform, &id),
        store::identities(&platform, account.id),
    ))
    .await?;
    let identity = identity.filter(|it| it.account_id == account.id).ok_or_else(not_found)?;
    speaks_for_account(&platform, &caller.claims().amr, &credential).await?;
    let other = all.into_iter().map(|it| it.id).find(|other| *other != id);
    let other = other.filter(|_| credential.password_hash.is_none());
    let writes = store::unlink(&platform, &identity, account.address()?, other.as_ref());
    let told = Entry::new(caller.origin(), "identity.unlinked", account.id);
    audit::write_platform(&platform, told, app.clock().now(), writes).await?;
    Ok(Reply::no_content())
}

fn not_found() -> Error {
    Error::not_found("IDENTITY_NOT_FOUND", "your account has no such identity")
}
