//! How somebody waits no more.

use booking::{Changed, Status};
use kernel::{Result, jiff::Timestamp};
use table::{TenantTable, Write};

use crate::{Entry, error::entry_ended, release, save};

/// The entry after its member has left, and the writes that make it so, an offer that is open declined by them. One
/// read where there is an offer. `WAITLIST_ENTRY_ENDED` where it was fulfilled.
pub async fn leave(
    table: &TenantTable,
    entry: &Entry,
    now: Timestamp,
) -> Result<(Entry, Vec<Write>)> {
    let left = entry.left(now)?;
    let mut writes = vec![save(table, entry, &left, &[])?, release(table, entry)];
    writes.extend(open_offer(table, entry, now).await?);
    Ok((left, writes))
}

async fn open_offer(table: &TenantTable, entry: &Entry, now: Timestamp) -> Result<Vec<Write>> {
    let Some(offer) = entry.offer else { return Ok(Vec::new()) };
    let booking = booking::booking(table, offer.booking_id).await?;
    match booking.status {
        Status::Held => {
            let Changed { writes, .. } = booking::expire(table, &booking, now)?;
            Ok(writes)
        }
        Status::Expired | Status::Cancelled => Ok(Vec::new()),
        // It was paid, and the entry has not been told yet.
        Status::Confirmed | Status::CheckedIn | Status::NoShow => Err(entry_ended()),
    }
}
