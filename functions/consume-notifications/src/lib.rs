//! Called by the notifications queue, which the events topic fills: tells people by e-mail what happened.
//!
//! Each event is told once, however often it is delivered; `notification` says where the one exception
//! lies. What is no longer true when its event arrives is not told: its successor is. An event that
//! cannot be read, or that nobody here knows, ends in the dead-letter queue and hinders no other.

mod news;

use cloud::MailMessage;
use futures::future::try_join;
use kernel::{Error, Event, Result, Tenant};
use notification::{Language, Letter};
use runtime::{App, Message};

/// Tells one event.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let event: Event = message.json()?;
    let table = app.table().tenant(&Tenant::from_event(&event));
    let Some(news) = news::of(&table, &event, app.clock().now()).await? else {
        tracing::info!(event.id = %event.id, event.kind = event.kind, "overtaken, not told");
        return Ok(());
    };
    let platform = app.table().platform();
    let template = news.notice.template();
    let account = async {
        let found = identity::store::account(&platform, news.recipient).await?;
        found.ok_or_else(|| Error::not_found("ACCOUNT_NOT_FOUND", "there is no such account"))
    };
    let (account, club) = try_join(account, tenancy::store::settings(&table)).await?;
    let language = Language::choose(&[&account.locale, &club.locale]);
    let wording = notification::wording(&table, template, language).await?;
    let letter = Letter {
        recipient: account.name,
        language,
        club: club.name.into(),
        time_zone: news.time_zone.unwrap_or_else(|| club.time_zone.zone()),
        notice: news.notice,
    };
    let rendered = notification::render(&letter, &wording)?;
    let mail = app.mail()?;
    let message = MailMessage {
        to: account.email,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
    };
    // From here on nothing but the mail service stands between the two writes.
    let now = app.clock().now();
    let Some(claim) = notification::claim(&table, &news.subject, template, now).await? else {
        return Ok(());
    };
    let sent = mail.send(&message).await;
    notification::settle(&table, claim, sent, app.clock().now()).await
}
