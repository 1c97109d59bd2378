//! Feeds in the table, and the bookings that calendars show.

use booking::{Booking, bookings_of_account, bookings_of_day};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{
    AccountId, Error, FeedId, LocalDate, Page, PageLimit, PageRequest, Result, VenueId,
    jiff::{Timestamp, civil::Date},
    timestamp_text,
};
use table::{Attempt, Condition, Index, Key, Query, TenantTable, Update, Write};

use crate::{FEEDS_LIMIT, Feed, feed_not_found, open::AT_ONCE};

/// The most bookings of a member that a feed shows, the latest.
const MEMBER_BOOKINGS_LIMIT: usize = 1_000;

/// `T#<club>#FEED#<feed>` / `FEED`.
fn key(table: &TenantTable, id: FeedId) -> Key {
    table.key(format_args!("FEED#{id}"), "FEED")
}

/// `T#<club>#FEEDS#<account>` / `COUNT`: how many feeds somebody has.
fn count_key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("FEEDS#{account}"), "COUNT")
}

/// Put `FEED#<feed>` / `FEED`, and count it: `conflict`, `FEED_LIMIT_REACHED`, where there are enough.
pub fn create(table: &TenantTable, feed: &Feed) -> Result<Vec<Write>> {
    let age = format!("{}#{}", timestamp_text(feed.created_at), feed.id);
    let feeds = table.partition(format_args!("FEEDS#{}", feed.account_id));
    let room =
        Condition::any([Condition::absent("live"), Condition::at_most("live", FEEDS_LIMIT - 1)]);
    let counted = Update::new().add("live", 1_i64).set("kind", "feed_count");
    Ok(vec![
        Write::put(key(table, feed.id), "feed", feed)?.if_absent().gsi1(&feeds, age),
        Write::update(count_key(table, feed.account_id), counted).when(room).or(|_| {
            Error::conflict("FEED_LIMIT_REACHED", "you have 20 calendar feeds; remove one first")
        }),
    ])
}

/// Get `FEED#<feed>` / `FEED`: else `not_found`, `FEED_NOT_FOUND`.
pub async fn feed(table: &TenantTable, id: FeedId) -> Result<Feed> {
    table.get(&key(table, id)).await?.ok_or_else(feed_not_found)
}

/// A page of an account's feeds: `FEEDS#<account>` in the first index, oldest first.
pub async fn feeds(
    table: &TenantTable,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Feed>> {
    let feeds = table.partition(format_args!("FEEDS#{account}"));
    table.query(&Query::index(Index::Gsi1, feeds).page(page)).await
}

/// Delete `FEED#<feed>` / `FEED` of this account, and count it no longer: else `not_found`, `FEED_NOT_FOUND`.
pub fn remove(table: &TenantTable, account: AccountId, id: FeedId) -> Vec<Write> {
    let own = Condition::equals("account_id", account.to_string());
    vec![
        Write::delete(key(table, id)).when(own).or(|_| feed_not_found()),
        Write::update(count_key(table, account), Update::new().add("live", -1_i64)),
    ]
}

/// How many feeds an account has, as far as the first index tells, and the deletes of them and of their count: one
/// transaction.
pub async fn remove_all(table: &TenantTable, account: AccountId) -> Result<(u64, Vec<Write>)> {
    let feeds = table.partition(format_args!("FEEDS#{account}"));
    let feeds: Vec<Feed> = table.query_all(&Query::index(Index::Gsi1, feeds)).await?;
    let mut writes: Vec<_> = feeds.iter().map(|feed| Write::delete(key(table, feed.id))).collect();
    writes.push(Write::delete(count_key(table, account)));
    Ok((feeds.len() as u64, writes))
}

/// Update `FEED#<feed>` / `FEED`: somebody read it on this day, if it is still there.
pub async fn note_use(table: &TenantTable, id: FeedId, day: LocalDate) -> Result<()> {
    let update = Update::new().set("last_used_on", day.to_string());
    let write = Write::update(key(table, id), update).when(Condition::item_exists());
    match table.attempt(write).await? {
        Attempt::Done(_) | Attempt::Refused(_) => Ok(()),
    }
}

/// An account's bookings that end after an instant, 1,000 at most: pages of booking's list, latest start first.
pub async fn bookings_ahead(
    table: &TenantTable,
    account: AccountId,
    from: Timestamp,
) -> Result<Vec<Booking>> {
    let (mut found, mut page) = (Vec::new(), full_page());
    loop {
        let Page { items, next } = bookings_of_account(table, account, page).await?;
        let last = items.last().is_none_or(|booking| booking.ends_at <= from);
        found.extend(items.into_iter().filter(|booking| booking.ends_at > from));
        match next.filter(|_| !last && found.len() < MEMBER_BOOKINGS_LIMIT) {
            Some(after) => page = PageRequest { after: Some(after), ..full_page() },
            None => return Ok(found),
        }
    }
}

/// A venue's bookings that start on these local days, 16 days at once: booking's list of each.
pub async fn bookings_of_days(
    table: &TenantTable,
    venue: VenueId,
    days: impl IntoIterator<Item = Date>,
) -> Result<Vec<Booking>> {
    let days: Vec<_> = days.into_iter().collect();
    let lists = stream::iter(days.into_iter().map(|day| of_day(table, venue, day)));
    let lists: Vec<_> = lists.buffered(AT_ONCE).try_collect().await?;
    Ok(lists.into_iter().flatten().collect())
}

async fn of_day(table: &TenantTable, venue: VenueId, day: Date) -> Result<Vec<Booking>> {
    let (mut found, mut page) = (Vec::new(), full_page());
    loop {
        let Page { items, next } = bookings_of_day(table, venue, day, page).await?;
        found.extend(items);
        match next {
            Some(after) => page = PageRequest { after: Some(after), ..full_page() },
            None => return Ok(found),
        }
    }
}

fn full_page() -> PageRequest {
    PageRequest { limit: PageLimit::new(PageLimit::MAX).unwrap_or_default(), after: None }
}
