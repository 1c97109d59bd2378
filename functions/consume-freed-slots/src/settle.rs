//! `booking.confirmed`: an offer that was paid has fulfilled its entry.

use booking::BookingFact;
use kernel::{BookingId, Error, Event, Result, in_rounds, jiff::Timestamp};
use runtime::App;
use table::TenantTable;
use waitlist::{Entry, Status};

/// So often an entry is read again because it changed.
const ROUNDS: usize = 4;

/// Ends the entry, if the booking came from one that still waits.
pub(crate) async fn confirmed(app: &App, table: &TenantTable, event: &Event) -> Result<()> {
    let fact: BookingFact = event.data()?;
    let booking = booking::booking(table, fact.booking_id).await?;
    let Some(entry) = booking.offer.filter(|_| booking.status.has_slots()) else { return Ok(()) };
    let is_race = |error: &Error| error.code() == waitlist::entry_changed().code();
    let once = || async {
        let entry = waitlist::entry(table, entry).await?;
        fulfil(table, &entry, booking.id, app.clock().now()).await
    };
    in_rounds(ROUNDS, is_race, once).await
}

/// Ends an entry that has its court; one that has ended stays as it is.
pub(crate) async fn fulfil(
    table: &TenantTable,
    entry: &Entry,
    booking: BookingId,
    now: Timestamp,
) -> Result<()> {
    if entry.status != Status::Waiting {
        return Ok(());
    }
    let after = entry.fulfilled(booking, now)?;
    let writes = vec![waitlist::save(table, entry, &after, &[])?, waitlist::release(table, entry)];
    table.write(writes).await
}
