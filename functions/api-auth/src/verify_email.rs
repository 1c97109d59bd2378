//! `POST /v1/auth/email/verify`.

use axum::extract::State;
use garde::Validate;
use identity::{Account, MembershipStatus, TokenPurpose, store};
use kernel::{Email, Result, Tenant};
use runtime::App;
use serde::Deserialize;
use table::Write;
use utoipa::ToSchema;
use web::{Body, Correlation, Outcome, Problem, Reply};

use crate::account_mail::owner;

/// The proof.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct EmailVerification {
    /// The token of the mail.
    token: String,
}

/// Prove one's address with the token of a mail.
///
/// The token is good once, for 7 days.
#[utoipa::path(
    post,
    path = "/v1/auth/email/verify",
    tag = "auth",
    request_body = EmailVerification,
    responses(
        (status = 204, description = "The address is verified."),
        (status = 409, body = Problem, description = "CONCURRENT_CHANGE: repeat."),
        (
            status = 422,
            body = Problem,
            description = "VERIFICATION_TOKEN_INVALID, VERIFICATION_TOKEN_EXPIRED, BODY_INVALID."
        ),
    )
)]
pub(crate) async fn verify_email(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<EmailVerification>,
) -> Outcome<()> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let purpose = TokenPurpose::Verify;
    let mailed = store::proven_token(&platform, &input.token, purpose, now).await?;
    let (account, credential) = owner(&app, &mailed, purpose).await?;
    let verified_at = credential.verified_at.unwrap_or(now);
    let email = account.address()?;
    let mut writes = vec![
        store::spend_token(&platform, &mailed, purpose, now),
        store::verify_email(&platform, email, &credential, verified_at),
    ];
    writes.extend(admitted(&app, &correlation, &account, email).await?);
    platform.write(writes).await?;
    Ok(Reply::no_content())
}

/// Whoever proves an address of a club's verified domain, and waits for that club's approval, has it.
async fn admitted(
    app: &App,
    correlation: &str,
    account: &Account,
    email: &Email,
) -> Result<Vec<Write>> {
    let Some(club) = store::domain_of(&app.table().platform(), email).await? else {
        return Ok(Vec::new());
    };
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    match store::membership(&table, account.id).await? {
        Some(member) if member.status == MembershipStatus::Pending => {
            store::change(&table, &member, &member.with_status(MembershipStatus::Active))
        }
        _ => Ok(Vec::new()),
    }
}
