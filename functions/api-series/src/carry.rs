//! Splits a series: it ends where the change begins, and another one carries the rest, which is then changed.

use booking::{Booking, InSeries, Status};
use kernel::{Kind, Result, SeriesId, jiff::Timestamp};
use series::{Occurrence, Outcome, Series, Terms, series_busy, series_of_split, series_overtaken};
use table::Together;

use crate::{alter::Alteration, enquire::TOGETHER, give_up::bookings_of};

/// So often a group is carried over again because others changed it in between.
const ROUNDS: usize = 6;

/// Ends the series before the rest, and makes the series of the rest, with its new terms. Its dates follow.
pub(crate) async fn split(
    alteration: &Alteration<'_>,
    series: &Series,
    (head, tail): (Terms, Terms),
    new: Terms,
    now: Timestamp,
) -> Result<()> {
    let table = alteration.table;
    let id = series_of_split(series.id, alteration.act);
    let mut before = series.clone().with_terms(head);
    before.continued_by = Some(id);
    before.under_way = Some(alteration.under_way(&series.terms, now));
    let rest = Series {
        id,
        terms: new,
        made_as: None,
        continues: Some(series.id),
        under_way: Some(alteration.under_way(&tail, now)),
        acts: Vec::new(),
        created_at: now,
        version: 1,
        ..series.clone()
    };
    let writes = vec![series::replace(table, series, &before)?, series::create(table, &rest)?];
    table.write(writes).await
}

/// Carries the dates of the rest over, many in one transaction: each with its booking, as it is.
///
/// `SERIES_OVERTAKEN`, `SERIES_BUSY`.
pub(crate) async fn carry(alteration: &Alteration<'_>, id: SeriesId, rest: &Series) -> Result<()> {
    let mut rounds = ROUNDS;
    loop {
        let series = series::series(alteration.table, id).await?;
        if series.acts.contains(&alteration.act) {
            return Ok(());
        }
        let way = series.under_way.as_ref().filter(|way| way.act_id == alteration.act);
        let old = &way.ok_or_else(series_overtaken)?.before;
        // Once the rest is being changed, it has another beginning.
        let first =
            rest.under_way.as_ref().map_or(rest.terms.starts_at, |way| way.before.starts_at);
        let mut dates = Vec::new();
        for one in series::occurrences(alteration.table, id).await? {
            if old.planned(one.recurrence_id)? >= first && (one.is_live() || one.is_open()) {
                dates.push(one);
            }
        }
        match carry_group(alteration, (&series, rest), dates).await {
            Ok(true) => return Ok(()),
            Ok(false) => rounds = ROUNDS,
            Err(error) if error.kind() == Kind::Conflict && rounds > 0 => rounds -= 1,
            Err(error) if error.kind() == Kind::Conflict => return Err(series_busy()),
            Err(error) => return Err(error),
        }
    }
}

/// As many as one transaction holds; answers whether that was all.
async fn carry_group(
    alteration: &Alteration<'_>,
    (series, rest): (&Series, &Series),
    dates: Vec<Occurrence>,
) -> Result<bool> {
    let (table, now) = (alteration.table, alteration.app.clock().now());
    let mut live: Vec<_> = dates.into_iter().filter(|one| !one.has_started(now)).collect();
    let open: Vec<_> = live.extract_if(.., |one| one.is_open()).collect();
    let bookings = bookings_of(table, &live).await?;
    let follows = |booking: &Booking| {
        matches!(booking.status, Status::Held | Status::Confirmed) && !booking.has_started(now)
    };
    let live = live.into_iter().zip(bookings.into_iter().map(Some));
    let live = live.filter(|(_, booking)| booking.as_ref().is_some_and(follows));
    let all: Vec<_> = live.chain(open.into_iter().map(|one| (one, None))).collect();
    if all.is_empty() {
        return Ok(true);
    }
    let mut together = Together::new();
    together.take(vec![series::unchanged(table, series)]);
    let mut carried = 0;
    for (one, booking) in all.iter().take(TOGETHER) {
        let continued = Occurrence { outcome: Outcome::Continued, ..one.clone() };
        let there = Occurrence { series_id: rest.id, mark: None, version: 1, ..one.clone() };
        let mut writes = vec![
            series::replace_occurrence(table, one, &continued)?,
            series::record(table, &there)?,
        ];
        if let Some(booking) = booking {
            let to = InSeries { series_id: rest.id, recurrence_id: one.recurrence_id };
            writes.push(booking::carry(table, booking, to)?);
        }
        if !together.take(writes) {
            break;
        }
        carried += 1;
    }
    table.write(together.into_writes()).await?;
    Ok(carried == all.len())
}
