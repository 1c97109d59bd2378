//! Keys, reads and writes of wordings and deliveries.

use kernel::{
    Error, Result,
    jiff::{SignedDuration, Timestamp},
};
use serde::Deserialize;
use table::{
    Attempt, Condition, Engine, Key, PlatformTable, TenantTable, Update, Write, read_item,
};

use crate::{Language, Template, Wording};

/// How long a claim keeps others from sending; longer than the mail service ever takes to answer.
pub const LEASE_SECONDS: i64 = 30;
/// How long a delivery is remembered; far longer than any queue keeps a message.
pub const KEPT_DAYS: i64 = 90;
/// How often the last write is tried: each try that is saved is a message that somebody gets twice.
const SETTLE_TRIES: usize = 3;

fn template_key(table: &TenantTable, template: Template, language: Language) -> Key {
    let sort = format!("TEMPLATE#{}#{}", template.as_str(), language.code());
    table.key("SETTINGS", sort)
}

fn delivery_key(table: &TenantTable, subject: &str, template: Template) -> Key {
    table.key(format_args!("NOTIFICATION#{subject}#{}", template.as_str()), "NOTIFICATION")
}

/// `T#<club>#SETTINGS` / `TEMPLATE#<notice>#<language>`; the built-in words where a club has none of its own.
pub async fn wording(
    table: &TenantTable,
    template: Template,
    language: Language,
) -> Result<Wording> {
    let stored = table.get(&template_key(table, template, language)).await?;
    Ok(stored.unwrap_or_else(|| Wording::built_in(template, language)))
}

/// Of those that a club words: the platform's own are said in the built-in words alone.
fn each_template() -> impl Iterator<Item = (Template, Language)> {
    let of_clubs = Template::ALL.iter().filter(|template| !template.is_of_platform());
    of_clubs.flat_map(|template| Language::ALL.into_iter().map(|language| (*template, language)))
}

/// Writes every `T#<club>#SETTINGS` / `TEMPLATE#<notice>#<language>` from the built-in words, 24 items.
/// Repeating it changes nothing; nobody words a club before it is onboarded.
pub fn default_templates(table: &TenantTable) -> Result<Vec<Write>> {
    each_template()
        .map(|(template, language)| {
            let wording = Wording::built_in(template, language);
            Write::put(template_key(table, template, language), "notification_template", &wording)
        })
        .collect()
}

/// Takes back every `T#<club>#SETTINGS` / `TEMPLATE#<notice>#<language>`.
pub fn remove_templates(table: &TenantTable) -> Vec<Write> {
    each_template()
        .map(|(template, language)| Write::delete(template_key(table, template, language)))
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Sending,
    Sent,
    Failed,
}

#[derive(Deserialize)]
struct Delivery {
    status: Status,
    attempts: u32,
}

/// The right to send one notice about one subject, for [`LEASE_SECONDS`].
#[derive(Debug)]
#[must_use = "a claim that is not settled keeps the message from being sent again for a while"]
pub struct Claim {
    key: Key,
    attempt: u32,
}

/// `T#<club>#NOTIFICATION#<subject>#<notice>` / `NOTIFICATION`: takes the right to send; `None` where it
/// was sent, or refused for good, before.
///
/// `subject` is the id of what the notice is about, such that it is told about it once: a booking's, a
/// refund's, an event's. While somebody else is sending it is `unavailable` with `NOTIFICATION_IN_FLIGHT`.
pub async fn claim(
    table: &TenantTable,
    subject: &str,
    template: Template,
    now: Timestamp,
) -> Result<Option<Claim>> {
    claim_delivery(table, delivery_key(table, subject, template), now).await
}

/// `P#NOTIFICATION#<subject>#<notice>` / `NOTIFICATION`: the same for a notice of the platform's own.
pub async fn claim_of_platform(
    table: &PlatformTable,
    subject: &str,
    template: Template,
    now: Timestamp,
) -> Result<Option<Claim>> {
    let name = template.as_str();
    let key = table.key(format_args!("NOTIFICATION#{subject}#{name}"), "NOTIFICATION");
    claim_delivery(table, key, now).await
}

async fn claim_delivery(table: &Engine, key: Key, now: Timestamp) -> Result<Option<Claim>> {
    let lapsed = Condition::equals("status", "sending").and(Condition::at_most("lease_until", now));
    let update = Update::new()
        .set("status", "sending")
        .set("lease_until", now + SignedDuration::from_secs(LEASE_SECONDS))
        .add("attempts", 1_u32);
    let write = Write::update(key.clone(), update)
        .attribute("kind", "notification")
        .expiring(now + SignedDuration::from_hours(24 * KEPT_DAYS))
        .when(Condition::any([Condition::absent("PK"), lapsed]));
    let (item, ours) = match table.attempt(write).await? {
        Attempt::Done(item) => (item, true),
        Attempt::Refused(item) => (item, false),
    };
    match item.map(read_item::<Delivery>).transpose()? {
        Some(delivery) if ours => Ok(Some(Claim { key, attempt: delivery.attempts })),
        Some(Delivery { status: Status::Sent | Status::Failed, .. }) => Ok(None),
        _ => Err(Error::unavailable("NOTIFICATION_IN_FLIGHT", "somebody is sending this")),
    }
}

/// `T#<club>#NOTIFICATION#…` or `P#NOTIFICATION#<subject>#<notice>` / `NOTIFICATION`: writes what became of a claim.
///
/// `sent` is the mail service's message id, or its error: `invalid` ends the delivery as failed, which is
/// no error of the caller's; any other lets the next attempt begin at once, and is answered.
pub async fn settle(
    table: &Engine,
    claim: Claim,
    sent: Result<String>,
    now: Timestamp,
) -> Result<()> {
    let Claim { key, attempt } = claim;
    let update = match &sent {
        Ok(message_id) => Update::new()
            .set("status", "sent")
            .set("sent_at", now)
            .set("message_id", message_id.as_str())
            .remove("lease_until"),
        Err(error) if error.kind() == kernel::Kind::Invalid => Update::new()
            .set("status", "failed")
            .set("failed_at", now)
            .set("error", error.code())
            .remove("lease_until"),
        Err(error) => Update::new().set("lease_until", now).set("error", error.code()),
    };
    let settled = write_until_it_holds(table, &key, attempt, &update).await;
    match sent {
        Ok(_) => settled,
        Err(error) if error.kind() == kernel::Kind::Invalid => {
            tracing::error!(error = ?error, "a notification was refused and will not be sent");
            settled
        }
        // The lease lapses by itself if it could not be given back.
        Err(error) => Err(error),
    }
}

/// Setting the same values again is harmless, so a lost answer is no reason to give up.
async fn write_until_it_holds(
    table: &Engine,
    key: &Key,
    attempt: u32,
    update: &Update,
) -> Result<()> {
    let mut outcome = Ok(());
    for _ in 0..SETTLE_TRIES {
        let write =
            Write::update(key.clone(), update.clone()).when(Condition::equals("attempts", attempt));
        outcome = match table.attempt(write).await {
            // Refused: a later attempt took over, and settles the delivery itself.
            Ok(Attempt::Done(_) | Attempt::Refused(_)) => return Ok(()),
            Err(error) => Err(error),
        };
        if outcome.as_ref().is_err_and(|error| !error.is_transient()) {
            return outcome;
        }
    }
    outcome
}
