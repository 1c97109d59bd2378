//! Called by the notifications queue, which the events topic fills: tells people by e-mail what happened.
//!
//! Each event is told once, however often it is delivered; `notification` says where the one exception
//! lies. What is no longer true when its event arrives is not told: its successor is. An event that
//! cannot be read, or that nobody here knows, ends in the dead-letter queue and hinders no other.

mod news;
mod series_news;
mod welcome;

use cloud::MailMessage;
use futures::future::try_join;
use kernel::{Email, Event, Locale, PersonName, Result, Tenant};
use notification::{Language, Letter, Notice};
use runtime::{App, Message};

use news::Recipient;

/// Tells one event.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let event: Event = message.json()?;
    let table = app.table().tenant(&Tenant::from_event(&event));
    let Some(news) = news::of(&app, &table, &event).await? else {
        tracing::info!(event.id = %event.id, event.kind = event.kind, "overtaken, not told");
        return Ok(());
    };
    let template = news.notice.template();
    let (reader, club) =
        try_join(reader(&app, news.recipient), tenancy::store::settings(&table)).await?;
    // Who was erased is told nothing any more.
    let Some(reader) = reader else { return Ok(()) };
    // A child has no address; what it is told, its guardian reads in the app.
    let Some(to) = reader.email else { return Ok(()) };
    let wishes: Vec<_> = reader.locale.iter().chain([&club.locale]).collect();
    let language = Language::choose(&wishes);
    let wording = notification::wording(&table, template, language).await?;
    let mail = app.mail()?;
    // From here on nothing but a welcome's token and the mail service stands between the two writes. A
    // token is made under the claim, because making one ends the one that was mailed before.
    let now = app.clock().now();
    let Some(claim) = notification::claim(&table, &news.subject, template, now).await? else {
        return Ok(());
    };
    let sent = async {
        let notice = match news.notice {
            Notice::MemberWelcome(_) => welcome::to(&app, event.id, reader.account).await?,
            notice => notice,
        };
        let letter = Letter {
            recipient: reader.name,
            language,
            club: club.name.into(),
            time_zone: news.time_zone.unwrap_or_else(|| club.time_zone.zone()),
            notice,
        };
        let rendered = notification::render(&letter, &wording)?;
        let message =
            MailMessage { to, subject: rendered.subject, text: rendered.text, html: rendered.html };
        mail.send(&message).await
    };
    let sent = sent.await;
    notification::settle(&table, claim, sent, app.clock().now()).await
}

/// Whoever reads the mail.
struct Reader {
    /// `None` of somebody who is written to by address alone.
    account: Option<identity::Account>,
    email: Option<Email>,
    name: PersonName,
    /// What they read; `None` of somebody whom only their address is known of.
    locale: Option<Locale>,
}

async fn reader(app: &App, recipient: Recipient) -> Result<Option<Reader>> {
    match recipient {
        Recipient::Address { email, name } => {
            Ok(Some(Reader { account: None, email: Some(email), name, locale: None }))
        }
        Recipient::Account(id) => {
            let account = identity::store::account(&app.table().platform(), id).await?;
            let Some(account) = account else { return Ok(None) };
            let (email, name) = (account.email.clone(), account.name.clone());
            let locale = Some(account.locale.clone());
            Ok(Some(Reader { account: Some(account), email, name, locale }))
        }
    }
}
