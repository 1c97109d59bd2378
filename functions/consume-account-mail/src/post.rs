//! Mails go out once, with or without a token.

use cloud::MailMessage;
use identity::{AccountMail, MailedToken, TokenMail, store};
use kernel::{Email, Error, Result};
use notification::{Claim, Notice, Template, TimedLink, Wording};
use runtime::App;

use crate::{addressee::Addressee, dropped};

/// What sends one message's mails.
pub(crate) struct Post<'a> {
    pub(crate) app: &'a App,
    pub(crate) mail: &'a AccountMail,
    pub(crate) addressee: Addressee,
}

impl Post<'_> {
    /// Sends a notice, once.
    pub(crate) async fn send(&self, to: &Email, notice: Notice) -> Result<()> {
        let Some(claim) = self.claim(notice.template()).await? else { return Ok(()) };
        let sent = self.hand_over(to, notice).await;
        self.settle(claim, sent).await
    }

    /// Makes a token and sends it, once; nothing where too many mails went out.
    pub(crate) async fn send_token(
        &self,
        token: TokenMail,
        template: Template,
        notice: fn(TimedLink) -> Notice,
    ) -> Result<()> {
        if !self.admits(&token).await? {
            return dropped("too many mails");
        }
        let Some(claim) = self.claim(template).await? else { return Ok(()) };
        let sent = self.hand_over_token(&token, notice).await;
        self.settle(claim, sent).await
    }

    /// Whether this message's mail may go out now.
    pub(crate) async fn admits(&self, token: &TokenMail) -> Result<bool> {
        let platform = self.app.table().platform();
        let before = store::mailed_token(&platform, token.account_id, token.purpose).await?;
        Ok(MailedToken::admits(before.as_ref(), token.id, self.app.clock().now()))
    }

    async fn claim(&self, template: Template) -> Result<Option<Claim>> {
        // A function that cannot send takes no claim.
        self.app.mail()?;
        let (platform, subject) = (self.app.table().platform(), self.mail.id.to_string());
        let now = self.app.clock().now();
        notification::claim_of_platform(&platform, &subject, template, now).await
    }

    async fn settle(&self, claim: Claim, sent: Result<String>) -> Result<()> {
        let now = self.app.clock().now();
        notification::settle(&self.app.table().platform(), claim, sent, now).await
    }

    async fn hand_over_token(
        &self,
        token: &TokenMail,
        notice: fn(TimedLink) -> Notice,
    ) -> Result<String> {
        let (platform, now) = (self.app.table().platform(), self.app.clock().now());
        let base = self.app.config().public_base_url()?;
        // Overtaken by another message's mail: this one comes again, and is then one too many.
        let overtaken = || Error::unavailable("TOKEN_OVERTAKEN", "another mail has just gone out");
        let made = store::mint_token(&platform, token, now).await?.ok_or_else(overtaken)?;
        let link = made.link(base, token.purpose);
        let timed = TimedLink { link, expires_at: token.purpose.ends(now) };
        self.hand_over(&token.email, notice(timed)).await
    }

    async fn hand_over(&self, to: &Email, notice: Notice) -> Result<String> {
        let letter = self.addressee.letter(notice);
        let wording = Wording::built_in(letter.notice.template(), letter.language);
        let rendered = notification::render(&letter, &wording)?;
        let message = MailMessage {
            to: to.clone(),
            subject: rendered.subject,
            text: rendered.text,
            html: rendered.html,
        };
        self.app.mail()?.send(&message).await
    }
}
