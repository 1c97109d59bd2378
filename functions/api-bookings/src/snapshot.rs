//! Venues, their courts and their prices as they were a moment ago: what is free is asked far more often than
//! they change.
//!
//! Only answers to "what is free?" come from here. A booking reads its venue and court itself.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use facilities::VenueWithCourts;
use kernel::{ClubId, Result, VenueId, jiff::civil::Date};
use moka::future::Cache;
use pricing::PriceBook;
use table::TenantTable;

/// A change is seen everywhere after this.
const KEPT: Duration = Duration::from_secs(10);
const KEPT_MOST: u64 = 1_000;

/// Of this process. The club is part of the key: no club sees another's venue, whoever asked first.
static VENUES: LazyLock<Cache<(ClubId, VenueId), Arc<VenueWithCourts>>> =
    LazyLock::new(|| Cache::builder().max_capacity(KEPT_MOST).time_to_live(KEPT).build());

type PriceBooks = Cache<(ClubId, VenueId, Date), Arc<Option<PriceBook>>>;

/// Of this process, too, by the local date on which bookings start.
static PRICES: LazyLock<PriceBooks> =
    LazyLock::new(|| Cache::builder().max_capacity(KEPT_MOST).time_to_live(KEPT).build());

/// A venue with its courts, at most ten seconds old; `VENUE_NOT_FOUND`, which is not remembered.
pub(crate) async fn venue(table: &TenantTable, id: VenueId) -> Result<Arc<VenueWithCourts>> {
    let key = (table.tenant().club(), id);
    if let Some(venue) = VENUES.get(&key).await {
        metrics::counter!("venue_cache_hits").increment(1);
        return Ok(venue);
    }
    metrics::counter!("venue_cache_misses").increment(1);
    let venue = Arc::new(facilities::venue_with_courts(table, id).await?);
    VENUES.insert(key, venue.clone()).await;
    Ok(venue)
}

/// The price book that holds on a date, if any, at most ten seconds old.
pub(crate) async fn price_book(
    table: &TenantTable,
    venue: VenueId,
    date: Date,
) -> Result<Arc<Option<PriceBook>>> {
    let key = (table.tenant().club(), venue, date);
    if let Some(book) = PRICES.get(&key).await {
        return Ok(book);
    }
    let book = Arc::new(pricing::store::active(table, venue, date).await?);
    PRICES.insert(key, book.clone()).await;
    Ok(book)
}
