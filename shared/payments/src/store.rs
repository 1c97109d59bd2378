//! Keys, reads and writes of payments.

use kernel::{Error, PaymentId, Result, jiff::Timestamp, timestamp_text};
use table::{Condition, Index, Key, Partition, PlatformTable, Query, TenantTable, Update, Write};

use crate::{Payment, event::Told};

/// Polls of all clubs are spread over so many partitions.
const POLL_SHARDS: u8 = 8;

/// A payment: `T#<club>#PAYMENT#<payment>` / `PAYMENT`.
fn payment_key(table: &TenantTable, id: PaymentId) -> Key {
    table.key(format_args!("PAYMENT#{id}"), "PAYMENT")
}

/// Payments of all clubs about which the provider is asked again: gsi2 `P#POLL#<shard>`.
fn poll_partition(platform: &PlatformTable, shard: u8) -> Partition {
    platform.partition(format_args!("POLL#{shard}"))
}

/// Get `T#<club>#PAYMENT#<payment>` / `PAYMENT`.
pub async fn payment(table: &TenantTable, id: PaymentId) -> Result<Payment> {
    table
        .get(&payment_key(table, id))
        .await?
        .ok_or_else(|| Error::not_found("PAYMENT_NOT_FOUND", "there is no such payment"))
}

/// Put a new payment, in the transaction that puts its booking.
pub fn create(table: &TenantTable, platform: &PlatformTable, payment: &Payment) -> Result<Write> {
    create_telling(table, platform, payment, &[])
}

/// The same; tells what the payment tells from the beginning.
pub(crate) fn create_telling(
    table: &TenantTable,
    platform: &PlatformTable,
    payment: &Payment,
    told: &[Told],
) -> Result<Write> {
    put(table, platform, payment, told).map(Write::if_absent)
}

/// Put a payment as it became, if it still is what it became that from; tells what the change tells.
pub fn save(
    table: &TenantTable,
    platform: &PlatformTable,
    payment: &Payment,
    told: &[Told],
) -> Result<Write> {
    let write = put(table, platform, payment, told)?;
    Ok(write.when(Condition::equals("version", payment.version - 1)))
}

fn put(
    table: &TenantTable,
    platform: &PlatformTable,
    payment: &Payment,
    told: &[Told],
) -> Result<Write> {
    let events: Vec<_> = told
        .iter()
        .map(|told| told.event(table, payment, payment.updated_at))
        .collect::<Result<_>>()?;
    let write = Write::put(payment_key(table, payment.id), "payment", payment)?;
    let write = if events.is_empty() { write } else { write.telling(&events)? };
    Ok(match payment.watch {
        Some(watch) => {
            let shard = payment.id.uuid().as_bytes()[15] % POLL_SHARDS;
            let due = timestamp_text(watch.next_poll_at);
            let sort = format!("{due}#{}#{}", payment.club_id, payment.id);
            write.gsi2(&poll_partition(platform, shard), sort)
        }
        None => write,
    })
}

/// Update a payment with where it is paid, if nothing else changed it since.
pub fn note_checkout(table: &TenantTable, payment: &Payment, url: &str, now: Timestamp) -> Write {
    let update = Update::new()
        .set("checkout_url", url)
        .set("updated_at", now)
        .set("version", payment.version + 1);
    Write::update(payment_key(table, payment.id), update)
        .when(Condition::equals("version", payment.version))
}

/// Query gsi2 `P#POLL#<0..7>` up to now: payments that are due to be asked about, at most `limit` of each
/// partition, longest due first. The index may lag; whoever acts reads the payment again.
pub async fn due(platform: &PlatformTable, now: Timestamp, limit: u8) -> Result<Vec<Payment>> {
    let limit = kernel::PageLimit::new(limit).unwrap_or_default();
    let read = async |shard| {
        let query = Query::index(Index::Gsi2, poll_partition(platform, shard))
            .at_most(format!("{}~", timestamp_text(now)))
            .page(kernel::PageRequest { limit, after: None });
        platform.query::<Payment>(&query).await
    };
    let pages = futures::future::try_join_all((0..POLL_SHARDS).map(read)).await?;
    let mut due: Vec<_> = pages.into_iter().flat_map(|page| page.items).collect();
    due.sort_by_key(|payment| payment.watch.map(|watch| watch.next_poll_at));
    Ok(due)
}
