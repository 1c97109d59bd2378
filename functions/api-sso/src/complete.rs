//! `POST /v1/auth/sso/complete`.

use audit::Entry;
use axum::extract::State;
use identity::{Door, Entrant, Footing, Prepared, Proof, Purpose, Tokens, takes_people};
use kernel::{Error, Origin, Tenant};
use runtime::App;
use serde_json::json;
use web::{Body, ClientAddress, Correlation, Envelope, Outcome, Problem, Reply};

use crate::{
    settle::settle,
    way::{SsoReturn, come_back, identify},
};

/// Finish to sign in with another identity provider.
///
/// Who has never been here gets an account, and a place in the club: at once with a believed address of the
/// club's own domain, with the roles of an invitation that is open for it; else, by the club's own provider, once
/// the club approves it, and by the platform's as whoever registers. No address counts that the provider does not
/// say is verified, and none of another domain than those that the provider is believed about.
#[utoipa::path(
    post,
    path = "/v1/auth/sso/complete",
    tag = "sso",
    request_body = SsoReturn,
    responses(
        (status = 200, body = Envelope<Tokens>, description = "The session's first tokens."),
        (
            status = 401,
            body = Problem,
            description = "SSO_STATE_EXPIRED, SSO_IDENTITY_GONE, SSO_WRONG_ISSUER, SSO_CODE_REFUSED, ID_TOKEN_MISSING, ID_TOKEN_INVALID, \
                           ID_TOKEN_WRONG_ISSUER, ID_TOKEN_WRONG_AUDIENCE, ID_TOKEN_WRONG_PARTY, \
                           ID_TOKEN_WRONG_NONCE, ID_TOKEN_EXPIRED, ID_TOKEN_UNSIGNED, \
                           ID_TOKEN_ALGORITHM_REFUSED, ID_TOKEN_KEY_UNKNOWN, ID_TOKEN_SIGNATURE_INVALID, \
                           USER_INFO_WRONG_SUBJECT."
        ),
        (
            status = 403,
            body = Problem,
            description = "SSO_WRONG_BROWSER, SSO_EMAIL_MISSING, SSO_EMAIL_UNVERIFIED, MEMBER_PENDING, MFA_REQUIRED, MFA_ENROLMENT_REQUIRED, \
                           MEMBER_SUSPENDED, CLUB_SUSPENDED, INVITATION_REQUIRED, PLATFORM_PROVIDERS_OFF."
        ),
        (status = 404, body = Problem, description = "SSO_STATE_UNKNOWN, IDENTITY_PROVIDER_NOT_FOUND, CLUB_NOT_FOUND."),
        (status = 409, body = Problem, description = "ACCOUNT_EXISTS_LINK_FIRST."),
        (status = 422, body = Problem, description = "VALIDATION_FAILED, BODY_INVALID."),
        (
            status = 503,
            body = Problem,
            description = "IDENTITY_PROVIDER_UNAVAILABLE, IDENTITY_PROVIDER_ANSWER_INVALID, \
                           IDENTITY_PROVIDER_ANSWER_TOO_LARGE, IDENTITY_PROVIDER_REFUSED_CLIENT, ISSUER_MISMATCH."
        ),
    )
)]
pub(crate) async fn complete(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<SsoReturn>,
) -> Outcome<Tokens> {
    let departure = come_back(&app, &input, |purpose| *purpose == Purpose::SignIn).await?;
    let club = departure.club_id;
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation.clone()));
    let (person, provider) = identify(&app, &table, &departure, input).await?;

    // Read before anything is signed or written.
    takes_people(&app.table().platform(), club).await?;
    let (key, issuer) = (app.signing_key().await?, app.config().public_base_url()?);
    let credential = settle(&app, &table, &person, &provider, &address).await?;
    let now = app.clock().now();
    // The provider has asked for what it asks for; whether our own second factor is asked for as well, the
    // club's policy says.
    let entrant = Entrant {
        account: credential.account_id,
        club: Some(club),
        proof: Proof::by(&[provider.method()], credential.second_factor, now),
        footing: Footing::Identity { id: person.id() },
        device: departure.device,
    };
    let door = Door { table: app.table(), key: &key, issuer, correlation: &correlation, now };
    let Prepared { tokens, session, writes } =
        door.prepare(&entrant).await?.ok_or_else(not_open)?;
    let account = credential.account_id;
    let origin = Origin { account, session: Some(session.id), address, correlation };
    let told = Entry::new(&origin, "session.opened", account);
    let told = told.making(&json!({ "provider_id": provider.reference() }))?;
    audit::write(&table, told, now, writes).await?;
    Ok(Reply::ok(tokens))
}

fn not_open() -> Error {
    Error::not_found("CLUB_NOT_FOUND", "no club of this name is open")
}
