//! Bookings and courts' days in the table, and the transactions that keep them in step.
//!
//! A slot is free exactly if the court's day does not contain it, or only by a hold that has ended. Who takes
//! slots, and who gives them back, changes the day and the booking in one transaction, on conditions that
//! only one of two such transactions can meet.

use facilities::{Court, Resource, Venue, court_key, court_unchanged, venue_key};
use kernel::{
    AccountId, BookingId, CourtId, Error, Kind, Page, PageRequest, Result, SeriesId, VenueId,
    jiff::{Timestamp, civil::Date},
    timestamp_text,
};
use serde_json::json;
use table::{Condition, Index, Key, Query, TenantTable, Update, Value, Write};

use super::{
    days::{
        DAY_KEPT, can_be_named, court_days, day_key, day_keys, give_up, has, set_taken, take_named,
        taken_or_changed,
    },
    diaries::{confirm_entry, enter, reenter},
    endings::expire,
    extras::{exchange_extras, extras_left},
    marks::marks,
};
use crate::{
    Booking, BookingFact, CourtDay, CourtDays, Diary, Part, Slots, Status, Step,
    day::HOLD_PREFIX,
    error::{booking_changed, booking_not_found, court_closed, day_changed, slot_taken},
    event::{self, Freed},
};

/// So many holds that have ended are released in the transaction that takes their slots.
const RELEASED_TOGETHER: usize = 20;

/// A booking after a step, and the writes that make it so: one transaction, with what others add to it.
pub struct Changed {
    /// As it will be.
    pub booking: Booking,
    /// All of them or none.
    pub writes: Vec<Write>,
}

pub(super) fn booking_key(table: &TenantTable, booking: BookingId) -> Key {
    table.key(format_args!("BOOKING#{booking}"), "BOOKING")
}

/// Get one booking.
pub async fn booking(table: &TenantTable, booking: BookingId) -> Result<Booking> {
    table.get(&booking_key(table, booking)).await?.ok_or_else(booking_not_found)
}

/// These bookings, in their order: a batch for each hundred of them.
pub async fn bookings(table: &TenantTable, ids: &[BookingId]) -> Result<Vec<Booking>> {
    let keys: Vec<_> = ids.iter().map(|id| booking_key(table, *id)).collect();
    let mut items = table.batch_get(&keys).await?;
    keys.iter().map(|key| items.take(key)?.ok_or_else(booking_not_found)).collect()
}

