//! Venues, courts and resources in the table. A venue and its courts share a partition, so one query reads them.

mod galleries;
mod resources;

use kernel::{CourtId, Error, LastKey, Page, PageRequest, Result, VenueId};
use serde::{Deserialize, Serialize};
use table::{Condition, Index, Item, Key, Query, TenantTable, Update, Value, Write, read_item};

use crate::{
    Court, Status, Venue, VenueWithCourts,
    error::{
        court_is_part, court_not_found, court_retired, part_is_composite, part_not_found, stale,
        venue_not_found, venue_retired,
    },
};

pub use galleries::{gallery, put_gallery};
pub use resources::{
    change_resource, check_venues, create_resource, resource, resource_key, resources,
    retire_resource,
};

/// The most courts a venue ever has: they and their venue retire in one transaction of at most 100 writes.
pub const COURTS_LIMIT: u64 = 99;

const VENUE: &str = "venue";
const COURT: &str = "court";
/// How many active courts are made of this one.
const COMPOSITES: &str = "composites";

/// A venue by its id.
pub fn venue_key(table: &TenantTable, venue: VenueId) -> Key {
    table.key(format_args!("VENUE#{venue}"), "VENUE")
}

/// A court by its venue's id and its own.
pub fn court_key(table: &TenantTable, venue: VenueId, court: CourtId) -> Key {
    table.key(format_args!("VENUE#{venue}"), format_args!("COURT#{court}"))
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Row {
    Venue(Venue),
    Court(Court),
}

/// Put one venue; it joins the club's list.
pub async fn create_venue(table: &TenantTable, venue: &Venue) -> Result<()> {
    let put = Write::put(venue_key(table, venue.id), VENUE, venue)?
        .gsi1(&table.partition("VENUES"), venue.id.to_string())
        .if_absent();
    table.write(vec![put]).await
}

/// Get one venue.
pub async fn venue(table: &TenantTable, venue: VenueId) -> Result<Venue> {
    table.get(&venue_key(table, venue)).await?.ok_or_else(venue_not_found)
}

/// A page of the club's active venues: `T#<club>#VENUES` in the first index, oldest first.
pub async fn venues(table: &TenantTable, page: PageRequest) -> Result<Page<Venue>> {
    table.query(&Query::index(Index::Gsi1, table.partition("VENUES")).page(page)).await
}

/// One query of `T#<club>#VENUE#<venue>`: a venue with its courts.
pub async fn venue_with_courts(table: &TenantTable, id: VenueId) -> Result<VenueWithCourts> {
    let rows: Vec<Row> = table.query_all(&Query::of(venue_key(table, id).partition())).await?;
    let (mut found, mut courts) = (None, Vec::with_capacity(rows.len()));
    for row in rows {
        match row {
            Row::Venue(venue) => found = Some(venue),
            Row::Court(court) => courts.push(court),
        }
    }
    let venue = found.ok_or_else(venue_not_found)?;
    Ok(VenueWithCourts { venue, courts })
}

/// A page of a venue's active courts, oldest first. The query of the venue, cut here: a venue has few courts.
pub async fn courts(table: &TenantTable, id: VenueId, page: PageRequest) -> Result<Page<Court>> {
    const LAST: &str = "court_id";
    let VenueWithCourts { courts, .. } = venue_with_courts(table, id).await?;
    let after = page.after.and_then(|mut last| last.remove(LAST)).unwrap_or_default();
    let limit = usize::from(page.limit.get());
    let mut items: Vec<_> = courts
        .into_iter()
        .filter(|court| court.status == Status::Active && court.id.to_string() > after)
        .take(limit + 1)
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(|court| court.id.to_string());
    Ok(Page { items, next: last.map(|id| LastKey::from([(LAST.to_owned(), id)])) })
}

/// Replaces what can change of an active venue, on condition that it is still the version before.
pub async fn change_venue(table: &TenantTable, venue: &Venue) -> Result<()> {
    let update = Update::new()
        .set("name", Value::of(&venue.name)?)
        .set("opening_hours", Value::of(&venue.opening_hours)?)
        .set("hours_exceptions", Value::of(&venue.hours_exceptions)?)
        .set("named_hours", Value::of(&venue.named_hours)?)
        .set("start_every_minutes", venue.start_every_minutes.minutes())
        .set("version", venue.version);
    let update = set_or_remove(update, "address", venue.address.as_ref())?;
    let update = set_or_remove(update, "location", venue.location.as_ref())?;
    let write = Write::update(venue_key(table, venue.id), update)
        .when(active_at(venue.version - 1))
        .or(venue_refused);
    table.write(vec![write]).await
}

/// Retires a venue and its active courts in one transaction: whoever books need check the court alone, so
/// that bookings of neighbours never meet on the venue's item.
pub async fn retire_venue(table: &TenantTable, read: &VenueWithCourts) -> Result<()> {
    let venue = &read.venue;
    // A court made since then would stay active.
    let same_courts = match read.courts.len() as u64 {
        0 => Condition::absent("court_count"),
        count => Condition::equals("court_count", count),
    };
    let update = retirement(venue.version).remove("GSI1PK").remove("GSI1SK");
    let mut writes = vec![
        Write::update(venue_key(table, venue.id), update)
            .when(active_at(venue.version).and(same_courts))
            .or(venue_refused),
    ];
    let active = read.courts.iter().filter(|court| court.status == Status::Active);
    // Composite courts go along with their parts: nothing is left to count.
    writes.extend(active.map(|court| {
        let update = retirement(court.version).remove(COMPOSITES);
        Write::update(court_key(table, court.venue_id, court.id), update)
            .when(active_at(court.version))
            .or(court_refused)
    }));
    table.write(writes).await
}

/// Puts one court into an active venue that has room for it. Each court that it is made of counts it, on
/// condition that it is active and of its own: `PART_NOT_FOUND`, `COURT_RETIRED`, `PART_IS_COMPOSITE`.
pub async fn create_court(table: &TenantTable, court: &Court) -> Result<()> {
    let room = Condition::any([
        Condition::absent("court_count"),
        Condition::at_most("court_count", COURTS_LIMIT - 1),
    ]);
    let counted =
        Write::update(venue_key(table, court.venue_id), Update::new().add("court_count", 1_u64))
            .when(Condition::equals("status", Status::Active.as_str()).and(room))
            .or(|old| match status_of(old) {
                Some(Status::Active) => Error::conflict(
                    "TOO_MANY_COURTS",
                    format!("a venue has at most {COURTS_LIMIT} courts, retired ones included"),
                ),
                Some(Status::Retired) => venue_retired(),
                None => venue_not_found(),
            });
    let put = Write::put(court_key(table, court.venue_id, court.id), COURT, court)?.if_absent();
    let mut writes = vec![counted, put];
    writes.extend(court.made_of.iter().map(|part| {
        let of_its_own =
            Condition::equals("status", Status::Active.as_str()).and(Condition::absent("made_of"));
        Write::update(court_key(table, court.venue_id, *part), Update::new().add(COMPOSITES, 1_u64))
            .when(of_its_own)
            .or(|old| match status_of(old) {
                Some(Status::Active) => part_is_composite(),
                Some(Status::Retired) => court_retired(),
                None => part_not_found(),
            })
    }));
    table.write(writes).await
}

/// Get one court of a venue.
pub async fn court(table: &TenantTable, venue: VenueId, court: CourtId) -> Result<Court> {
    table.get(&court_key(table, venue, court)).await?.ok_or_else(court_not_found)
}

/// Replaces what can change of an active court, on condition that it is still the version before.
pub async fn change_court(table: &TenantTable, court: &Court) -> Result<()> {
    let update = Update::new()
        .set("name", Value::of(&court.name)?)
        .set("sport", court.sport.as_str())
        .set("surface", court.surface.as_str())
        .set("indoor", court.indoor)
        .set("lights", court.lights)
        .set("terms", Value::of(&court.terms)?)
        .set("groups", Value::of(&court.groups)?)
        .set("durations_minutes", Value::of(&court.durations_minutes)?)
        .set("price_per_hour", Value::of(&court.price_per_hour)?)
        .set("version", court.version);
    let update = set_or_remove(update, "capacity", court.capacity.as_ref())?;
    let write = Write::update(court_key(table, court.venue_id, court.id), update)
        .when(active_at(court.version - 1))
        .or(court_refused);
    table.write(vec![write]).await
}

/// Retires one active court of which no active one is made; its bookings stay. `COURT_IS_PART`.
pub async fn retire_court(table: &TenantTable, court: &Court) -> Result<()> {
    let no_part =
        Condition::any([Condition::absent(COMPOSITES), Condition::at_most(COMPOSITES, 0_u64)]);
    let retired =
        Write::update(court_key(table, court.venue_id, court.id), retirement(court.version))
            .when(active_at(court.version).and(no_part))
            .or(part_refused);
    let mut writes = vec![retired];
    writes.extend(court.made_of.iter().map(|part| {
        Write::update(
            court_key(table, court.venue_id, *part),
            Update::new().add(COMPOSITES, -1_i64),
        )
        .when(Condition::exists(COMPOSITES))
    }));
    table.write(writes).await
}

/// A check that the court is still as it was read: for the transaction that books it.
pub fn court_unchanged(table: &TenantTable, court: &Court) -> Write {
    Write::check(court_key(table, court.venue_id, court.id), active_at(court.version))
        .or(court_refused)
}

fn retirement(version: u64) -> Update {
    Update::new().set("status", Status::Retired.as_str()).set("version", version + 1)
}

fn active_at(version: u64) -> Condition {
    Condition::equals("version", version).and(Condition::equals("status", Status::Active.as_str()))
}

fn venue_refused(old: Option<Item>) -> Error {
    match status_of(old) {
        Some(Status::Active) => stale(),
        Some(Status::Retired) => venue_retired(),
        None => venue_not_found(),
    }
}

fn court_refused(old: Option<Item>) -> Error {
    match status_of(old) {
        Some(Status::Active) => stale(),
        Some(Status::Retired) => court_retired(),
        None => court_not_found(),
    }
}

/// Why a court that is as it was read was not retired.
fn part_refused(old: Option<Item>) -> Error {
    #[derive(Deserialize)]
    struct Row {
        #[serde(default)]
        composites: u64,
    }
    let is_part = |item: &Item| read_item::<Row>(item.clone()).is_ok_and(|row| row.composites > 0);
    match old {
        Some(item) if is_part(&item) && status_of(Some(item.clone())) == Some(Status::Active) => {
            court_is_part()
        }
        old => court_refused(old),
    }
}

/// An absent value is an absent attribute.
fn set_or_remove(update: Update, name: &str, value: Option<&impl Serialize>) -> Result<Update> {
    Ok(match value {
        Some(value) => update.set(name, Value::of(value)?),
        None => update.remove(name),
    })
}

fn status_of(old: Option<Item>) -> Option<Status> {
    #[derive(Deserialize)]
    struct Row {
        status: Status,
    }
    read_item::<Row>(old?).ok().map(|row| row.status)
}
