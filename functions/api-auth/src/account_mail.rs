//! What is mailed, and what mails prove.

use identity::{Account, AccountMail, Credential, MailAbout, MailedToken, TokenPurpose, store};
use kernel::{Error, Result};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;

/// A mail will be sent, if there is reason to. Whether there is, nobody is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailPromised {
    /// For people.
    message: &'static str,
}

impl MailPromised {
    pub(crate) const RESET: Self = Self {
        message: "if there is an account with this address, a mail with a link is on its way; \
                  look into the spam folder, too",
    };
    pub(crate) const VERIFICATION: Self = Self {
        message: "unless the address is verified already, a mail with a link is on its way",
    };
    pub(crate) const EMAIL_CHANGE: Self =
        Self { message: "if the new address is free, a mail with a link is on its way to it" };
}

/// Queues a mail that somebody asked for.
pub(crate) async fn request(app: &App, correlation: String, about: MailAbout) -> Result<()> {
    let mail = AccountMail::new(correlation, about);
    let body = serde_json::to_string(&mail)
        .map_err(|cause| Error::internal("a mail is not JSON").with_source(cause))?;
    app.queue().send(app.config().account_mail_queue_url()?, body, 0).await
}

/// Queues a mail about something that is done. It stays done where the queue does not take the mail.
pub(crate) async fn tell(app: &App, correlation: String, about: MailAbout) {
    if let Err(error) = request(app, correlation, about).await {
        tracing::error!(error = ?error, "somebody is not told of a change of their account");
    }
}

/// The account of a token that was mailed to the account's own address, and its credential. Once the
/// account has moved to another address, mails to the one before prove nothing.
pub(crate) async fn owner(
    app: &App,
    mailed: &MailedToken,
    purpose: TokenPurpose,
) -> Result<(Account, Credential)> {
    let (account, credential) = own_account(app, mailed, purpose).await?;
    if account.email.as_ref() == Some(&mailed.email) {
        Ok((account, credential))
    } else {
        Err(purpose.refused())
    }
}

/// The account of a token, and its credential, wherever the mail went.
pub(crate) async fn own_account(
    app: &App,
    mailed: &MailedToken,
    purpose: TokenPurpose,
) -> Result<(Account, Credential)> {
    let platform = app.table().platform();
    let found = store::account_with_credential(&platform, mailed.account_id).await?;
    found.ok_or_else(|| purpose.refused())
}