/// A page of an account's bookings: `ACCOUNT#<account>` in the first index, latest start first.
pub async fn bookings_of_account(
    table: &TenantTable,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Booking>> {
    let partition = table.partition(format_args!("ACCOUNT#{account}"));
    table.query(&Query::index(Index::Gsi1, partition).descending().page(page)).await
}

/// A page of the bookings that start on a venue's local day: `VENUEDAY#<venue>#<date>` in the second index, by
/// start and court.
pub async fn bookings_of_day(
    table: &TenantTable,
    venue: VenueId,
    date: Date,
    page: PageRequest,
) -> Result<Page<Booking>> {
    let partition = table.partition(format_args!("VENUEDAY#{venue}#{date}"));
    table.query(&Query::index(Index::Gsi2, partition).page(page)).await
}

/// The writes of a new booking: its slots, its extras, itself, its entry in the member's diary, and the check that
/// the court is still as it was read. (Not its resources, on which all venues would meet: their stock counts as it
/// was read a moment before.)
///
/// `SLOT_TAKEN` or `COURT_CLOSED` at once where the days as read say so. Where a hold that has ended is in the way, one more round
/// reads its booking, and the same transaction expires it. What the transaction itself refuses is `SLOT_TAKEN`,
/// `RESOURCE_TAKEN`, `COURT_RETIRED`, or something that [`crate::may_be_repeated`].
pub async fn book(
    table: &TenantTable,
    booking: &Booking,
    (venue, court): (&Venue, &Court),
    (days, diary, resources): (&CourtDays, &Diary, &[Resource]),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let mut writes = claim(table, booking, days, None, now).await?;
    writes.extend(exchange_extras(table, None, Some((booking, resources)), now)?);
    writes.push(enter(table, diary, booking, (venue, court), now)?);
    let kind = if booking.status == Status::Held { event::HELD } else { event::CONFIRMED };
    let series_id = booking.series.map(|of| of.series_id);
    let fact = BookingFact { series_id, ..BookingFact::of(booking) };
    writes.push(put_telling(table, booking, kind, &fact, now)?.if_absent());
    writes.extend(marks(table, None, booking)?);
    writes.push(court_unchanged(table, court));
    Ok(writes)
}

/// The writes that confirm a held booking; its slots stay, no longer for a while only.
pub fn confirm(table: &TenantTable, before: &Booking, now: Timestamp) -> Result<Changed> {
    let booking = before.stepped(Step::Confirm, now)?;
    let mut writes = replace(table, before, &booking, event::CONFIRMED, now)?;
    let hold = hold_name(before.id);
    writes.extend(places(before, &before.parts).map(|(court, part)| {
        let update = Update::new().remove(hold.clone()).add("version", 1_u64);
        Write::update(day_key(table, before.venue_id, part.date, court), update)
            .when(Condition::exists(hold.clone()))
            .or(|_| booking_changed())
    }));
    writes.push(confirm_entry(table, before));
    Ok(Changed { booking, writes })
}

/// The writes that confirm an expired booking that was paid late, if its court is still there and its slots
/// and extras are still free; `None` where they are not, or play would have begun: then the money goes back.
///
/// One round reads the court and the days, another what is left of its extras. The transaction itself may still be refused, as [`book`]'s may; the
/// same message read again then finds out why.
pub async fn reclaim(
    table: &TenantTable,
    before: &Booking,
    now: Timestamp,
) -> Result<Option<Changed>> {
    let booking = before.stepped(Step::Reclaim, now)?;
    if before.has_started(now) {
        return Ok(None);
    }
    let dates: Vec<_> = before.parts.iter().map(|part| part.date).collect();
    let days = day_keys(table, before.venue_id, before.courts(), &dates);
    let court = court_key(table, before.venue_id, before.court_id);
    let venue = venue_key(table, before.venue_id);
    let mut keys: Vec<_> = days.iter().map(|(_, key)| key.clone()).collect();
    keys.extend([court.clone(), venue.clone()]);
    let mut items = table.batch_get(&keys).await?;
    let (court, venue) = (items.take::<Court>(&court)?, items.take::<Venue>(&venue)?);
    let court = court.filter(|court| court.status == facilities::Status::Active);
    let (Some(court), Some(venue)) = (court, venue) else { return Ok(None) };
    let days = court_days(&mut items, &days)?;
    let Some(resources) = extras_left(table, before).await? else { return Ok(None) };
    let mut writes = match claim(table, &booking, &days, None, now).await {
        Err(error) if is_gone(&error) => return Ok(None),
        claimed => claimed?,
    };
    writes.extend(exchange_extras(table, None, Some((&booking, &resources)), now)?);
    writes.push(reenter(table, &booking, (&venue, &court))?);
    writes.extend(replace(table, before, &booking, event::CONFIRMED, now)?);
    writes.push(court_unchanged(table, &court));
    Ok(Some(Changed { booking, writes }))
}

/// Whether somebody else has the slots, or nobody can.
fn is_gone(error: &Error) -> bool {
    [slot_taken().code(), court_closed().code()].contains(&error.code())
}

/// Every court and day on which a booking takes slots.
pub(super) fn places<'a>(
    booking: &'a Booking,
    parts: &'a [Part],
) -> impl Iterator<Item = (CourtId, Part)> + 'a {
    booking.courts().iter().flat_map(|court| parts.iter().map(|part| (*court, *part)))
}

