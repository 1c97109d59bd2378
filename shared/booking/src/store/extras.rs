//! The stock of resources over time: for each quarter of a UTC day an item that counts, slot by slot, how many
//! are had. They are taken and given back in the transactions of the bookings they belong to.
//!
//! What an ended hold has is free once the hold is released: by its message, or by who meets it on its court.

use std::collections::BTreeMap;

use facilities::{Resource, Status, resource_key};
use kernel::{
    Error, ResourceId, Result,
    jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone},
};
use serde_json::{Map, Value};
use table::{Condition, Items, Key, TenantTable, Update, Write};

use crate::{
    Booking,
    error::booking_changed,
    extra::{resource_taken, utc_parts},
    local_day::first_instant,
};

/// The counts of a day are dropped so long after its beginning: nobody can take its slots any more.
const STOCK_KEPT: SignedDuration = SignedDuration::from_hours(31 * 24);

/// A quarter of a UTC day of a resource.
type Quarter = (ResourceId, Date, i64);

/// How much of each resource is had, slot by slot, in the quarters of UTC days that were read.
#[derive(Debug, Clone, Default)]
pub struct InUse(BTreeMap<Quarter, BTreeMap<i64, i64>>);

/// What is read for it.
#[derive(Debug, Default)]
pub struct InUseKeys(BTreeMap<Quarter, Key>);

