//! Series and their dates in the table.

use kernel::{
    AccountId, Page, PageRequest, Result, SeriesActId, SeriesId, jiff::Timestamp, timestamp_text,
};
use table::{Condition, Index, Key, Query, TenantTable, Write};

use crate::{
    Occurrence, Series,
    error::{series_changed, series_not_found},
    event::{self, SeriesFact},
};

fn series_key(table: &TenantTable, id: SeriesId) -> Key {
    table.key(format_args!("SERIES#{id}"), "SERIES")
}

/// Get one series.
pub async fn series(table: &TenantTable, id: SeriesId) -> Result<Series> {
    find_series(table, id).await?.ok_or_else(series_not_found)
}

/// Get one series, if it is there.
pub async fn find_series(table: &TenantTable, id: SeriesId) -> Result<Option<Series>> {
    table.get(&series_key(table, id)).await
}

/// A page of an account's series: `SERIESOF#<account>` in the first index, latest made first.
pub async fn series_of_account(
    table: &TenantTable,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Series>> {
    let partition = table.partition(format_args!("SERIESOF#{account}"));
    table.query(&Query::index(Index::Gsi1, partition).descending().page(page)).await
}

/// One query of `SERIES#<series>`: every date of it, by recurrence id.
pub async fn occurrences(table: &TenantTable, id: SeriesId) -> Result<Vec<Occurrence>> {
    table.query_all(&of_series(table, id)).await
}

/// A page of the same.
pub async fn page_of_occurrences(
    table: &TenantTable,
    id: SeriesId,
    page: PageRequest,
) -> Result<Page<Occurrence>> {
    table.query(&of_series(table, id).page(page)).await
}

fn of_series(table: &TenantTable, id: SeriesId) -> Query {
    Query::of(series_key(table, id).partition()).begins_with("OCC#")
}

/// Stores a new series, which nobody has made before.
pub fn create(table: &TenantTable, series: &Series) -> Result<Write> {
    Ok(put(table, series)?.if_absent().or(|_| series_changed()))
}

/// Stores a series as it is now, if it is still what it was.
pub fn replace(table: &TenantTable, before: &Series, after: &Series) -> Result<Write> {
    let unchanged = Condition::equals("version", before.version);
    let after = Series { version: before.version + 1, ..after.clone() };
    Ok(put(table, &after)?.when(unchanged).or(|_| series_changed()))
}

/// The same, and tells it.
pub fn replace_telling(
    table: &TenantTable,
    (before, after): (&Series, &Series),
    (kind, act_id): (&str, Option<SeriesActId>),
    now: Timestamp,
) -> Result<Write> {
    telling(replace(table, before, after)?, table, (after, kind, act_id), now)
}

/// Stores a new series, all of whose dates are booked with it, and tells it.
pub fn create_telling(table: &TenantTable, series: &Series, now: Timestamp) -> Result<Write> {
    telling(create(table, series)?, table, (series, event::BOOKED, None), now)
}

fn telling(
    write: Write,
    table: &TenantTable,
    (series, kind, act_id): (&Series, &str, Option<SeriesActId>),
    now: Timestamp,
) -> Result<Write> {
    let fact = SeriesFact { series_id: series.id, act_id };
    write.telling(&[table.event(kind, SeriesFact::VERSION, now, &fact)?])
}

/// Others' writes happen only while a series is what it was.
pub fn unchanged(table: &TenantTable, series: &Series) -> Write {
    let unchanged = Condition::equals("version", series.version);
    Write::check(series_key(table, series.id), unchanged).or(|_| series_changed())
}

fn put(table: &TenantTable, series: &Series) -> Result<Write> {
    let account = table.partition(format_args!("SERIESOF#{}", series.account_id));
    let sort = format!("{}#{}", timestamp_text(series.created_at), series.id);
    Ok(Write::put(series_key(table, series.id), "series", series)?.gsi1(&account, sort))
}

/// Stores a date that has none yet.
pub fn record(table: &TenantTable, occurrence: &Occurrence) -> Result<Write> {
    Ok(put_occurrence(table, occurrence)?.if_absent().or(|_| series_changed()))
}

/// Stores a date as it is now, if it is still what it was.
pub fn replace_occurrence(
    table: &TenantTable,
    before: &Occurrence,
    after: &Occurrence,
) -> Result<Write> {
    let unchanged = Condition::equals("version", before.version);
    let after = Occurrence { version: before.version + 1, ..after.clone() };
    Ok(put_occurrence(table, &after)?.when(unchanged).or(|_| series_changed()))
}

fn put_occurrence(table: &TenantTable, occurrence: &Occurrence) -> Result<Write> {
    let Occurrence { series_id, recurrence_id, .. } = occurrence;
    let key = table.key(format_args!("SERIES#{series_id}"), format_args!("OCC#{recurrence_id}"));
    Write::put(key, "occurrence", occurrence)
}