/// The writes that take a booking's slots, and release the holds that have ended and are in its way. Where it is
/// moved, `from` is what it was: its own slots, which the days are given without, are given back by the same
/// writes.
pub(super) async fn claim(
    table: &TenantTable,
    booking: &Booking,
    days: &CourtDays,
    from: Option<&Booking>,
    now: Timestamp,
) -> Result<Vec<Write>> {
    if days.are_closed(&booking.parts) {
        return Err(court_closed());
    }
    if days.are_had(&booking.parts, now) {
        return Err(slot_taken());
    }
    let ended = days.in_the_way(&booking.parts, now);
    let ended = release_surplus(table, (booking, from), ended, now).await?;
    let mut writes = Vec::new();
    for (court, part) in places(booking, &booking.parts) {
        let day = days.on(court, part.date);
        writes.push(take(table, booking, (court, part), day, (from, &ended), now)?);
    }
    for before in &ended {
        let after = before.stepped(Step::Expire, now).map_err(|_| day_changed())?;
        let given_back = give_back_at(table, before, elsewhere(before, booking), now);
        writes.extend(given_back.into_iter().map(|write| write.or(|_| day_changed())));
        let expired = replace(table, before, &after, event::EXPIRED, now)?;
        writes.extend(expired.into_iter().map(|write| write.or(|_| day_changed())));
    }
    if let Some(from) = from {
        writes.extend(give_back_at(table, from, elsewhere(from, booking), now));
    }
    Ok(writes)
}

/// The places of a booking on days on which another has none. (A day of the other is written once, by [`take`].)
fn elsewhere<'a>(
    one: &'a Booking,
    other: &'a Booking,
) -> impl Iterator<Item = (CourtId, Part)> + 'a {
    places(one, &one.parts).filter(|(court, part)| {
        places(other, &other.parts).all(|(own, taken)| (own, taken.date) != (*court, part.date))
    })
}

/// Reads the bookings whose holds have ended. More than one transaction holds are let go one by one, and the
/// caller reads again; so are those that would have one day written twice, and those with extras, which may
/// be what is booked now.
async fn release_surplus(
    table: &TenantTable,
    (booking, from): (&Booking, Option<&Booking>),
    ended: Vec<BookingId>,
    now: Timestamp,
) -> Result<Vec<Booking>> {
    if ended.is_empty() {
        return Ok(Vec::new());
    }
    let ids = &ended[..ended.len().min(2 * RELEASED_TOGETHER)];
    let keys: Vec<_> = ids.iter().map(|id| booking_key(table, *id)).collect();
    let mut items = table.batch_get(&keys).await?;
    let found = keys.iter().map(|key| items.take(key)?.ok_or_else(day_changed));
    let bookings: Vec<Booking> = found.collect::<Result<_>>()?;
    let aside = bookings.iter().chain(from).flat_map(|one| elsewhere(one, booking));
    let mut aside: Vec<_> = aside.map(|(court, part)| (court, part.date)).collect();
    aside.sort_unstable();
    let have_extras = bookings.iter().any(|booking| !booking.extras.is_empty());
    let once = !have_extras && aside.windows(2).all(|pair| pair[0] != pair[1]);
    if ended.len() <= RELEASED_TOGETHER && once {
        return Ok(bookings);
    }
    let_go(table, bookings, now).await?;
    Err(day_changed())
}

/// Ends holds that are over, one by one: whoever meets somebody else who does, reads again.
pub(super) async fn let_go(table: &TenantTable, ended: Vec<Booking>, now: Timestamp) -> Result<()> {
    for surplus in ended {
        let Changed { writes, .. } = expire(table, &surplus, now).map_err(|_| day_changed())?;
        let told =
            |error: Error| if error.kind() == Kind::Conflict { day_changed() } else { error };
        table.write(writes).await.map_err(told)?;
    }
    Ok(())
}

/// Takes a part's slots on its day, and lets the holds of these ended bookings go.
fn take(
    table: &TenantTable,
    booking: &Booking,
    (court, part): (CourtId, Part),
    day: Option<&CourtDay>,
    (from, ended): (Option<&Booking>, &[Booking]),
    now: Timestamp,
) -> Result<Write> {
    let own = from.map(|from| from.slots_on(court, part.date)).unwrap_or_default();
    let mut update = Update::new().set("kind", "court_day");
    if let Some(until) = booking.hold_expires_at {
        let hold = json!({
            "first": part.first, "count": part.count, "until": timestamp_text(until),
        });
        update = update.set(hold_name(booking.id), Value::of(&hold)?);
    }
    let key = day_key(table, booking.venue_id, part.date, court);
    let holds = day.map(|day| day.holds.as_slice()).unwrap_or_default();
    let released: Vec<_> =
        holds.iter().filter(|hold| ended.iter().any(|one| one.id == hold.booking_id)).collect();
    let (slots, compact) = (part.slots(), part.slots().compact());
    let write = if own == Slots::default() && released.is_empty() && can_be_named(slots) {
        take_named(key, update, slots, compact)
    } else {
        // The day is given without the booking's own slots.
        let left =
            released.iter().fold(day.map(|day| day.taken).unwrap_or_default(), |left, hold| {
                left.without(hold.slots)
            });
        let update =
            released.iter().fold(update, |update, hold| update.remove(hold_name(hold.booking_id)));
        set_taken(key, update, day, left.without(slots), compact)
            .or(move |old| taken_or_changed(old, slots, own, now))
    };
    Ok(write.expiring(booking.ends_at.saturating_add(DAY_KEPT).unwrap_or(booking.ends_at)))
}

