//! `T#<club>#CLOSURE#<closure>` / `CLOSURE`.

use booking::{CourtDays, court_days, day_keys};
use kernel::{
    ClosureId, CourtId, Page, PageRequest, Result, VenueId, jiff::civil::Date, timestamp_text,
};
use table::{Condition, Index, Key, Query, TenantTable, Write};

use crate::{Closure, closure_changed, closure_not_found};

fn key(table: &TenantTable, id: ClosureId) -> Key {
    table.key(format_args!("CLOSURE#{id}"), "CLOSURE")
}

fn put(table: &TenantTable, closure: &Closure) -> Result<Write> {
    let of_venue = table.partition(format_args!("CLOSURES#{}", closure.venue_id));
    let sort = format!("{}#{}", timestamp_text(closure.starts_at), closure.id);
    Ok(Write::put(key(table, closure.id), "closure", closure)?.gsi1(&of_venue, sort))
}

/// Put a new closure; it joins the venue's list.
pub fn create(table: &TenantTable, closure: &Closure) -> Result<Write> {
    put(table, closure).map(Write::if_absent)
}

/// Put a closure as it became, if it still is what it became that from: else `CLOSURE_CHANGED`.
pub fn save(table: &TenantTable, closure: &Closure) -> Result<Write> {
    let unchanged = Condition::equals("version", closure.version - 1);
    Ok(put(table, closure)?.when(unchanged).or(|_| closure_changed()))
}

/// Get one closure: `CLOSURE_NOT_FOUND`.
pub async fn closure(table: &TenantTable, id: ClosureId) -> Result<Closure> {
    table.get(&key(table, id)).await?.ok_or_else(closure_not_found)
}

/// A page of a venue's closures: `CLOSURES#<venue>` in the first index, latest start first.
pub async fn closures_of(
    table: &TenantTable,
    venue: VenueId,
    page: PageRequest,
) -> Result<Page<Closure>> {
    let of_venue = table.partition(format_args!("CLOSURES#{venue}"));
    table.query(&Query::index(Index::Gsi1, of_venue).descending().page(page)).await
}

/// One batch of `DAY#<venue>#<date>` / `COURT#<court>`: these courts' days, as they are.
pub async fn days(
    table: &TenantTable,
    venue: VenueId,
    courts: &[CourtId],
    date: Date,
) -> Result<CourtDays> {
    let keys = day_keys(table, venue, courts, &[date]);
    let wanted: Vec<_> = keys.iter().map(|(_, key)| key.clone()).collect();
    court_days(&mut table.batch_get(&wanted).await?, &keys)
}
