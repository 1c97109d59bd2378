//! `POST /v1/auth/switch`.

use axum::extract::State;
use garde::Validate;
use identity::{DeviceName, Door, Entrant, Footing, Tokens, by_provider_alone, store};
use kernel::{Error, Result, Slug};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Correlation, Envelope, Outcome, Problem, Reply};

/// Where to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Switch {
    /// The club's slug; null for the platform, to its operators.
    club: Option<Slug>,
    /// What the device is called; that of the session, if absent.
    #[schema(value_type = Option<String>)]
    device: Option<DeviceName>,
}

/// Exchange the token for tokens of another club that one is in (in the manner of RFC 8693).
///
/// The proof of who calls is carried over, with its age. The session that asks stays as it is. Who came in by a
/// club's own identity provider proves themselves first.
#[utoipa::path(
    post,
    path = "/v1/auth/switch",
    tag = "auth",
    request_body = Switch,
    responses(
        (status = 200, body = Envelope<Tokens>, description = "Tokens of a new session in that club."),
        (
            status = 403,
            body = Problem,
            description = "MEMBER_SUSPENDED, MEMBER_PENDING, CLUB_SUSPENDED, MFA_REQUIRED, MFA_ENROLMENT_REQUIRED, SIGN_IN_THERE, PLATFORM_PROVIDERS_OFF."
        ),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND: no open club of this slug has the caller."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn switch(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Body(input): Body<Switch>,
) -> Outcome<Tokens> {
    let platform = app.table().platform();
    let session = own_session(&app, &caller).await?;
    if by_provider_alone(&session.proof.methods) {
        return Err(not_their_word().into());
    }
    let club = match &input.club {
        Some(slug) => Some(tenancy::store::open_club(&platform, slug).await?),
        None => None,
    };
    let entrant = Entrant {
        account: caller.account(),
        club,
        proof: session.proof,
        footing: Footing::Session { id: session.id },
        device: input.device.or(session.device),
    };
    let key = app.signing_key().await?;
    let door = Door {
        table: app.table(),
        key: &key,
        issuer: app.config().public_base_url()?,
        correlation: &correlation,
        now: app.clock().now(),
    };
    let not_there = || Error::not_found("CLUB_NOT_FOUND", "there is no such club that you are in");
    Ok(Reply::ok(door.enter(entrant).await?.ok_or_else(not_there)?))
}

/// A club's provider speaks for its club alone: any club can register one that says anything.
fn not_their_word() -> Error {
    let message = "you signed in with this club's provider; prove yourself with your own password or second \
                   factor at /v1/auth/step-up, or sign in to the other club itself";
    Error::forbidden("SIGN_IN_THERE", message)
}

/// The session that calls. An API key has none.
async fn own_session(app: &App, caller: &Caller) -> Result<identity::Session> {
    let platform = app.table().platform();
    let session = store::session_of(&platform, caller.account(), caller.session()).await?;
    session.filter(|session| session.is_open(app.clock().now())).ok_or_else(|| {
        Error::unauthenticated("SESSION_REVOKED", "this session was ended; log in again")
    })
}
