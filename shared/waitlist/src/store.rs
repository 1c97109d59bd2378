//! The waiting list in the table.

use std::collections::BTreeMap;

use booking::{VenueDay, court_days, day_keys};
use kernel::{
    AccountId, CourtId, Event, Page, PageRequest, Result, VenueId, WaitlistEntryId,
    jiff::{SignedDuration, Timestamp, civil::Date},
    stale_version,
};
use serde::{Deserialize, Serialize};
use table::{Condition, Index, Key, Query, TenantTable, Update, Write};

use crate::{
    Entry, Joined, Lottery, WaitlistPolicy,
    error::{entry_changed, entry_not_found},
    event,
};

const ENTRY: &str = "waitlist_entry";
const DAY: &str = "waitlist_day";
/// What is ended is kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many days of courts are read at once.
const READ_TOGETHER: usize = 100;

/// What all entries of a venue's day share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The number of who joined last, or one more for a draw; zero before anybody joined.
    pub version: u64,
    /// Its lottery, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lottery: Option<Lottery>,
}

/// Who waits for a venue's day.
#[derive(Debug, Clone, Default)]
pub struct DayList {
    /// What they share.
    pub day: Day,
    /// The entries, ended ones too.
    pub entries: Vec<Entry>,
}

/// What a member waits for, in the whole club.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// The entries, each with its deadline.
    #[serde(default)]
    pub entries: BTreeMap<WaitlistEntryId, Timestamp>,
    /// Grows with every change.
    #[serde(default)]
    pub version: u64,
}

impl Waiter {
    /// How many of them still wait.
    pub fn waiting(&self, now: Timestamp) -> usize {
        self.entries.values().filter(|until| **until > now).count()
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Row {
    WaitlistDay(Day),
    WaitlistEntry(Box<Entry>),
}

/// Where an entry lies.
#[derive(Serialize, Deserialize)]
struct Pointer {
    venue_id: VenueId,
    date: Date,
}

fn day_key(table: &TenantTable, venue: VenueId, date: Date) -> Key {
    table.key(format_args!("WAITLIST#{venue}#{date}"), "DAY")
}

fn entry_key(table: &TenantTable, (venue, date): (VenueId, Date), entry: WaitlistEntryId) -> Key {
    table.key(format_args!("WAITLIST#{venue}#{date}"), format_args!("ENTRY#{entry}"))
}

fn pointer_key(table: &TenantTable, entry: WaitlistEntryId) -> Key {
    table.key(format_args!("WAITLISTENTRY#{entry}"), "ENTRY")
}

fn waiter_key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("WAITER#{account}"), "WAITER")
}

fn policy_key(table: &TenantTable, venue: VenueId) -> Key {
    table.key(format_args!("WAITLISTPOLICY#{venue}"), "POLICY")
}

/// One query of `WAITLIST#<venue>#<date>`: a venue's day, whole.
pub async fn day_list(table: &TenantTable, venue: VenueId, date: Date) -> Result<DayList> {
    let query = Query::of(day_key(table, venue, date).partition());
    let mut list = DayList::default();
    for row in table.query_all::<Row>(&query).await? {
        match row {
            Row::WaitlistDay(day) => list.day = day,
            Row::WaitlistEntry(entry) => list.entries.push(*entry),
        }
    }
    Ok(list)
}

/// Two gets: where the entry lies, and the entry. `WAITLIST_ENTRY_NOT_FOUND`.
pub async fn entry(table: &TenantTable, id: WaitlistEntryId) -> Result<Entry> {
    let pointer = table.get::<Pointer>(&pointer_key(table, id)).await?;
    let Pointer { venue_id, date } = pointer.ok_or_else(entry_not_found)?;
    table.get(&entry_key(table, (venue_id, date), id)).await?.ok_or_else(entry_not_found)
}

