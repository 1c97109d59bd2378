//! Keys, reads and writes of payments.

use booking::{Booking, Debt};
use kernel::{
    AccountId, Error, Page, PageRequest, PaymentId, Result, jiff::Timestamp, timestamp_text,
};
use table::{Condition, Index, Key, Partition, PlatformTable, Query, TenantTable, Write};

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

/// Somebody's bills, whosever the bookings are: gsi1 `T#<club>#PAYER#<account>`.
fn payer(table: &TenantTable, account: AccountId) -> Partition {
    table.partition(format_args!("PAYER#{account}"))
}

/// Get `T#<club>#PAYMENT#<payment>` / `PAYMENT`.
pub async fn payment(table: &TenantTable, id: PaymentId) -> Result<Payment> {
    table.get(&payment_key(table, id)).await?.ok_or_else(payment_not_found)
}

/// One batch of `T#<club>#PAYMENT#<payment>` / `PAYMENT`: all payments of a booking, the one that is no bill first.
pub async fn payments_of(table: &TenantTable, booking: &Booking) -> Result<Vec<Payment>> {
    let ids: Vec<_> = ids_of(booking).collect();
    let found = some(table, ids.iter().copied()).await?;
    if found.len() == ids.len() { Ok(found) } else { Err(payment_not_found()) }
}

/// The ids of all payments of a booking, that of the one that is no bill first.
pub fn ids_of(booking: &Booking) -> impl Iterator<Item = PaymentId> {
    booking.payment_id.iter().chain(&booking.bills).copied()
}

/// One batch of `T#<club>#PAYMENT#<payment>` / `PAYMENT`: those of these payments that are there.
pub async fn some(
    table: &TenantTable,
    ids: impl IntoIterator<Item = PaymentId>,
) -> Result<Vec<Payment>> {
    let keys: Vec<_> = ids.into_iter().map(|id| payment_key(table, id)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut items = table.batch_get(&keys).await?;
    keys.iter().filter_map(|key| items.take(key).transpose()).collect()
}

/// Query gsi1 `T#<club>#PAYER#<account>`, latest first: one page of somebody's bills.
pub async fn bills_of_account(
    table: &TenantTable,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Payment>> {
    table.query(&Query::index(Index::Gsi1, payer(table, account)).descending().page(page)).await
}

/// What the payer's diary says of a payment that becomes another: a debt that comes, or goes.
pub(crate) fn in_diary(
    table: &TenantTable,
    before: &Payment,
    after: &Payment,
) -> Result<Option<Write>> {
    let (was, is) = (before.is_owed(), after.bill.and_then(|bill| bill.owed_since));
    match (was, is) {
        (false, Some(since)) => {
            let debt = Debt { payment_id: after.id, amount: after.amount, since };
            booking::owe(table, after.account_id, &debt).map(Some)
        }
        (true, None) => Ok(Some(booking::lift_debt(table, before.account_id, before.id))),
        _ => Ok(None),
    }
}

fn payment_not_found() -> Error {
    Error::not_found("PAYMENT_NOT_FOUND", "there is no such payment")
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
    let mut write = Write::put(payment_key(table, payment.id), "payment", payment)?;
    if payment.bill.is_some() {
        let made = timestamp_text(payment.created_at);
        write = write.gsi1(&payer(table, payment.account_id), format!("{made}#{}", payment.id));
    }
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

/// Query gsi2 `P#POLL#<0..7>` up to now: payments that are due to be asked about, at most `limit` of each
/// partition, longest due first. The index may lag; whoever acts reads the payment again.
pub async fn due(platform: &PlatformTable, now: Timestamp, limit: u8) -> Result<Vec<Payment>> {
    let limit = kernel::PageLimit::new(limit).unwrap_or_default();
    let read = async |shard| {
        let query = Query::index(Index::Gsi2, poll_partition(platform, shard))
            .at_most(format!("{}~", timestamp_text(now)))
            .page(PageRequest { limit, after: None });
        platform.query::<Payment>(&query).await
    };
    let pages = futures::future::try_join_all((0..POLL_SHARDS).map(read)).await?;
    let mut due: Vec<_> = pages.into_iter().flat_map(|page| page.items).collect();
    due.sort_by_key(|payment| payment.watch.map(|watch| watch.next_poll_at));
    Ok(due)
}
