//! `find`: which bookings were there before the days were closed.

use booking::Booking;
use closures::{Affected, Closure, Phase, affected_on, store};
use kernel::Result;

use crate::work::Work;

/// Local days of one call.
const DATES: usize = 7;
/// Results of one transaction, beside the closure.
const RECORDED: usize = 90;

/// Gives a pending result to each affected booking of the next days, once: a result and the count that it is in
/// are one transaction.
pub(crate) async fn find(work: &Work) -> Result<bool> {
    let (spans, days, dates) =
        (work.closure.spans()?, work.closure.court_days()?, work.closure.dates()?);
    let mut closure = work.closure.clone();
    let next_dates = dates.iter().skip(closure.dates_found as usize).take(DATES);
    for date in next_dates {
        let found = affected_on(&work.table, &closure, (&spans, &days), *date, work.now).await?;
        closure = record(work, closure, &found).await?;
        let mut next = closure.next();
        next.dates_found += 1;
        if next.dates_found as usize == dates.len() {
            next.phase = Phase::Settling;
        }
        work.save(&next).await?;
        closure = next;
    }
    Ok(closure.phase == Phase::Finding)
}

async fn record(work: &Work, mut closure: Closure, found: &[Booking]) -> Result<Closure> {
    let ids: Vec<_> = found.iter().map(|booking| booking.id).collect();
    let known = store::known(&work.table, closure.id, &ids).await?;
    let new: Vec<_> = found.iter().filter(|booking| !known.contains(&booking.id)).collect();
    for some in new.chunks(RECORDED) {
        let mut next = closure.next();
        next.progress.bookings_total += u32::try_from(some.len()).unwrap_or_default();
        let record =
            |booking: &&Booking| store::record(&work.table, closure.id, &Affected::found(booking));
        let mut writes = some.iter().map(record).collect::<Result<Vec<_>>>()?;
        writes.push(store::save(&work.table, &next)?);
        work.table.write(writes).await?;
        closure = next;
    }
    Ok(closure)
}