/// A page of an account's entries: `WAITER#<account>` in the first index, latest day first.
pub async fn entries_of_account(
    table: &TenantTable,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Entry>> {
    let partition = table.partition(format_args!("WAITER#{account}"));
    table.query(&Query::index(Index::Gsi1, partition).descending().page(page)).await
}

/// Get `WAITER#<account>` / `WAITER`; empty where they never waited.
pub async fn waiter(table: &TenantTable, account: AccountId) -> Result<Waiter> {
    Ok(table.get(&waiter_key(table, account)).await?.unwrap_or_default())
}

/// Get `WAITLISTPOLICY#<venue>` / `POLICY`; the default where the venue has chosen nothing.
pub async fn policy(table: &TenantTable, venue: VenueId) -> Result<WaitlistPolicy> {
    let own = table.get(&policy_key(table, venue)).await?;
    Ok(own.unwrap_or_else(|| WaitlistPolicy::default_of(venue)))
}

/// Put the policy, if it is still of the version before: else `STALE_VERSION`.
pub fn change_policy(table: &TenantTable, policy: &WaitlistPolicy) -> Result<Write> {
    let before = match policy.version - 1 {
        0 => Condition::absent("PK"),
        version => Condition::equals("version", version),
    };
    let key = policy_key(table, policy.venue_id);
    let write = Write::put(key, "waitlist_policy", policy)?.when(before);
    Ok(write.or(|_| stale_version("this policy")))
}

/// Courts' items of a local day, as they are: one read of a batch for a hundred courts.
pub async fn venue_day(
    table: &TenantTable,
    venue: VenueId,
    courts: &[CourtId],
    date: Date,
) -> Result<VenueDay> {
    let mut found = Vec::new();
    for courts in courts.chunks(READ_TOGETHER) {
        let wanted = day_keys(table, venue, courts, &[date]);
        let keys: Vec<_> = wanted.iter().map(|(_, key)| key.clone()).collect();
        let days = court_days(&mut table.batch_get(&keys).await?, &wanted)?;
        found.extend(days.0.into_iter().filter_map(|(_, day)| day));
    }
    Ok(VenueDay { date, courts: found })
}

/// The writes by which somebody joins: `WAITLIST_CHANGED` where somebody else did since the list was read, or the
/// member joined another.
pub fn join(
    table: &TenantTable,
    (list, waiter): (&DayList, &Waiter),
    entry: &Entry,
    by_lottery: bool,
) -> Result<Vec<Write>> {
    let lottery = match &list.day.lottery {
        None if by_lottery => Some(Lottery::new()?),
        drawn_or_not => drawn_or_not.clone(),
    };
    let day = Day { version: entry.number, lottery };
    let now = entry.joined_at;
    let mut entries = waiter.entries.clone();
    entries.retain(|_, until| *until > now);
    entries.insert(entry.id, entry.expires_at);
    let next = Waiter { entries, version: waiter.version + 1 };
    let waiter_write = Write::put(waiter_key(table, entry.account_id), "waiter", &next)?
        .when(unchanged(waiter.version))
        .or(|_| entry_changed());
    let pointer = Pointer { venue_id: entry.venue_id, date: entry.date };
    let pointer = Write::put(pointer_key(table, entry.id), "waitlist_pointer", &pointer)?;
    let joined = table.event(event::JOINED, event::VERSION, now, &Joined { entry_id: entry.id })?;
    Ok(vec![
        put(table, entry, &[joined])?.if_absent(),
        day_write(table, entry, &list.day, &day)?,
        pointer.if_absent().expiring(kept_until(entry)),
        waiter_write,
    ])
}

/// The write of a day's draw: who has joined so far takes part. `None` where it has no lottery, or is drawn.
pub fn draw(table: &TenantTable, list: &DayList) -> Result<Option<Write>> {
    let (Some(entry), Some(lottery)) = (list.entries.first(), &list.day.lottery) else {
        return Ok(None);
    };
    if lottery.drawn_through.is_some() {
        return Ok(None);
    }
    let drawn = Lottery { drawn_through: Some(list.day.version), ..lottery.clone() };
    let day = Day { version: list.day.version + 1, lottery: Some(drawn) };
    day_write(table, entry, &list.day, &day).map(Some)
}

fn day_write(table: &TenantTable, entry: &Entry, before: &Day, after: &Day) -> Result<Write> {
    let zone_independent = entry.date.at(0, 0, 0, 0).saturating_add(KEPT);
    let until = kernel::jiff::tz::TimeZone::UTC.to_timestamp(zone_independent);
    let write = Write::put(day_key(table, entry.venue_id, entry.date), DAY, after)?
        .when(unchanged(before.version))
        .or(|_| entry_changed());
    Ok(match until {
        Ok(until) => write.expiring(until),
        Err(_) => write,
    })
}

/// The write of an entry after a change, and what it tells: `WAITLIST_CHANGED` where it is not any more what it was.
pub fn save(table: &TenantTable, before: &Entry, after: &Entry, told: &[Event]) -> Result<Write> {
    let same = Condition::equals("version", before.version);
    Ok(put(table, after, told)?.when(same).or(|_| entry_changed()))
}

/// The write that takes an ended entry off what its member waits for.
pub fn release(table: &TenantTable, entry: &Entry) -> Write {
    let update = Update::new().remove(format!("entries.{}", entry.id)).add("version", 1_u64);
    Write::update(waiter_key(table, entry.account_id), update)
        .when(Condition::item_exists())
        .or(|_| entry_changed())
}

fn put(table: &TenantTable, entry: &Entry, told: &[Event]) -> Result<Write> {
    let account = table.partition(format_args!("WAITER#{}", entry.account_id));
    let key = entry_key(table, (entry.venue_id, entry.date), entry.id);
    let write = Write::put(key, ENTRY, entry)?
        .gsi1(&account, format!("{}#{}", entry.date, entry.id))
        .expiring(kept_until(entry));
    if told.is_empty() { Ok(write) } else { write.telling(told) }
}

fn kept_until(entry: &Entry) -> Timestamp {
    let end = entry.ended_at.unwrap_or(entry.expires_at);
    end.saturating_add(KEPT).unwrap_or(end)
}

fn unchanged(version: u64) -> Condition {
    match version {
        0 => Condition::absent("version"),
        version => Condition::equals("version", version),
    }
}
