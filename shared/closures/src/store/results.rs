//! `T#<club>#CLOSURE#<closure>` / `RESULT#<booking>`.

use kernel::{BookingId, ClosureId, Event, Page, PageRequest, Result};
use table::{Condition, Key, Query, TenantTable, Write};

use crate::{Affected, Outcome, closure_changed};

fn key(table: &TenantTable, closure: ClosureId, booking: BookingId) -> Key {
    table.key(format_args!("CLOSURE#{closure}"), format_args!("RESULT#{booking}"))
}

/// Put the pending result of a booking that was found, if it has none yet: else `CLOSURE_CHANGED`.
pub fn record(table: &TenantTable, closure: ClosureId, found: &Affected) -> Result<Write> {
    let write = Write::put(key(table, closure, found.booking_id), "closure_result", found)?;
    Ok(write.if_absent().or(|_| closure_changed()))
}

/// Get one result: what became of a booking by now.
pub async fn result(
    table: &TenantTable,
    closure: ClosureId,
    booking: BookingId,
) -> Result<Option<Affected>> {
    table.get(&key(table, closure, booking)).await
}

/// Batches of results: which of these bookings have one already.
pub async fn known(
    table: &TenantTable,
    closure: ClosureId,
    bookings: &[BookingId],
) -> Result<Vec<BookingId>> {
    let mut known = Vec::new();
    for some in bookings.chunks(100) {
        let keys: Vec<_> = some.iter().map(|id| key(table, closure, *id)).collect();
        let mut items = table.batch_get(&keys).await?;
        for key in &keys {
            known.extend(items.take::<Affected>(key)?.map(|found| found.booking_id));
        }
    }
    Ok(known)
}

/// A page of a closure's results, in the order in which the bookings were made.
pub async fn results(
    table: &TenantTable,
    closure: ClosureId,
    page: PageRequest,
) -> Result<Page<Affected>> {
    let partition = table.partition(format_args!("CLOSURE#{closure}"));
    table.query(&Query::of(partition).begins_with("RESULT#").page(page)).await
}

/// Put what became of a booking, with what that tells, if it was open: else `CLOSURE_CHANGED`.
pub fn settle(
    table: &TenantTable,
    closure: ClosureId,
    settled: &Affected,
    events: &[Event],
) -> Result<Write> {
    let open = [Outcome::Pending, Outcome::Failed].map(Outcome::as_str);
    let write = Write::put(key(table, closure, settled.booking_id), "closure_result", settled)?;
    let write = if events.is_empty() { write } else { write.telling(events)? };
    Ok(write.when(Condition::one_of("outcome", open)).or(|_| closure_changed()))
}
