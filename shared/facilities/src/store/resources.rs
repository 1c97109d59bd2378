//! Resources in the table: one item each, listed by the club.

use kernel::{Page, PageRequest, ResourceId, Result, VenueId};
use table::{Index, Item, Key, Query, TenantTable, Update, Value, Write};

use super::{active_at, set_or_remove, status_of, venue_key};
use crate::{
    Resource, Status, Venue,
    error::{resource_not_found, resource_retired, stale, venue_not_found, venue_retired},
};

/// A resource by its id.
pub fn resource_key(table: &TenantTable, resource: ResourceId) -> Key {
    table.key(format_args!("RESOURCE#{resource}"), "RESOURCE")
}

/// Put one resource; it joins the club's list.
pub async fn create_resource(table: &TenantTable, resource: &Resource) -> Result<()> {
    let put = Write::put(resource_key(table, resource.id), "resource", resource)?
        .gsi1(&table.partition("RESOURCES"), resource.id.to_string())
        .if_absent();
    table.write(vec![put]).await
}

/// Get one resource.
pub async fn resource(table: &TenantTable, resource: ResourceId) -> Result<Resource> {
    table.get(&resource_key(table, resource)).await?.ok_or_else(resource_not_found)
}

/// A page of the club's active resources: `T#<club>#RESOURCES` in the first index, oldest first.
pub async fn resources(table: &TenantTable, page: PageRequest) -> Result<Page<Resource>> {
    table.query(&Query::index(Index::Gsi1, table.partition("RESOURCES")).page(page)).await
}

/// One round: whether all of these venues are there and active. `VENUE_NOT_FOUND`, `VENUE_RETIRED`.
pub async fn check_venues(table: &TenantTable, venues: &[VenueId]) -> Result<()> {
    let keys: Vec<_> = venues.iter().map(|venue| venue_key(table, *venue)).collect();
    let mut items = table.batch_get(&keys).await?;
    for key in &keys {
        let venue: Venue = items.take(key)?.ok_or_else(venue_not_found)?;
        if venue.status == Status::Retired {
            return Err(venue_retired());
        }
    }
    Ok(())
}

/// Replaces what can change of an active resource, on condition that it is still the version before. Bookings
/// made before keep what they have.
pub async fn change_resource(table: &TenantTable, resource: &Resource) -> Result<()> {
    let update = Update::new()
        .set("name", Value::of(&resource.name)?)
        .set("venue_ids", Value::of(&resource.venue_ids)?)
        .set("stock", resource.stock.count())
        .set("sports", Value::of(&resource.sports)?)
        .set("hours_exceptions", Value::of(&resource.hours_exceptions)?)
        .set("price_per_hour", Value::of(&resource.price_per_hour)?)
        .set("version", resource.version);
    let update = set_or_remove(update, "account_id", resource.account_id.as_ref())?;
    let update = set_or_remove(update, "hours", resource.hours.as_ref())?;
    table.write(vec![edit(table, resource, resource.version - 1, update)]).await
}

/// Retires one active resource; its bookings stay.
pub async fn retire_resource(table: &TenantTable, resource: &Resource) -> Result<()> {
    let update = super::retirement(resource.version).remove("GSI1PK").remove("GSI1SK");
    table.write(vec![edit(table, resource, resource.version, update)]).await
}

fn edit(table: &TenantTable, resource: &Resource, version: u64, update: Update) -> Write {
    Write::update(resource_key(table, resource.id), update).when(active_at(version)).or(
        |old: Option<Item>| match status_of(old) {
            Some(Status::Active) => stale(),
            Some(Status::Retired) => resource_retired(),
            None => resource_not_found(),
        },
    )
}
