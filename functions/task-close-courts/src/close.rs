//! `close`: days that nobody books any more.

use closures::{CourtDay, Phase};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::Result;

use crate::work::{AT_ONCE, Work};

/// Court-days of one call.
const CHUNK: usize = 100;

/// Closes the next court-days. A day that was closed before is left as it is.
pub(crate) async fn close(work: &Work) -> Result<bool> {
    let days = work.closure.court_days()?;
    let from = (work.closure.progress.days_done as usize).min(days.len());
    let chunk = &days[from..days.len().min(from + CHUNK)];
    let closing: Vec<_> = chunk.iter().map(|day| close_day(work, day)).collect();
    stream::iter(closing).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    let mut next = work.closure.next();
    next.progress.days_done += u32::try_from(chunk.len()).unwrap_or_default();
    if from + chunk.len() == days.len() {
        (next.phase, next.days_closed_at) = (Phase::Finding, Some(work.now));
    }
    work.save(&next).await?;
    Ok(next.phase == Phase::Closing)
}

async fn close_day(work: &Work, day: &CourtDay) -> Result<()> {
    let begins = booking::first_instant(work.closure.time_zone.rules(), day.date)?;
    booking::close_day(&work.table, work.place(day), work.closure.id, &day.parts, begins).await
}
