//! Closed slots of courts' days. A closure marks its slots on each day as `closure_<id>`, a list of {first, count},
//! and adds them to `closed`, which every transaction that takes slots looks at. Marks of several closures lie
//! side by side: what is closed is all that they name.

use std::collections::HashMap;

use kernel::{
    ClosureId, CourtId, Error, Event, Result, VenueId,
    jiff::{SignedDuration, Timestamp, civil::Date},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use table::{Attempt, Condition, TenantTable, Update, Value, Write};

use super::days::{DAY_KEPT, day_key};
use crate::{Part, Slots};

const MARK_PREFIX: &str = "closure_";
/// So often a day is opened anew because a booking changed it at the same moment.
const ROUNDS: usize = 20;
/// Longer than any zone's day.
const LONGEST_DAY: SignedDuration = SignedDuration::from_hours(26);

/// A court's local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOfCourt {
    /// Where.
    pub venue_id: VenueId,
    /// Which day of its calendar.
    pub date: Date,
    /// Which court: one that has days, so none that is made of others.
    pub court_id: CourtId,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    first: u16,
    count: u16,
}

/// A court's day as whoever opens it needs it.
#[derive(Deserialize)]
struct MarkedDay {
    #[serde(default)]
    version: u64,
    #[serde(default)]
    closed: Vec<u16>,
    #[serde(default)]
    taken: Vec<u16>,
    #[serde(flatten)]
    others: HashMap<String, Json>,
}

impl MarkedDay {
    /// What all closures but this one close.
    fn closed_without(&self, closure: &str) -> Result<Slots> {
        let marks = self.others.iter();
        let others = marks.filter(|(name, _)| name.starts_with(MARK_PREFIX) && *name != closure);
        others.into_iter().try_fold(Slots::default(), |slots, (_, marks)| {
            let marks: Vec<Mark> = serde_json::from_value(marks.clone())
                .map_err(|cause| Error::internal("a closure's mark").with_source(cause))?;
            let named = marks.into_iter().flat_map(|mark| mark.first..mark.first + mark.count);
            Ok(slots.with(named.collect()))
        })
    }
}

/// Update `DAY#<venue>#<date>` / `COURT#<court>`: from this write on nobody takes these slots. Who has them keeps
/// them. Doing it again changes nothing.
pub async fn close_day(
    table: &TenantTable,
    day: DayOfCourt,
    closure: ClosureId,
    parts: &[Part],
    day_starts: Timestamp,
) -> Result<()> {
    let marks: Vec<_> =
        parts.iter().map(|part| Mark { first: part.first, count: part.count }).collect();
    let slots = parts.iter().fold(Slots::default(), |slots, part| slots.with(part.slots()));
    let mark = mark_name(closure);
    let update = Update::new()
        .set("kind", "court_day")
        .set(mark.clone(), Value::of(&marks)?)
        .add("closed", Value::numbers(slots.compact()))
        .add("version", 1_u64);
    let kept = day_starts.saturating_add(LONGEST_DAY + DAY_KEPT).unwrap_or(day_starts);
    let write = Write::update(day_key(table, day.venue_id, day.date, day.court_id), update)
        .when(Condition::absent(mark))
        .expiring(kept);
    // Refused where it is closed already.
    table.attempt(write).await.map(drop)
}

/// Get and update `DAY#<venue>#<date>` / `COURT#<court>`: takes a closure's mark away and leaves those of others.
/// `tell` makes the events that are stored with it, of the slots that come free. Doing it again changes nothing.
pub async fn open_day(
    table: &TenantTable,
    day: DayOfCourt,
    closure: ClosureId,
    tell: impl Fn(Slots) -> Result<Vec<Event>>,
) -> Result<()> {
    let key = day_key(table, day.venue_id, day.date, day.court_id);
    let mark = mark_name(closure);
    for _ in 0..ROUNDS {
        let Some(found) = table.get::<MarkedDay>(&key).await? else { return Ok(()) };
        if !found.others.contains_key(&mark) {
            return Ok(());
        }
        let left = found.closed_without(&mark)?;
        let (closed, taken) = (&found.closed, &found.taken);
        let [closed, taken] = [closed, taken].map(|set| Slots::stored(set.iter().copied()));
        let events = tell(closed.without(left).without(taken))?;
        let update = Update::new().remove(mark.clone()).set("version", found.version + 1);
        // DynamoDB has no empty set.
        let update = if left == Slots::default() {
            update.remove("closed")
        } else {
            update.set("closed", Value::numbers(left.compact()))
        };
        let write =
            Write::update(key.clone(), update).when(Condition::equals("version", found.version));
        let write = if events.is_empty() { write } else { write.telling(&events)? };
        if let Attempt::Done(_) = table.attempt(write).await? {
            return Ok(());
        }
    }
    Err(Error::unavailable("COURT_BUSY", "others are booking this court at this moment; try again"))
}

fn mark_name(closure: ClosureId) -> String {
    format!("{MARK_PREFIX}{closure}")
}