/// Gives slots back, which only the booking that has them can: its own item, in the same transaction, says so
/// once. Nobody can take the slots of a booking that is over, and their day may be gone.
pub(super) fn give_back(
    table: &TenantTable,
    booking: &Booking,
    parts: &[Part],
    now: Timestamp,
) -> Vec<Write> {
    give_back_at(table, booking, places(booking, parts), now)
}

fn give_back_at(
    table: &TenantTable,
    booking: &Booking,
    places: impl Iterator<Item = (CourtId, Part)>,
    now: Timestamp,
) -> Vec<Write> {
    if booking.ends_at <= now {
        return Vec::new();
    }
    let is_held = booking.status == Status::Held;
    let hold = hold_name(booking.id);
    let write = |(court, part): (CourtId, Part)| {
        let update = give_up(Update::new(), part.slots());
        let (update, its_own) = if is_held {
            (update.remove(hold.clone()), Condition::exists(hold.clone()))
        } else {
            (update, has(part.first))
        };
        Write::update(day_key(table, booking.venue_id, part.date, court), update)
            .when(its_own)
            .or(|_| booking_changed())
    };
    places.map(write).collect()
}

pub(super) fn put_telling(
    table: &TenantTable,
    booking: &Booking,
    kind: &str,
    fact: &BookingFact,
    now: Timestamp,
) -> Result<Write> {
    let fact = table.event(kind, BookingFact::VERSION, now, fact)?;
    put(table, booking)?.telling(&[fact])
}

/// Stores a booking where it is found, and tells nobody.
pub(super) fn put(table: &TenantTable, booking: &Booking) -> Result<Write> {
    let start = timestamp_text(booking.starts_at);
    let account = table.partition(format_args!("ACCOUNT#{}", booking.account_id));
    let day = table.partition(format_args!("VENUEDAY#{}#{}", booking.venue_id, booking.date()));
    Ok(Write::put(booking_key(table, booking.id), "booking", booking)?
        .gsi1(&account, format!("{start}#{}", booking.id))
        .gsi2(&day, format!("{start}#{}#{}", booking.court_id, booking.id)))
}

/// Stores a booking after a step, if it is still what it was before, and where it is found by now.
pub(super) fn replace(
    table: &TenantTable,
    before: &Booking,
    after: &Booking,
    kind: &str,
    now: Timestamp,
) -> Result<Vec<Write>> {
    replace_told(table, (before, after), (kind, None), now)
}

/// The same. Where it is one of many dates that change, their series tells its member.
pub(super) fn replace_told(
    table: &TenantTable,
    (before, after): (&Booking, &Booking),
    (kind, series_id): (&str, Option<SeriesId>),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let freed = Freed::between(before, after);
    let fact = BookingFact { series_id, freed, ..BookingFact::of(after) };
    let mut writes = vec![unless_changed(put_telling(table, after, kind, &fact, now)?, before)];
    writes.extend(marks(table, Some(before), after)?);
    Ok(writes)
}

pub(super) fn unless_changed(write: Write, before: &Booking) -> Write {
    let unchanged = Condition::equals("version", before.version)
        .and(Condition::equals("status", before.status.as_str()));
    write.when(unchanged).or(|_| booking_changed())
}

fn hold_name(booking: BookingId) -> String {
    format!("{HOLD_PREFIX}{booking}")
}
