//! Where a booking is found by more than itself: who has not checked in by when, and which matches are open.

use futures::future::try_join_all;
use kernel::{
    BookingId, ClubId, PageLimit, PageRequest, Result, VenueId,
    jiff::{SignedDuration, Timestamp, civil::Date},
    timestamp_text,
};
use serde::{Deserialize, Serialize};
use table::{Index, Key, PlatformTable, Query, TenantTable, Write};

use super::bookings::booking_key;
use crate::{Booking, Status};

/// Deadlines of all clubs are spread over so many partitions.
const SHARDS: u8 = 8;
/// What nobody looked at is dropped so long after its booking.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Open matches of a venue and day that are listed.
const MATCHES_LIMIT: usize = 100;

/// A booking whose players have to check in by an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCheckIn {
    /// Whose.
    pub club_id: ClubId,
    /// Which.
    pub booking_id: BookingId,
    /// The last instant.
    pub due: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    booking_id: BookingId,
    is_open: bool,
}

fn check_in_key(table: &TenantTable, booking: BookingId) -> Key {
    table.key(format_args!("BOOKING#{booking}"), "CHECK_IN")
}

fn match_key(table: &TenantTable, booking: &Booking) -> Key {
    let start = timestamp_text(booking.starts_at);
    table.key(
        format_args!("MATCHES#{}#{}", booking.venue_id, booking.date()),
        format_args!("{start}#{}", booking.id),
    )
}

/// The writes that keep the marks in line with a booking that is new or changes.
pub(super) fn marks(
    table: &TenantTable,
    before: Option<&Booking>,
    after: &Booking,
) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    let (due_before, due) =
        (before.and_then(Booking::check_in_deadline), after.check_in_deadline());
    match due {
        Some(due) if due_before != Some(due) => writes.push(mark_check_in(table, after, due)?),
        None => {
            writes.extend(due_before.map(|due| unmark_check_in(table, after, due)).transpose()?);
        }
        _ => {}
    }
    let listed = |booking: &&Booking| booking.open.is_some() && booking.status == Status::Confirmed;
    let key = |booking: &Booking| match_key(table, booking);
    let (was, is) = (before.filter(listed).map(key), Some(after).filter(listed).map(key));
    if was != is {
        // Left as an item that says so: whoever changes a booking need not be allowed to delete.
        for (key, is_open) in
            was.into_iter().map(|key| (key, false)).chain(is.map(|key| (key, true)))
        {
            let put = Write::put(key, "open_match", &Listed { booking_id: after.id, is_open })?;
            writes.push(put.expiring(kept_until(after)));
        }
    }
    Ok(writes)
}

fn kept_until(booking: &Booking) -> Timestamp {
    booking.ends_at.saturating_add(KEPT).unwrap_or(booking.ends_at)
}

/// Takes a mark out of the index; its item goes by itself.
fn unmark_check_in(table: &TenantTable, booking: &Booking, due: Timestamp) -> Result<Write> {
    let mark = DueCheckIn { club_id: table.tenant().club(), booking_id: booking.id, due };
    let put = Write::put(check_in_key(table, booking.id), "check_in_due", &mark)?;
    Ok(put.expiring(kept_until(booking)))
}

fn mark_check_in(table: &TenantTable, booking: &Booking, due: Timestamp) -> Result<Write> {
    let mark = DueCheckIn { club_id: table.tenant().club(), booking_id: booking.id, due };
    let shard = booking.id.uuid().as_bytes()[15] % SHARDS;
    let sort = format!("{}#{}#{}", timestamp_text(due), mark.club_id, mark.booking_id);
    let put = Write::put(check_in_key(table, booking.id), "check_in_due", &mark)?;
    Ok(put
        .gsi2(&table.platform_partition(format_args!("CHECKIN#{shard}")), sort)
        .expiring(kept_until(booking)))
}

/// Query gsi2 `P#CHECKIN#<0..7>` up to now: bookings of all clubs whose check-in has closed, at most `limit` of
/// each partition, longest closed first. The index may lag; whoever acts reads the booking.
pub async fn due_check_ins(
    platform: &PlatformTable,
    now: Timestamp,
    limit: u8,
) -> Result<Vec<DueCheckIn>> {
    let limit = PageLimit::new(limit).unwrap_or_default();
    let read = async |shard| {
        let partition = platform.partition(format_args!("CHECKIN#{shard}"));
        let query = Query::index(Index::Gsi2, partition)
            .at_most(format!("{}~", timestamp_text(now)))
            .page(PageRequest { limit, after: None });
        platform.query::<DueCheckIn>(&query).await
    };
    let pages = try_join_all((0..SHARDS).map(read)).await?;
    let mut due: Vec<_> = pages.into_iter().flat_map(|page| page.items).collect();
    due.sort_by_key(|mark| mark.due);
    Ok(due)
}

/// Deletes a mark whose booking has nothing to be checked in to.
pub fn forget_check_in(table: &TenantTable, booking: BookingId) -> Write {
    Write::delete(check_in_key(table, booking))
}

/// One query of `MATCHES#<venue>#<date>` and one batch of its bookings: the open matches that start on a venue's
/// local day, by start; the first hundred.
pub async fn open_matches(table: &TenantTable, venue: VenueId, date: Date) -> Result<Vec<Booking>> {
    let query = Query::of(table.partition(format_args!("MATCHES#{venue}#{date}")));
    let listed: Vec<Listed> = table.query_all(&query).await?;
    let open = listed.iter().filter(|one| one.is_open).take(MATCHES_LIMIT);
    let keys: Vec<_> = open.map(|one| booking_key(table, one.booking_id)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut items = table.batch_get(&keys).await?;
    let found = keys.iter().filter_map(|key| items.take::<Booking>(key).transpose());
    let is_open = |booking: &Booking| booking.open.is_some() && booking.status == Status::Confirmed;
    found.filter(|found| found.as_ref().map_or(true, is_open)).collect()
}
