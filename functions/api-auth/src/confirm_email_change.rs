//! `POST /v1/auth/email/change/confirm`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{MailAbout, MailedToken, TokenPurpose, store};
use kernel::{AccountId, ClubId, Email, Error, Origin, Result, SessionId, Tenant};
use runtime::App;
use serde::Deserialize;
use table::Write;
use utoipa::ToSchema;
use web::{Body, ClientAddress, Correlation, Outcome, Problem, Reply};

use crate::account_mail::{own_account, tell};

/// Every club has a copy of the address, and all change in one transaction, which has its limit.
const CLUBS_LIMIT: usize = 80;

/// The proof.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct EmailChangeConfirmation {
    /// The token of the mail.
    token: String,
}

/// Confirm another address with the token of the mail that went there.
///
/// The token is good once, for 24 hours, while the session that asked for it is open. The password stays,
/// and so do sessions; the address before is told.
#[utoipa::path(
    post,
    path = "/v1/auth/email/change/confirm",
    tag = "auth",
    request_body = EmailChangeConfirmation,
    responses(
        (status = 204, description = "The new address signs in, the one before no longer."),
        (status = 409, body = Problem, description = "EMAIL_TAKEN; CONCURRENT_CHANGE: repeat."),
        (
            status = 422,
            body = Problem,
            description = "EMAIL_CHANGE_TOKEN_INVALID, EMAIL_CHANGE_TOKEN_EXPIRED, TOO_MANY_CLUBS, BODY_INVALID."
        ),
    )
)]
pub(crate) async fn confirm_email_change(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<EmailChangeConfirmation>,
) -> Outcome<()> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let purpose = TokenPurpose::ChangeEmail;
    let mailed = store::proven_token(&platform, &input.token, purpose, now).await?;
    let session = open_session(&app, &mailed).await?;
    let (account, credential) = own_account(&app, &mailed, purpose).await?;
    let clubs = store::memberships(&platform, account.id).await?;
    if clubs.len() > CLUBS_LIMIT {
        return Err(too_many_clubs().into());
    }

    let mut writes = vec![
        store::spend_token(&platform, &mailed, purpose, now),
        store::require_open(&platform, account.id, session),
    ];
    let new = &mailed.email;
    writes.extend(store::change_email(&platform, &account, &credential, new, now)?);
    writes.extend(in_clubs(&app, &correlation, &clubs, account.id, new));
    let origin = Origin {
        account: account.id,
        session: Some(session),
        address,
        correlation: correlation.clone(),
    };
    let told = Entry::new(&origin, "email.changed", account.id);
    audit::write_platform(&platform, told, now, writes).await?;

    let about =
        MailAbout::EmailChanged { account_id: account.id, email: account.address()?.clone() };
    tell(&app, correlation, about).await;
    Ok(Reply::no_content())
}

/// The session that asked, which must still be open: whoever lost it by a new password moves nothing.
async fn open_session(app: &App, mailed: &MailedToken) -> Result<SessionId> {
    let refused = || TokenPurpose::ChangeEmail.refused();
    let id = mailed.session_id.ok_or_else(refused)?;
    let session = store::session_of(&app.table().platform(), mailed.account_id, id).await?;
    let open = session.filter(|session| session.is_open(app.clock().now()));
    open.map(|session| session.id).ok_or_else(refused)
}

fn in_clubs(
    app: &App,
    correlation: &str,
    clubs: &[ClubId],
    account: AccountId,
    new: &Email,
) -> Vec<Write> {
    let tables = clubs
        .iter()
        .map(|club| app.table().tenant(&Tenant::from_platform_record(*club, correlation)));
    tables.map(|table| store::set_member_address(&table, account, new)).collect()
}

fn too_many_clubs() -> Error {
    Error::invalid(
        "TOO_MANY_CLUBS",
        format!("an account in more than {CLUBS_LIMIT} clubs cannot move; leave some of them"),
    )
}
