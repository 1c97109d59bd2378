//! Price books in the table: all versions of a venue share a partition, published ones by their start.

use kernel::{Error, PageLimit, PageRequest, PriceBookId, Result, VenueId, jiff::civil::Date};
use table::{Condition, Item, Key, Partition, Query, TenantTable, Write};

use crate::{
    PriceBook,
    error::{price_book_not_found, stale, start_taken},
};

const PRICE_BOOK: &str = "price_book";

fn all(table: &TenantTable, venue: VenueId) -> Partition {
    table.partition(format_args!("PRICES#{venue}"))
}

fn published_key(table: &TenantTable, venue: VenueId, starts_on: Date) -> Key {
    table.key(format_args!("PRICES#{venue}"), starts_on)
}

fn draft_key(table: &TenantTable, venue: VenueId, book: PriceBookId) -> Key {
    table.key(format_args!("PRICES#{venue}"), format_args!("DRAFT#{book}"))
}

/// One query of `T#<club>#PRICES#<venue>` from the date downwards, one item: the book that prices bookings of
/// that local date, if any.
pub async fn active(table: &TenantTable, venue: VenueId, date: Date) -> Result<Option<PriceBook>> {
    let one = PageLimit::new(1).unwrap_or_default();
    let query = Query::of(all(table, venue))
        .at_most(date.to_string())
        .descending()
        .page(PageRequest { limit: one, after: None });
    Ok(table.query(&query).await?.items.pop())
}

/// One query of `T#<club>#PRICES#<venue>` up to the date: the books that price bookings of that local date and of
/// those before it, by start.
pub async fn published(table: &TenantTable, venue: VenueId, until: Date) -> Result<Vec<PriceBook>> {
    table.query_all(&Query::of(all(table, venue)).at_most(until.to_string())).await
}

/// One query of `T#<club>#PRICES#<venue>`: published ones by start, then drafts by age.
pub async fn versions(table: &TenantTable, venue: VenueId) -> Result<Vec<PriceBook>> {
    table.query_all(&Query::of(all(table, venue))).await
}

/// One of them by its id: a get of the draft or, where there is none, the query of all versions.
pub async fn price_book(table: &TenantTable, venue: VenueId, id: PriceBookId) -> Result<PriceBook> {
    if let Some(draft) = table.get(&draft_key(table, venue, id)).await? {
        return Ok(draft);
    }
    let versions = versions(table, venue).await?;
    versions.into_iter().find(|book| book.id == id).ok_or_else(price_book_not_found)
}

/// Put one draft.
pub async fn create_draft(table: &TenantTable, draft: &PriceBook) -> Result<()> {
    let key = draft_key(table, draft.venue_id, draft.id);
    table.write(vec![Write::put(key, PRICE_BOOK, draft)?.if_absent()]).await
}

/// Put one draft, on condition that it is still the version before.
pub async fn change_draft(table: &TenantTable, draft: &PriceBook) -> Result<()> {
    let key = draft_key(table, draft.venue_id, draft.id);
    let put = Write::put(key, PRICE_BOOK, draft)?
        .when(Condition::equals("version", draft.version - 1))
        .or(|old| draft_refused(old.as_ref()));
    table.write(vec![put]).await
}

/// Delete one draft, on condition that it is still this version.
pub async fn remove_draft(table: &TenantTable, draft: &PriceBook) -> Result<()> {
    table.write(vec![draft_removal(table, draft)]).await
}

/// The writes that publish a draft: it moves to its start, where no other may be.
pub fn publish(
    table: &TenantTable,
    draft: &PriceBook,
    published: &PriceBook,
) -> Result<Vec<Write>> {
    let key = published_key(table, published.venue_id, published.starts_on);
    let put = Write::put(key, PRICE_BOOK, published)?.if_absent().or(|_| start_taken());
    Ok(vec![draft_removal(table, draft), put])
}

/// The writes that make a draft of a published one again.
pub fn withdraw(
    table: &TenantTable,
    published: &PriceBook,
    draft: &PriceBook,
) -> Result<Vec<Write>> {
    let its_own = Condition::equals("id", published.id.to_string());
    let removal = Write::delete(published_key(table, published.venue_id, published.starts_on))
        .when(its_own)
        .or(|_| stale());
    let put = Write::put(draft_key(table, draft.venue_id, draft.id), PRICE_BOOK, draft)?;
    Ok(vec![removal, put.if_absent().or(|_| stale())])
}

fn draft_removal(table: &TenantTable, draft: &PriceBook) -> Write {
    Write::delete(draft_key(table, draft.venue_id, draft.id))
        .when(Condition::equals("version", draft.version))
        .or(|old| draft_refused(old.as_ref()))
}

/// Somebody changed it, or published or removed it.
fn draft_refused(old: Option<&Item>) -> Error {
    if old.is_some() { stale() } else { price_book_not_found() }
}
