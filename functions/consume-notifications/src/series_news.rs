//! What an event of a series means to its member: all of its dates at once.

use kernel::{Event, Money, Result, jiff::SignedDuration};
use notification::{LeftOut, Notice, SeriesDate, SeriesFacts};
use series::{
    Mark, Occurrence, Reason, Status,
    event::{BOOKED, CANCELLED, SeriesFact},
};
use table::TenantTable;

use crate::news::{News, Recipient};

/// The dates that it was about, as they are now, and those that could not be what was asked for.
pub(crate) async fn of_series(table: &TenantTable, event: &Event) -> Result<Option<News>> {
    let fact: SeriesFact = event.data()?;
    let series = series::series(table, fact.series_id).await?;
    let is_over = matches!(series.status, Status::Cancelled | Status::GivenUp);
    if is_over && event.kind != CANCELLED {
        return Ok(None);
    }
    let all = series::occurrences(table, series.id).await?;
    let marked = |one: &Occurrence| fact.act_id.and_then(|act| one.marked_by(act).cloned());
    let is_done = |one: &&Occurrence| match fact.act_id {
        None => one.is_live(),
        Some(_) => marked(one).is_some_and(|mark: Mark| mark.came.is_change()),
    };
    let done: Vec<_> = all.iter().filter(is_done).collect();
    let Some(first) = done.first() else { return Ok(None) };
    let venue = facilities::venue(table, series.venue_id).await?;
    let court = facilities::court(table, series.venue_id, first.court_id).await?;
    let refused = all.iter().filter_map(|one| {
        let reason = match fact.act_id {
            None => one.reason.clone(),
            Some(_) => marked(one).and_then(|mark| mark.reason),
        };
        reason.map(|reason| (date(one), why(&reason)))
    });
    let sum = done.iter().filter_map(|one| one.price).map(|price| price.amount).sum();
    let currency = court.price_per_hour.money().currency;
    let facts = SeriesFacts {
        court: court.name.as_str().to_owned(),
        venue: venue.name.as_str().to_owned(),
        dates: done.iter().map(|one| date(one)).collect(),
        left_out: refused.collect(),
        price: Money::new(sum, currency),
    };
    let notice = match event.kind.as_str() {
        BOOKED => Notice::SeriesBooked(facts),
        CANCELLED => Notice::SeriesCancelled(facts),
        _ => Notice::SeriesChanged(facts),
    };
    Ok(Some(News {
        subject: fact.act_id.map_or_else(|| series.id.to_string(), |act| act.to_string()),
        recipient: Recipient::Account(series.account_id),
        time_zone: Some(venue.time_zone.rules().clone()),
        notice,
        along: Vec::new(),
    }))
}

fn date(one: &Occurrence) -> SeriesDate {
    let minutes = SignedDuration::from_mins(one.duration_minutes.into());
    let ends_at = one.starts_at.saturating_add(minutes).unwrap_or(one.starts_at);
    SeriesDate { starts_at: one.starts_at, ends_at }
}

fn why(reason: &Reason) -> LeftOut {
    match reason.code.as_str() {
        "SLOT_TAKEN" | "RESOURCE_TAKEN" | "ALREADY_BOOKED_THEN" => LeftOut::Taken,
        "CANCELLATION_BLOCKED" | "TOO_LATE_TO_MOVE" | "NOTICE_TOO_SHORT" => LeftOut::TooLate,
        _ if reason.is_closed() => LeftOut::Closed,
        _ => LeftOut::Rules,
    }
}
