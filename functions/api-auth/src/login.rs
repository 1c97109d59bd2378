//! `POST /v1/auth/login`.

use axum::extract::State;
use futures::future::{try_join, try_join3};
use garde::Validate;
use identity::{
    DeviceName, Door, Entrant, Footing, PasswordCost, Proof, Tokens, Verified, rehash_password,
    store, verify_password, wrong_credentials,
};
use kernel::{ClubId, Email, Method, Result, Slug};
use runtime::App;
use serde::Deserialize;
use table::PlatformTable;
use utoipa::ToSchema;
use web::{Body, ClientAddress, Correlation, Envelope, Outcome, Problem, Reply, Turn};

/// Who signs in where.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Login {
    email: Email,
    password: String,
    /// The club's slug. Only the platform's operators leave it out.
    club: Option<Slug>,
    /// What its owner knows the device by; shown in the list of sessions.
    #[schema(value_type = Option<String>)]
    device: Option<DeviceName>,
}

/// Sign in to a club with address and password.
///
/// Where the account has a second factor, the answer is the refusal `MFA_REQUIRED`, whose details hold the
/// challenge to answer at `/v1/auth/mfa`.
#[utoipa::path(
    post,
    path = "/v1/auth/login",
    tag = "auth",
    request_body = Login,
    responses(
        (status = 200, body = Envelope<Tokens>, description = "The session's first tokens."),
        (status = 401, body = Problem, description = "INVALID_CREDENTIALS: address, password or club is wrong."),
        (
            status = 403,
            body = Problem,
            description = "MEMBER_SUSPENDED, MEMBER_PENDING, CLUB_SUSPENDED, MFA_REQUIRED, MFA_ENROLMENT_REQUIRED."
        ),
        (status = 422, body = Problem, description = "BODY_INVALID."),
        (status = 429, body = Problem, description = "ACCOUNT_LOCKED, ADDRESS_LOCKED, RATE_LIMITED."),
    )
)]
pub(crate) async fn login(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    turn: Turn,
    Body(input): Body<Login>,
) -> Outcome<Tokens> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let read = records(&platform, &input.email, &address, input.club.as_ref());
    let ((records, club), key, ()) =
        Box::pin(try_join3(read, app.signing_key(), turn.comes())).await?;
    records.check(now)?;
    // The hash is always computed, so that an unknown address takes as long as a wrong password.
    let credential = records.credential.as_ref();
    let hash = credential.and_then(|credential| credential.password_hash.as_deref());
    let cost = PasswordCost::from(app.config().password_cost());
    let verified = verify_password(&input.password, hash, cost)?;
    let (true, Some(credential), Some(club)) = (verified.is_right(), credential, club) else {
        store::record_failure(&platform, &input.email, &address, now).await?;
        return Err(wrong_credentials().into());
    };
    let entrant = Entrant {
        account: credential.account_id,
        club,
        proof: Proof::by(&[Method::Pwd], credential.second_factor, now),
        footing: Footing::Password {
            email: input.email.clone(),
            version: credential.password_version,
        },
        device: input.device,
    };
    let door = Door {
        table: app.table(),
        key: &key,
        issuer: app.config().public_base_url()?,
        correlation: &correlation,
        now,
    };
    let forget = async {
        if records.account_lockout.failures > 0 {
            store::clear_failures(&platform, &input.email).await
        } else {
            Ok(())
        }
    };
    let rehash = async {
        if verified != Verified::YesRehash {
            return Ok(());
        }
        let (fresh, stale) = (rehash_password(&input.password, cost)?, hash.unwrap_or_default());
        store::replace_hash(&platform, &input.email, stale, fresh).await
    };
    let (entered, ()) =
        Box::pin(try_join(door.enter(entrant), async { try_join(forget, rehash).await.map(drop) }))
            .await?;
    Ok(Reply::ok(entered.ok_or_else(wrong_credentials)?))
}

/// What is to be known before the password is verified, and the club to sign in to, which may be none; `None`
/// where there is no open club of that slug.
async fn records(
    platform: &PlatformTable,
    email: &Email,
    address: &str,
    slug: Option<&Slug>,
) -> Result<(store::SignInRecords, Option<Option<ClubId>>)> {
    let Some(slug) = slug else {
        return Ok((store::sign_in_records(platform, email, address).await?, Some(None)));
    };
    let (records, club) = store::sign_in_records_and_club(platform, email, address, slug).await?;
    Ok((records, club.and_then(|record| record.active()).map(Some)))
}
