//! `POST /v1/auth/sso/link/complete`.

use audit::Entry;
use axum::extract::State;
use identity::{Footing, Identity, Purpose, store};
use runtime::App;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    list_identities::LinkedIdentity,
    way::{SsoReturn, come_back, identify},
};

/// Finish to link one's own account with another identity provider. With the token of the account that
/// started.
#[utoipa::path(
    post,
    path = "/v1/auth/sso/link/complete",
    tag = "sso",
    request_body = SsoReturn,
    responses(
        (status = 200, body = Envelope<LinkedIdentity>, description = "Linked, now or before."),
        (
            status = 401,
            body = Problem,
            description = "As of /v1/auth/sso/complete, and of every route with a token."
        ),
        (status = 403, body = Problem, description = "SSO_WRONG_BROWSER, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "SSO_STATE_UNKNOWN, IDENTITY_PROVIDER_NOT_FOUND."),
        (status = 409, body = Problem, description = "IDENTITY_TAKEN: it is another account's."),
        (status = 422, body = Problem, description = "VALIDATION_FAILED, BODY_INVALID."),
        (status = 503, body = Problem, description = "As of /v1/auth/sso/complete."),
    )
)]
pub(crate) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<SsoReturn>,
) -> Outcome<LinkedIdentity> {
    let table = app.tenant_table(&caller)?;
    let (club, account_id) = (caller.club()?, caller.account());
    let mine = Purpose::Link { account_id };
    let departure = come_back(&app, &input, |purpose| *purpose == mine).await?;
    if departure.club_id != club {
        return Err(store::unknown_state().into());
    }
    let (person, provider) = identify(&app, &table, &departure, input).await?;
    let platform = app.table().platform();
    let known = store::identity(&platform, &person.id()).await?;
    if let Some(known) = known.filter(|known| known.account_id == account_id) {
        return Ok(Reply::ok(known.into()));
    }
    let identity = Identity::new(&person, &provider.name, account_id, app.clock().now());
    let told = Entry::new(caller.origin(), "identity.linked", account_id);
    // Whoever is thrown out of the account at this moment links nothing with it.
    let footing = Footing::Session { id: caller.session() };
    let writes = vec![store::link(&platform, &identity)?, footing.held(&platform, account_id)];
    audit::write_platform(&platform, told, app.clock().now(), writes).await?;
    Ok(Reply::ok(identity.into()))
}
