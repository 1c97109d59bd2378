//! `collect`: what each context has of the person.

use std::collections::BTreeSet;

use audit::{Filter, Log};
use booking::Booking;
use kernel::{Error, Page, PageLimit, PageRequest, Result};
use payments::{Payment, WalletEntry};
use profiles::store;
use serde::Serialize;
use serde_json::{Value, json};

use crate::work::Work;

/// Pages of a hundred: more bookings, bills, or entries of a wallet, than anybody has in a life.
const PAGES_LIMIT: usize = 200;
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
    let account = work.export.account_id;
    all_pages(|page| booking::bookings_of_account(&work.table, account, page)).await
}

/// Those of their own bookings, and what they were asked for of others'.
async fn payments(work: &Work<'_>, bookings: &[Booking]) -> Result<Vec<Payment>> {
    let account = work.export.account_id;
    let bills = all_pages(|page| payments::bills_of_account(&work.table, account, page)).await?;
    let own = bookings.iter().filter_map(|booking| booking.payment_id);
    let ids: BTreeSet<_> = own.chain(bills.iter().map(|bill| bill.id)).collect();
    let mut payments = payments::some(&work.table, ids).await?;
    // When we ask the provider again is no fact about the person.
    for payment in &mut payments {
        payment.watch = None;
    }
    Ok(payments)
}

async fn wallet(work: &Work<'_>) -> Result<Value> {
    let account = work.export.account_id;
    let balances = ledger::wallet(&work.table, account).await?;
    let entries = all_pages(|page| ledger::statement(&work.table, account, page)).await?;
    let entries: Vec<_> = entries.iter().filter_map(WalletEntry::of).collect();
    Ok(json!({ "balances": balances, "entries": entries }))
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

/// All of a list, a hundred at a time.
async fn all_pages<T, F: Future<Output = Result<Page<T>>>>(
    mut list: impl FnMut(PageRequest) -> F,
) -> Result<Vec<T>> {
    let (mut all, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_LIMIT {
        let page = list(PageRequest { limit: hundred(), after }).await?;
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
    Err(Error::internal("a person has more of something than an export holds"))
}

fn hundred() -> PageLimit {
    PageLimit::new(PageLimit::MAX).unwrap_or_default()
}
