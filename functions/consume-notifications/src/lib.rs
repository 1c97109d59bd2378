//! Called by the notifications queue, which the events topic fills: tells people by e-mail what happened.
//!
//! Each event is told once, however often it is delivered; `notification` says where the one exception
//! lies. What is no longer true when its event arrives is not told: its successor is. An event that
//! cannot be read, or that nobody here knows, ends in the dead-letter queue and hinders no other.
//!
//! A child without an address is told nothing; those who act for it are told in its place, each once.

mod news;
mod series_news;
mod welcome;

use cloud::MailMessage;
use futures::future::join_all;
use kernel::{AccountId, Email, Event, EventId, Locale, PersonName, Result, Tenant};
use notification::{Language, Letter, Notice};
use runtime::{App, Message};
use table::TenantTable;
use tenancy::ClubSettings;

use news::{News, Recipient};

/// Tells one event.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let event: Event = message.json()?;
    let table = app.table().tenant(&Tenant::from_event(&event));
    let news = news::of(&app, &table, &event).await?;
    if news.is_empty() {
        tracing::info!(event.id = %event.id, event.kind = event.kind, "overtaken, not told");
        return Ok(());
    }
    let club = tenancy::store::settings(&table).await?;
    let told = news.iter().map(|news| tell_all(&app, &table, (news, &club), event.id));
    // Whom one mail does not reach keeps no other from being told.
    join_all(told).await.into_iter().collect()
}

/// Tells one piece of news to whoever reads it; nothing to who was erased.
async fn tell_all(
    app: &App,
    table: &TenantTable,
    (news, club): (&News, &ClubSettings),
    event: EventId,
) -> Result<()> {
    let readers = readers(app, table, news).await?;
    let told = readers.into_iter().map(|reader| tell(app, table, (news, club), reader, event));
    join_all(told).await.into_iter().collect()
}

async fn tell(
    app: &App,
    table: &TenantTable,
    (news, club): (&News, &ClubSettings),
    reader: Reader,
    event: EventId,
) -> Result<()> {
    let template = news.notice.template();
    let wishes: Vec<_> = reader.locale.iter().chain([&club.locale]).collect();
    let language = Language::choose(&wishes);
    let wording = notification::wording(table, template, language).await?;
    let mail = app.mail()?;
    let subject = match &reader.child {
        None => news.subject.clone(),
        Some((guardian, _)) => format!("{}.{guardian}", news.subject),
    };
    // From here on nothing but a welcome's token and the mail service stands between the two writes. A
    // token is made under the claim, because making one ends the one that was mailed before.
    let now = app.clock().now();
    let Some(claim) = notification::claim(table, &subject, template, now).await? else {
        return Ok(());
    };
    let sent = async {
        let notice = match &news.notice {
            Notice::MemberWelcome(_) => welcome::to(app, event, reader.account).await?,
            notice => notice.clone(),
        };
        let letter = Letter {
            recipient: reader.name,
            language,
            club: club.name.clone().into(),
            time_zone: news.time_zone.clone().unwrap_or_else(|| club.time_zone.zone()),
            notice,
        };
        let rendered = notification::render(&letter, &wording)?;
        let subject = match &reader.child {
            None => rendered.subject,
            Some((_, child)) => format!("{child}: {}", rendered.subject),
        };
        let (text, html) = (rendered.text, rendered.html);
        mail.send(&MailMessage { to: reader.email, subject, text, html }).await
    };
    let sent = sent.await;
    notification::settle(table, claim, sent, app.clock().now()).await
}

/// Whoever reads the mail.
struct Reader {
    /// `None` of somebody who is written to by address alone, and of a guardian.
    account: Option<identity::Account>,
    email: Email,
    name: PersonName,
    /// What they read; `None` of somebody whom only their address is known of.
    locale: Option<Locale>,
    /// Of a guardian: who they are, and whom it is about.
    child: Option<(AccountId, PersonName)>,
}

/// Who is told: whom it is about, or in the place of a child without an address those who act for it.
async fn readers(app: &App, table: &TenantTable, news: &News) -> Result<Vec<Reader>> {
    let account = match &news.recipient {
        Recipient::Address { email, name } => {
            let (email, name) = (email.clone(), name.clone());
            return Ok(vec![Reader { account: None, email, name, locale: None, child: None }]);
        }
        Recipient::Account(id) => *id,
    };
    let platform = app.table().platform();
    let Some(account) = identity::store::account(&platform, account).await? else {
        return Ok(Vec::new());
    };
    if let Some(email) = account.email.clone() {
        let (name, locale) = (account.name.clone(), Some(account.locale.clone()));
        return Ok(vec![Reader { account: Some(account), email, name, locale, child: None }]);
    }
    // That a child is a member, its guardian knows who made it one.
    if matches!(news.notice, Notice::MemberWelcome(_)) {
        return Ok(Vec::new());
    }
    let guardians = profiles::acting_guardians(table, account.id, app.clock().now()).await?;
    let accounts = guardians.iter().map(|it| identity::store::account(&platform, it.account_id));
    let accounts = futures::future::try_join_all(accounts).await?;
    let readers = accounts.into_iter().flatten().filter_map(|guardian| {
        Some(Reader {
            account: None,
            email: guardian.email?,
            name: guardian.name,
            locale: Some(guardian.locale),
            child: Some((guardian.id, account.name.clone())),
        })
    });
    Ok(readers.collect())
}
