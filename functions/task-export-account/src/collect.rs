//! `collect`: what each context has of the person.

use audit::{Filter, Log};
use booking::Booking;
use futures::future::try_join_all;
use kernel::{Error, Kind, PageLimit, PageRequest, PaymentId, Result};
use payments::WalletEntry;
use profiles::store;
use serde::Serialize;
use serde_json::{Value, json};

use crate::work::Work;

/// Pages of a hundred: more bookings, or entries of a wallet, than anybody has in a life.
const PAGES_LIMIT: usize = 200;
/// Payments read at once.
const PAYMENTS_AT_ONCE: usize = 20;
/// The person's own newest lines of the audit log that are told.
const ACTIVITY_LIMIT: usize = 1_000;

/// Puts the parts into the bucket.
pub(crate) async fn collect(work: &Work<'_>) -> Result<()> {
    store::start_export(&work.table, work.export.id).await?;
    put(work, "identity.json", &identity(work).await?).await?;
    let profile = store::everything(&work.table, work.export.account_id).await?;
    put(work, "profile.json", &profile).await?;
    let bookings = bookings(work).await?;
    put(work, "bookings.json", &bookings).await?;
    put(work, "payments.json", &payments(work, &bookings).await?).await?;
    put(work, "wallet.json", &wallet(work).await?).await?;
    put(work, "activity.json", &activity(work).await?).await
}

async fn put(work: &Work<'_>, name: &str, part: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec_pretty(part)
        .map_err(|cause| Error::internal("an export is not JSON").with_source(cause))?;
    work.storage.put(&work.part(name), "application/json", text).await
}

/// Without hashes and secrets: they are of no use to anybody but a thief.
async fn identity(work: &Work<'_>) -> Result<Value> {
    let id = work.export.account_id;
    let account = ::identity::store::account(&work.platform, id).await?;
    let email = account.as_ref().and_then(|account| account.email.as_ref());
    let credential = match email {
        Some(email) => ::identity::store::credential(&work.platform, email).await?,
        None => None,
    };
    let sign_in = credential.map(|credential| {
        json!({
            "has_password": credential.password_hash.is_some(),
            "second_factor": credential.second_factor,
            "address_verified_at": credential.verified_at.map(kernel::timestamp_text),
        })
    });
    let membership = ::identity::store::membership(&work.table, id).await?;
    Ok(json!({ "account": account, "sign_in": sign_in, "membership": membership }))
}

async fn bookings(work: &Work<'_>) -> Result<Vec<Booking>> {
    let mut bookings = Vec::new();
    let mut after = None;
    for _ in 0..PAGES_LIMIT {
        let request = PageRequest { limit: hundred(), after };
        let account = work.export.account_id;
        let page = booking::bookings_of_account(&work.table, account, request).await?;
        bookings.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(bookings);
        }
    }
    Err(Error::internal("a person has more bookings than an export holds"))
}

/// Those of their own bookings, and what they were asked for of others'.
async fn payments(work: &Work<'_>, bookings: &[Booking]) -> Result<Vec<Value>> {
    let mut ids: Vec<PaymentId> =
        bookings.iter().filter_map(|booking| booking.payment_id).collect();
    ids.extend(bills(work).await?);
    ids.sort_unstable();
    ids.dedup();
    let mut payments = Vec::new();
    for some in ids.chunks(PAYMENTS_AT_ONCE) {
        let read = some.iter().map(|id| payment(work, *id));
        payments.extend(try_join_all(read).await?.into_iter().flatten());
    }
    Ok(payments)
}

async fn bills(work: &Work<'_>) -> Result<Vec<PaymentId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_LIMIT {
        let request = PageRequest { limit: hundred(), after };
        let account = work.export.account_id;
        let page = payments::bills_of_account(&work.table, account, request).await?;
        ids.extend(page.items.iter().map(|bill| bill.id));
        after = page.next;
        if after.is_none() {
            return Ok(ids);
        }
    }
    Err(Error::internal("a person has more bills than an export holds"))
}

async fn payment(work: &Work<'_>, id: PaymentId) -> Result<Option<Value>> {
    match payments::payment(&work.table, id).await {
        Ok(mut payment) => {
            // When we ask the provider again is no fact about the person.
            payment.watch = None;
            Ok(Some(json!(payment)))
        }
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn wallet(work: &Work<'_>) -> Result<Value> {
    let account = work.export.account_id;
    let balances = ledger::wallet(&work.table, account).await?;
    let (mut entries, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_LIMIT {
        let request = PageRequest { limit: hundred(), after };
        let page = ledger::statement(&work.table, account, request).await?;
        entries.extend(page.items.iter().filter_map(WalletEntry::of));
        after = page.next;
        if after.is_none() {
            return Ok(json!({ "balances": balances, "entries": entries }));
        }
    }
    Err(Error::internal("a wallet has more entries than an export holds"))
}

async fn activity(work: &Work<'_>) -> Result<Vec<Value>> {
    let log = Log::Club(work.table.clone());
    let filter = Filter { actor: Some(work.export.account_id), ..Filter::default() };
    let (mut lines, mut after) = (Vec::new(), None);
    while lines.len() < ACTIVITY_LIMIT {
        let page = log.list(&filter, PageRequest { limit: hundred(), after }).await?;
        lines.extend(page.items.iter().map(|record| {
            json!({
                "at": kernel::timestamp_text(record.at),
                "action": record.action,
                "target": record.target,
                "address": record.address,
            })
        }));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(lines)
}

fn hundred() -> PageLimit {
    PageLimit::new(PageLimit::MAX).unwrap_or_default()
}
