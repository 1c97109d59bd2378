//! `POST /v1/auth/sso/start`.

use axum::extract::State;
use garde::Validate;
use identity::{DeviceName, ProviderRef, Purpose, RedirectUri};
use kernel::{Email, Slug, Tenant};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Correlation, Envelope, Outcome, Problem, Reply};

use crate::way::{SsoStarted, Wanted, leave};

/// Who wants to sign in where, and with what.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct SsoStart {
    /// The club's slug.
    club: Slug,
    /// The provider, as it is listed for the club: an id of the club's, or a key such as `google`. Or …
    #[schema(value_type = Option<String>)]
    provider_id: Option<ProviderRef>,
    /// … the address, whose domain knows its provider: the club's, or the platform's that receives its mail. The
    /// provider is told it as a hint.
    email: Option<Email>,
    /// Where to come back to; the provider's first, if absent.
    redirect_uri: Option<RedirectUri>,
    /// What the owner calls the device.
    device: Option<DeviceName>,
}

/// Start to sign in with another identity provider.
#[utoipa::path(
    post,
    path = "/v1/auth/sso/start",
    tag = "sso",
    request_body = SsoStart,
    responses(
        (status = 200, body = Envelope<SsoStarted>, description = "Where to go. It is good once, for ten minutes."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND, IDENTITY_PROVIDER_NOT_FOUND."),
        (status = 422, body = Problem, description = "REDIRECT_URI_UNKNOWN, SSO_PROVIDER_UNCLEAR, BODY_INVALID."),
        (
            status = 503,
            body = Problem,
            description = "IDENTITY_PROVIDER_UNAVAILABLE, IDENTITY_PROVIDER_ANSWER_INVALID, \
                           IDENTITY_PROVIDER_ANSWER_TOO_LARGE, ISSUER_MISMATCH: what its discovery answers is no use."
        ),
    )
)]
pub(crate) async fn start(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<SsoStart>,
) -> Outcome<SsoStarted> {
    let club = tenancy::store::open_club(&app.table().platform(), &input.club).await?;
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let wanted = Wanted {
        provider: input.provider_id.as_ref(),
        email: input.email.as_ref(),
        redirect_uri: input.redirect_uri.as_ref(),
    };
    Ok(Reply::ok(leave(&app, &table, &wanted, Purpose::SignIn, input.device).await?))
}
