//! Gives the courts of dates back, many in one transaction.

use booking::Booking;
use futures::future::try_join_all;
use kernel::{AccountId, Clock, Error, Kind, Result, jiff::civil::DateTime};
use series::{Occurrence, Outcome};
use table::{TenantTable, Together};

use crate::enquire::TOGETHER;

/// So often a group is read again because others changed it in between.
const ROUNDS: usize = 6;

/// Cancels these dates. Whoever died over it repeats it: what is given back already stays so.
pub(crate) async fn give_up(
    table: &TenantTable,
    clock: &Clock,
    by: AccountId,
    mut pending: Vec<Occurrence>,
) -> Result<()> {
    let mut rounds = ROUNDS;
    while !pending.is_empty() {
        match give_up_group(table, clock, by, &pending).await {
            Ok(done) => {
                pending.retain(|one| !done.contains(&one.recurrence_id));
                rounds = ROUNDS;
            }
            Err(error) if error.kind() == Kind::Conflict && rounds > 0 => {
                rounds -= 1;
                pending = still_live(table, &pending).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn still_live(table: &TenantTable, pending: &[Occurrence]) -> Result<Vec<Occurrence>> {
    let Some(first) = pending.first() else { return Ok(Vec::new()) };
    let mut stored = series::occurrences(table, first.series_id).await?;
    stored.retain(|one| {
        one.is_live() && pending.iter().any(|other| other.recurrence_id == one.recurrence_id)
    });
    Ok(stored)
}

async fn give_up_group(
    table: &TenantTable,
    clock: &Clock,
    by: AccountId,
    pending: &[Occurrence],
) -> Result<Vec<DateTime>> {
    let now = clock.now();
    let dates = &pending[..pending.len().min(TOGETHER)];
    let bookings = try_join_all(dates.iter().map(|one| booking_of(table, one))).await?;
    let (mut together, mut done) = (Together::new(), Vec::new());
    for (before, booking) in dates.iter().zip(bookings) {
        let after = Occurrence { outcome: Outcome::Cancelled, ..before.clone() };
        let mut writes = vec![series::replace_occurrence(table, before, &after)?];
        if booking.status.has_slots() {
            writes.extend(booking::cancel(table, &booking, by, now)?.writes);
        }
        if together.take(writes) {
            done.push(before.recurrence_id);
        }
    }
    table.write(together.into_writes()).await?;
    Ok(done)
}

async fn booking_of(table: &TenantTable, occurrence: &Occurrence) -> Result<Booking> {
    let id = occurrence.booking_id;
    let id = id.ok_or_else(|| Error::internal("a date with a court has no booking"))?;
    booking::booking(table, id).await
}
