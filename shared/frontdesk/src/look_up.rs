//! Everything that decides about a booking, in one round of reads.

use booking::{CourtDays, Diary, court_days, day_keys, diary_key, take_diary};
use facilities::{Court, Venue, court_key, court_not_found, venue_key, venue_not_found};
use futures::future::try_join;
use kernel::Result;
use pricing::PriceBook;
use table::TenantTable;

use crate::Asked;

/// What was found.
#[derive(Debug, Clone)]
pub struct LookUp {
    /// Where.
    pub venue: Venue,
    /// On which court.
    pub court: Court,
    /// Who has which slots on the days it touches.
    pub days: CourtDays,
    /// What they have booked already.
    pub diary: Diary,
    /// The prices that hold on the day it starts; none where courts have their own.
    pub price_book: Option<PriceBook>,
}

impl LookUp {
    /// One round; a second one where the court is made of others, whose days nobody knew before.
    pub async fn of(table: &TenantTable, asked: &Asked) -> Result<Self> {
        let dates = asked.wish.days();
        let venue_key = venue_key(table, asked.venue_id);
        let court_key = court_key(table, asked.venue_id, asked.court_id);
        let diary_key = diary_key(table, asked.account_id);
        let day_keys_of_court = day_keys(table, asked.venue_id, &[asked.court_id], &dates);
        let mut keys: Vec<_> = day_keys_of_court.iter().map(|(_, key)| key.clone()).collect();
        keys.extend([venue_key.clone(), court_key.clone(), diary_key.clone()]);
        let prices = pricing::store::active(table, asked.venue_id, asked.wish.start.date());
        let (mut items, price_book) = try_join(table.batch_get(&keys), prices).await?;
        let venue: Venue = items.take(&venue_key)?.ok_or_else(venue_not_found)?;
        let court: Court = items.take(&court_key)?.ok_or_else(court_not_found)?;
        let diary = take_diary(&mut items, &diary_key)?;
        let days = if court.made_of.is_empty() {
            court_days(&mut items, &day_keys_of_court)?
        } else {
            let day_keys = day_keys(table, asked.venue_id, court.takes(), &dates);
            let keys: Vec<_> = day_keys.iter().map(|(_, key)| key.clone()).collect();
            court_days(&mut table.batch_get(&keys).await?, &day_keys)?
        };
        Ok(Self { venue, court, days, diary, price_book })
    }
}
