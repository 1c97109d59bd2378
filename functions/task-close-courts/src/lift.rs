//! `lift`: days that are open again, if no other closure has them.

use booking::{Freed, SLOT_MINUTES, Slots};
use closures::{CourtDay, LIFTED, Lifted, Phase, VERSION};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{
    Error, Event, Result,
    jiff::{SignedDuration, Timestamp},
};

use crate::work::{AT_ONCE, Work};

/// Court-days of one call.
const CHUNK: usize = 100;

/// Opens the next court-days. What comes free on a day is told in the write that frees it.
pub(crate) async fn lift(work: &Work) -> Result<bool> {
    let days = work.closure.court_days()?;
    let from = (work.closure.days_lifted as usize).min(days.len());
    let chunk = &days[from..days.len().min(from + CHUNK)];
    let lifting: Vec<_> = chunk.iter().map(|day| lift_day(work, day)).collect();
    stream::iter(lifting).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    let mut next = work.closure.next();
    next.days_lifted += u32::try_from(chunk.len()).unwrap_or_default();
    if from + chunk.len() == days.len() {
        next.phase = Phase::Lifted;
    }
    work.save(&next).await?;
    Ok(next.phase == Phase::Lifting)
}

async fn lift_day(work: &Work, day: &CourtDay) -> Result<()> {
    let begins = booking::first_instant(work.closure.time_zone.rules(), day.date)?;
    let tell = |free: Slots| {
        let ahead = stretches(free, begins)?.into_iter().filter(|(_, until)| *until > work.now);
        ahead.map(|stretch| fact(work, day, stretch)).collect()
    };
    booking::open_day(&work.table, work.place(day), work.closure.id, tell).await
}

fn fact(work: &Work, day: &CourtDay, (from, until): (Timestamp, Timestamp)) -> Result<Event> {
    let freed = Freed {
        venue_id: work.closure.venue_id,
        courts: vec![day.court_id],
        starts_at: from,
        ends_at: until,
    };
    let fact = Lifted { closure_id: work.closure.id, freed };
    work.table.event(LIFTED, VERSION, work.now, &fact)
}

/// Slots as stretches of time, in order.
fn stretches(slots: Slots, day_begins: Timestamp) -> Result<Vec<(Timestamp, Timestamp)>> {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for slot in slots.numbers() {
        match runs.last_mut() {
            Some((_, end)) if *end == slot => *end += 1,
            _ => runs.push((slot, slot + 1)),
        }
    }
    let at = |slot: u16| {
        let minutes = SignedDuration::from_mins(i64::from(slot) * i64::from(SLOT_MINUTES));
        day_begins.checked_add(minutes).map_err(|cause| {
            Error::internal("a slot is outside the range of the calendar").with_source(cause)
        })
    };
    runs.into_iter().map(|(first, end)| Ok((at(first)?, at(end)?))).collect()
}
