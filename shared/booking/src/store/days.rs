//! The days of courts in the table, and how slots are taken on them.

use kernel::{
    CourtId, Error, Result, VenueId,
    jiff::{SignedDuration, Timestamp, civil::Date},
};
use table::{Condition, Item, Items, Key, Query, TenantTable, Update, Value, Write, read_item};

use crate::{
    CourtDay, CourtDays, Slots, VenueDay,
    error::{court_closed, day_changed, slot_taken},
    slots::names_of,
};

/// So many numbers can be named one by one, of two sets, in a condition: an expression holds 300 operators and 4 KB.
/// Three hours and a half are 42 slots and in at most 8 half hours.
const NAMED: usize = 50;
/// A court's day is dropped so long after its bookings: nobody can take its slots any more.
pub(super) const DAY_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn day_key(table: &TenantTable, venue: VenueId, date: Date, court: CourtId) -> Key {
    table.key(format_args!("DAY#{venue}#{date}"), format_args!("COURT#{court}"))
}

/// The days of courts, each with its key: for the one round of reads of a booking.
pub fn day_keys(
    table: &TenantTable,
    venue: VenueId,
    courts: &[CourtId],
    days: &[Date],
) -> Vec<((CourtId, Date), Key)> {
    let of_court = |court: &CourtId| {
        let key = |date: &Date| ((*court, *date), day_key(table, venue, *date, *court));
        days.iter().map(key).collect::<Vec<_>>()
    };
    courts.iter().flat_map(of_court).collect()
}

/// The same days, out of what that round has found.
pub fn court_days(items: &mut Items, keys: &[((CourtId, Date), Key)]) -> Result<CourtDays> {
    let found = keys.iter().map(|(of, key)| Ok((*of, items.take(key)?)));
    found.collect::<Result<_>>().map(CourtDays)
}

/// One query of `DAY#<venue>#<date>`, a moment old at most: all courts of a venue on a local day. Whoever
/// books meets the conditions of [`crate::book`].
pub async fn venue_day(table: &TenantTable, venue: VenueId, date: Date) -> Result<VenueDay> {
    let partition = table.partition(format_args!("DAY#{venue}#{date}"));
    let query = Query::of(partition).eventually();
    Ok(VenueDay { date, courts: table.query_all(&query).await? })
}

/// Whether [`take_named`] has room for them.
pub(super) fn can_be_named(slots: Slots) -> bool {
    slots.any_number().count() <= NAMED
}

/// Takes slots, if each of them is free and open. `compact` are their numbers as they are stored.
pub(super) fn take_named(
    key: Key,
    update: Update,
    slots: Slots,
    compact: impl IntoIterator<Item = u16>,
) -> Write {
    let free = slots.any_number().flat_map(|number| {
        ["taken", "closed"].map(|set| Condition::contains(set, number).negated())
    });
    let update = update.add("taken", Value::numbers(compact)).add("version", 1_u64);
    Write::update(key, update)
        .when(Condition::all(free))
        .or(move |old| closed_in(old, slots).unwrap_or_else(slot_taken))
}

/// Makes `left`, each slot by itself, and what `compact` stands for what is taken. A path is changed once in an
/// update: what is given back and what is taken is one new set, which holds only for the version that was read.
pub(super) fn set_taken(
    key: Key,
    update: Update,
    day: Option<&CourtDay>,
    left: Slots,
    compact: impl IntoIterator<Item = u16>,
) -> Write {
    let version = day.map_or(0, |day| day.version);
    let unchanged = match day {
        Some(_) => Condition::equals("version", version),
        None => Condition::absent("PK"),
    };
    let taken = Value::numbers(left.numbers().chain(compact));
    let update = update.set("taken", taken).set("version", version + 1);
    Write::update(key, update).when(unchanged)
}

/// Takes slots away from what is taken: whichever numbers they were stored by.
pub(super) fn give_up(update: Update, slots: Slots) -> Update {
    update.delete("taken", Value::numbers(slots.every_number())).add("version", 1_u64)
}

/// That this slot is taken.
pub(super) fn has(slot: u16) -> Condition {
    Condition::any(names_of(slot).map(|number| Condition::contains("taken", number)))
}

pub(super) fn taken_or_changed(
    old: Option<Item>,
    slots: Slots,
    own: Slots,
    now: Timestamp,
) -> Error {
    let day = old.and_then(|item| read_item::<CourtDay>(item).ok());
    match day {
        Some(day) if day.closed.meets(slots) => court_closed(),
        Some(day) if day.had(now).without(own).meets(slots) => slot_taken(),
        _ => day_changed(),
    }
}

fn closed_in(old: Option<Item>, slots: Slots) -> Option<Error> {
    let day = read_item::<CourtDay>(old?).ok()?;
    day.closed.meets(slots).then(court_closed)
}
