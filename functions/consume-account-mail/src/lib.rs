//! Called by the account mail queue, which `api-auth` fills: writes to people about their accounts.
//!
//! | message | mail |
//! |---|---|
//! | `password_reset` | to the address, if it is an account's: a token that sets a new password |
//! | `verify_email` | to the account's address, unless it is verified: a token that verifies it |
//! | `change_email` | to the new address, if it is nobody's: a token that moves the account; to the present one: that somebody asked |
//! | `password_changed` | to the account's address |
//! | `email_changed` | to the address before |
//!
//! Tokens are made here, between a mail's claim and its sending, so that none lies in a queue. Each message
//! is mailed once, however often it comes; where too many were mailed of a kind, it is dropped. A message
//! that cannot be read ends in the dead-letter queue and hinders no other. Who asks learns nothing of all
//! this, and logs name accounts, not addresses.

mod addressee;
mod post;

use identity::{Account, AccountMail, CredentialStatus, MailAbout, TokenMail, TokenPurpose, store};
use kernel::{AccountId, ClubId, Email, Result, Slug};
use notification::{Notice, Template};
use runtime::{App, Message};

use crate::{addressee::Addressee, post::Post};

/// Writes one mail.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let mail: AccountMail = message.json()?;
    let work = Work { app: &app, mail: &mail };
    match &mail.about {
        MailAbout::PasswordReset { email, club } => work.reset(email, club.as_ref()).await,
        MailAbout::VerifyEmail { account_id, club_id } => work.verify(*account_id, *club_id).await,
        MailAbout::ChangeEmail { account_id, .. } => work.change_email(*account_id).await,
        MailAbout::PasswordChanged { account_id } => {
            let Some(account) = work.account(*account_id).await? else { return Ok(()) };
            let email = account.address()?.clone();
            let post = work.post(account, None).await?;
            post.send(&email, Notice::PasswordChanged).await
        }
        MailAbout::EmailChanged { account_id, email } => {
            let Some(account) = work.account(*account_id).await? else { return Ok(()) };
            let post = work.post(account, None).await?;
            post.send(email, Notice::EmailChanged).await
        }
    }
}

struct Work<'a> {
    app: &'a App,
    mail: &'a AccountMail,
}

impl<'a> Work<'a> {
    async fn reset(&self, email: &Email, club: Option<&Slug>) -> Result<()> {
        let platform = self.app.table().platform();
        let found = store::credential(&platform, email).await?;
        // Who is invited and has no password yet has an invitation's link for it.
        let found = found.filter(|credential| credential.status == CredentialStatus::Active);
        let Some(credential) = found else { return dropped("no account") };
        let Some(account) = self.account(credential.account_id).await? else { return Ok(()) };
        let club = match club {
            Some(slug) => {
                let record = tenancy::store::slug(&platform, slug).await?;
                record.and_then(|record| record.active())
            }
            None => None,
        };
        let token = self.token(TokenPurpose::Reset, &account, email);
        self.post(account, club)
            .await?
            .send_token(token, Template::PasswordReset, Notice::PasswordReset)
            .await
    }

    async fn verify(&self, account: AccountId, club: Option<ClubId>) -> Result<()> {
        let Some(account) = self.account(account).await? else { return Ok(()) };
        let platform = self.app.table().platform();
        let found = store::credential(&platform, account.address()?).await?;
        if found.is_none_or(|credential| credential.verified_at.is_some()) {
            return dropped("nothing to verify");
        }
        let token = self.token(TokenPurpose::Verify, &account, account.address()?);
        self.post(account, club)
            .await?
            .send_token(token, Template::VerifyEmail, Notice::VerifyEmail)
            .await
    }

    async fn change_email(&self, account: AccountId) -> Result<()> {
        let MailAbout::ChangeEmail { new_email, session_id, club_id, .. } = &self.mail.about else {
            return Ok(());
        };
        let Some(account) = self.account(account).await? else { return Ok(()) };
        let platform = self.app.table().platform();
        let somebody_s = store::credential(&platform, new_email).await?.is_some();
        let present = account.address()?.clone();
        let token = TokenMail {
            session_id: Some(*session_id),
            ..self.token(TokenPurpose::ChangeEmail, &account, new_email)
        };
        let post = self.post(account, *club_id).await?;
        if !post.admits(&token).await? {
            return dropped("too many mails");
        }
        post.send(&present, Notice::EmailChangeRequested).await?;
        if somebody_s {
            // The token that nobody gets counts the request all the same.
            store::mint_token(&platform, &token, self.app.clock().now()).await?;
            return dropped("the address is somebody's");
        }
        post.send_token(token, Template::EmailChange, Notice::EmailChange).await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        let found = store::account(&self.app.table().platform(), id).await?;
        if found.is_none() {
            dropped("the account is gone")?;
        }
        Ok(found)
    }

    fn token(&self, purpose: TokenPurpose, account: &Account, email: &Email) -> TokenMail {
        TokenMail {
            id: self.mail.id,
            purpose,
            account_id: account.id,
            email: email.clone(),
            session_id: None,
        }
    }

    async fn post(&self, account: Account, club: Option<ClubId>) -> Result<Post<'a>> {
        let correlation = &self.mail.correlation_id;
        let addressee = Addressee::find(self.app, correlation, account, club).await?;
        Ok(Post { app: self.app, mail: self.mail, addressee })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it ends handlers")]
fn dropped(why: &'static str) -> Result<()> {
    tracing::info!(why, "no mail is sent");
    Ok(())
}
