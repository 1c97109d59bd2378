//! Called by a schedule every minute: finds bookings to which nobody checked in before it closed, where their venue
//! asks for it, and gives the rest of their time back.
//!
//! A booking that was checked in, moved or cancelled meanwhile is left alone. One that fails hinders no other, and
//! stays due. Two runs at once find the same bookings, and each is missed once.

use booking::{Changed, DueCheckIn, Missable};
use futures::{StreamExt, stream};
use kernel::{Error, Kind, Result, Tenant};
use runtime::App;

/// Looked at at the same time.
const AT_ONCE: usize = 16;
/// Read of each of the eight partitions: a run has a minute.
const PAGE: u8 = 100;

/// One run.
pub async fn handle(app: App) -> Result<()> {
    let due = booking::due_check_ins(&app.table().platform(), app.clock().now(), PAGE).await?;
    let (found, run) = (due.len(), kernel::random_uuid().to_string());
    let failures: Vec<Error> = stream::iter(due)
        .map(|due| {
            let (app, run) = (&app, &run);
            async move { look(app, due, run).await.err() }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |failure| failure)
        .collect()
        .await;
    tracing::info!(found, failed = failures.len(), "check-ins looked at");
    failures.into_iter().next().map_or(Ok(()), Err)
}

/// Decides by the booking as it is now; whoever changes it at the same moment has the say.
async fn look(app: &App, due: DueCheckIn, run: &str) -> Result<()> {
    let table = app.table().tenant(&Tenant::from_envelope(due.club_id, run));
    let now = app.clock().now();
    let booking = match booking::booking(&table, due.booking_id).await {
        Err(error) if error.kind() == Kind::NotFound => {
            return table.write(vec![booking::forget_check_in(&table, due.booking_id)]).await;
        }
        found => found?,
    };
    // The index lags: what it shows may be decided already, or moved.
    if booking.check_in_deadline().is_none_or(|deadline| deadline >= now) {
        return Ok(());
    }
    let policy = booking::policy(&table, booking.venue_id).await?;
    let diary = booking::diary(&table, booking.account_id).await?;
    let against = Missable { diary: &diary, strikes: policy.terms.strikes };
    let Changed { writes, .. } = booking::miss(&table, &booking, against, now)?;
    match table.write(writes).await {
        Err(error) if error.kind() == Kind::Conflict => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            metrics::counter!("bookings_missed").increment(1);
            Ok(())
        }
    }
}
