//! `POST /v1/auth/sso/link`.

use axum::extract::State;
use garde::Validate;
use identity::{ProviderRef, Purpose, RedirectUri, speaks_for_account};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::way::{SsoStarted, Wanted, leave, own_account};

/// What to sign in with later.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct SsoLink {
    /// A provider that is listed for the token's club: an id of the club's, or a key such as `google`.
    #[schema(value_type = String)]
    provider_id: ProviderRef,
    /// Where to come back to; the provider's first, if absent.
    redirect_uri: Option<RedirectUri>,
}

/// Start to link one's own account with another identity provider.
///
/// Who came in with a club's provider alone and has a password gives that first.
#[utoipa::path(
    post,
    path = "/v1/auth/sso/link",
    tag = "sso",
    request_body = SsoLink,
    responses(
        (status = 200, body = Envelope<SsoStarted>, description = "Where to go. It is good once, for ten minutes."),
        (status = 404, body = Problem, description = "IDENTITY_PROVIDER_NOT_FOUND."),
        (status = 422, body = Problem, description = "REDIRECT_URI_UNKNOWN, BODY_INVALID."),
        (
            status = 503,
            body = Problem,
            description = "IDENTITY_PROVIDER_UNAVAILABLE, IDENTITY_PROVIDER_ANSWER_INVALID, \
                           IDENTITY_PROVIDER_ANSWER_TOO_LARGE, ISSUER_MISMATCH."
        ),
    )
)]
pub(crate) async fn link(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<SsoLink>,
) -> Outcome<SsoStarted> {
    let table = app.tenant_table(&caller)?;
    let (_, credential) = own_account(&app, &caller).await?;
    speaks_for_account(&app.table().platform(), &caller.claims().amr, &credential).await?;
    let wanted = Wanted {
        provider: Some(&input.provider_id),
        email: None,
        redirect_uri: input.redirect_uri.as_ref(),
    };
    let purpose = Purpose::Link { account_id: caller.account() };
    Ok(Reply::ok(leave(&app, &table, &wanted, purpose, None).await?))
}