impl InUseKeys {
    /// And of these resources between these instants.
    pub fn add(
        &mut self,
        table: &TenantTable,
        resources: impl Iterator<Item = ResourceId>,
        (from, until): (Timestamp, Timestamp),
    ) {
        for quarter in quarters(resources, (from, until)) {
            self.0.entry(quarter).or_insert_with(|| stock_key(table, quarter));
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Key> {
        self.0.values()
    }

    /// What was found; nothing is had of what was never counted.
    pub fn take(&self, items: &mut Items) -> Result<InUse> {
        let counts = self.0.iter().map(|(quarter, key)| Ok((*quarter, counts(items, key)?)));
        counts.collect::<Result<_>>().map(InUse)
    }
}

impl InUse {
    /// The part that is of these resources between these instants.
    #[must_use]
    pub fn of(
        &self,
        resources: impl Iterator<Item = ResourceId>,
        between: (Timestamp, Timestamp),
    ) -> Self {
        let known = |quarter| self.0.get(&quarter).map(|slots| (quarter, slots.clone()));
        Self(quarters(resources, between).into_iter().filter_map(known).collect())
    }

    /// As if the booking had its extras, too.
    #[must_use]
    pub fn with(self, booking: &Booking) -> Self {
        self.changed(booking, 1)
    }

    /// As if the booking had none.
    #[must_use]
    pub fn without(self, booking: &Booking) -> Self {
        self.changed(booking, -1)
    }

    fn changed(mut self, booking: &Booking, sign: i64) -> Self {
        let mut changes = BTreeMap::new();
        count(&mut changes, booking, sign);
        for (quarter, slots) in changes {
            let Some(known) = self.0.get_mut(&quarter) else { continue };
            for (slot, change) in slots {
                *known.entry(slot).or_default() += change;
            }
        }
        self
    }

    /// The most that is had of a resource at any moment between.
    pub(crate) fn most(&self, resource: ResourceId, from: Timestamp, until: Timestamp) -> i64 {
        let parts = utc_parts(from, until).into_iter();
        let had = parts.flat_map(|part| {
            let slots = self.0.get(&(resource, part.date, part.quarter));
            let of = move |slot| slots.and_then(|slots| slots.get(&slot)).copied();
            (part.first..part.first + part.count).filter_map(of)
        });
        had.max().unwrap_or(0)
    }
}

fn quarters(
    resources: impl Iterator<Item = ResourceId>,
    (from, until): (Timestamp, Timestamp),
) -> Vec<Quarter> {
    let parts = utc_parts(from, until);
    let of = |resource| parts.iter().map(move |part| (resource, part.date, part.quarter));
    resources.flat_map(of).collect()
}

fn counts(items: &mut Items, key: &Key) -> Result<BTreeMap<i64, i64>> {
    let item: Map<String, Value> = items.take(key)?.unwrap_or_default();
    let slots = item
        .iter()
        .filter_map(|(name, count)| Some((name.strip_prefix('u')?.parse().ok()?, count.as_i64()?)));
    Ok(slots.collect())
}

fn stock_key(table: &TenantTable, (resource, date, quarter): Quarter) -> Key {
    table.key(format_args!("RESOURCE#{resource}#{date}"), format_args!("USE#{quarter}"))
}

fn slot_name(slot: i64) -> String {
    format!("u{slot}")
}

/// The writes of a booking that takes its extras, in place of one, if any, that gives its own back: a booking
/// moved is both. Refused with `RESOURCE_TAKEN` where less is left.
pub(super) fn exchange_extras(
    table: &TenantTable,
    given_back: Option<&Booking>,
    taken: Option<(&Booking, &[Resource])>,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let mut changes = BTreeMap::new();
    // Nobody can have what a booking that is over had, and its counts may be gone.
    if let Some(booking) = given_back.filter(|booking| booking.ends_at > now) {
        count(&mut changes, booking, -1);
    }
    if let Some((booking, _)) = taken {
        count(&mut changes, booking, 1);
    }
    let resources = taken.map(|(_, resources)| resources).unwrap_or_default();
    let mut writes = Vec::new();
    for (quarter, mut slots) in changes {
        slots.retain(|_, change| *change != 0);
        if slots.is_empty() {
            continue;
        }
        let resource = quarter.0;
        let stock = resources.iter().find(|one| one.id == resource).map(|one| one.stock.count());
        let write = change_stock(stock_key(table, quarter), resource, stock, &slots)?;
        let day = first_instant(&TimeZone::UTC, quarter.1)?;
        writes.push(write.expiring(day.saturating_add(STOCK_KEPT).unwrap_or(day)));
    }
    Ok(writes)
}

/// The writes that give a booking's extras back.
pub(super) fn give_back_extras(
    table: &TenantTable,
    booking: &Booking,
    now: Timestamp,
) -> Result<Vec<Write>> {
    exchange_extras(table, Some(booking), None, now)
}

fn count(changes: &mut BTreeMap<Quarter, BTreeMap<i64, i64>>, booking: &Booking, sign: i64) {
    let parts = utc_parts(booking.starts_at, booking.ends_at);
    for (extra, part) in booking.extras.iter().flat_map(|e| parts.iter().map(move |p| (e, p))) {
        let slots = changes.entry((extra.resource_id, part.date, part.quarter)).or_default();
        for slot in part.first..part.first + part.count {
            *slots.entry(slot).or_default() += sign * i64::from(extra.quantity);
        }
    }
}

/// Counts a quarter's slots up or down: up on condition that the stock has so many left, down that they were counted.
fn change_stock(
    key: Key,
    resource: ResourceId,
    stock: Option<u16>,
    slots: &BTreeMap<i64, i64>,
) -> Result<Write> {
    let mut update = Update::new().set("kind", "resource_use");
    let mut conditions = Vec::new();
    for (slot, change) in slots {
        let name = slot_name(*slot);
        update = update.add(name.clone(), *change);
        if *change > 0 {
            let missing = || Error::internal("a resource is taken that was not read");
            let left = i64::from(stock.ok_or_else(missing)?) - change;
            if left < 0 {
                return Err(resource_taken(resource));
            }
            let enough = [Condition::absent(name.clone()), Condition::at_most(name, left)];
            conditions.push(Condition::any(enough));
        } else {
            conditions.push(Condition::exists(name));
        }
    }
    let takes = slots.values().any(|change| *change > 0);
    let refused = move |_| if takes { resource_taken(resource) } else { booking_changed() };
    Ok(Write::update(key, update).when(Condition::all(conditions)).or(refused))
}

/// One round, if it has extras at all: their resources, if all of them can be had again.
pub(super) async fn extras_left(
    table: &TenantTable,
    booking: &Booking,
) -> Result<Option<Vec<Resource>>> {
    if booking.extras.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let mut changes = BTreeMap::new();
    count(&mut changes, booking, 1);
    let keys = booking.extras.iter().map(|extra| resource_key(table, extra.resource_id));
    let keys: Vec<_> = keys.chain(changes.keys().map(|key| stock_key(table, *key))).collect();
    let mut items = table.batch_get(&keys).await?;
    let mut resources: Vec<Resource> = Vec::new();
    for extra in &booking.extras {
        let found = items.take(&resource_key(table, extra.resource_id))?;
        let active = found.filter(|resource: &Resource| resource.status == Status::Active);
        let Some(resource) = active else { return Ok(None) };
        resources.push(resource);
    }
    for (quarter, slots) in changes {
        let counts = counts(&mut items, &stock_key(table, quarter))?;
        let had = |slot: i64| counts.get(&slot).copied().unwrap_or(0);
        let resource = resources.iter().find(|resource| resource.id == quarter.0);
        let stock = resource.map_or(0, |resource| i64::from(resource.stock.count()));
        if slots.iter().any(|(slot, more)| had(*slot) + more > stock) {
            return Ok(None);
        }
    }
    Ok(Some(resources))
}
