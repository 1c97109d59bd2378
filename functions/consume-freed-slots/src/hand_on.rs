//! What came free goes down the list, until nobody is left whom it fits.

use booking::Freed;
use facilities::VenueWithCourts;
use kernel::{
    CourtId, Error, Result, WaitlistEntryId,
    jiff::{ToSpan, civil::Date},
};
use runtime::App;
use table::TenantTable;
use waitlist::{DayList, Entry, Mode, Place};

use crate::{
    candidate::{Desk, may_have},
    give::{Given, give},
};

/// So often a day's list is read again because something was given, or changed.
const ROUNDS: usize = 200;

/// Offers time that came free, local day by local day.
pub(crate) async fn freed(app: &App, table: &TenantTable, freed: &Freed) -> Result<()> {
    let now = app.clock().now();
    if freed.ends_at <= now {
        return Ok(());
    }
    let venue = facilities::venue_with_courts(table, freed.venue_id).await?;
    let zone = venue.venue.time_zone.rules();
    let (first, last) =
        (zone.to_datetime(freed.starts_at.max(now)).date(), zone.to_datetime(freed.ends_at).date());
    for date in first.series(1.day()).take_while(|date| *date <= last) {
        day(app, table, &venue, date, Some(freed)).await?;
    }
    Ok(())
}

/// Somebody joined on condition that nothing was free, as a read a moment before their write had it.
pub(crate) async fn joined(app: &App, table: &TenantTable, id: WaitlistEntryId) -> Result<()> {
    let entry = waitlist::entry(table, id).await?;
    if !entry.waits(app.clock().now()) {
        return Ok(());
    }
    let venue = facilities::venue_with_courts(table, entry.venue_id).await?;
    day(app, table, &venue, entry.date, None).await
}

/// One local day. Whatever is given or changes in between is read again, until a whole round gives nothing.
async fn day(
    app: &App,
    table: &TenantTable,
    venue: &VenueWithCourts,
    date: Date,
    freed: Option<&Freed>,
) -> Result<()> {
    let mut desk = None;
    for _ in 0..ROUNDS {
        let list = waitlist::day_list(table, venue.venue.id, date).await?;
        let now = app.clock().now();
        if !list.entries.iter().any(|entry| entry.waits(now)) {
            return Ok(());
        }
        if desk.is_none() {
            desk = Some(Desk::open(app, table, venue).await?);
        }
        let Some(desk) = &desk else { return Ok(()) };
        if !round(desk, &list, date, freed).await? {
            return Ok(());
        }
    }
    Err(Error::unavailable("WAITLIST_BUSY", "the day's waiting list changes all the time"))
}

/// Goes down the list once; whether it is to be read again.
async fn round(desk: &Desk<'_>, list: &DayList, date: Date, freed: Option<&Freed>) -> Result<bool> {
    let now = desk.app.clock().now();
    let courts = courts_of(desk.venue, freed);
    let day = waitlist::venue_day(desk.table, desk.venue.venue.id, &courts, date).await?;
    let days = [day];
    let waiting = list.entries.iter().filter(|entry| entry.waits(now));
    let places = |entry: &Entry| -> Vec<Place> {
        let places = waitlist::places(desk.venue, entry, &days, freed, now);
        places.into_iter().filter(|place| !entry.knows(place)).collect()
    };
    let order = &desk.policy.terms.order;
    let in_turn = waitlist::in_order(waiting, order, list.day.lottery.as_ref());
    for (entry, places) in in_turn.into_iter().map(|entry| (entry, places(entry))) {
        if places.is_empty() {
            continue;
        }
        if *order == waitlist::Order::Lottery && draw(desk, list).await? {
            return Ok(true);
        }
        if !may_have(desk, entry).await? {
            continue;
        }
        match give(desk, entry, &places).await? {
            Given::Nothing => {}
            // Telling takes nothing away from who comes next.
            Given::Told if desk.policy.terms.mode == Mode::Broadcast => {}
            Given::Told | Given::Changed => return Ok(true),
        }
    }
    Ok(false)
}

/// The first court that comes free draws the day's lottery; whether the order is another now.
async fn draw(desk: &Desk<'_>, list: &DayList) -> Result<bool> {
    let Some(write) = waitlist::draw(desk.table, list)? else { return Ok(false) };
    match desk.table.write(vec![write]).await {
        Err(error) if error.code() == waitlist::entry_changed().code() => Ok(true),
        drawn => drawn.map(|()| true),
    }
}

/// The courts whose days decide: all that a court takes which has some of what came free.
fn courts_of(venue: &VenueWithCourts, freed: Option<&Freed>) -> Vec<CourtId> {
    let has_some = |takes: &[CourtId]| {
        freed.is_none_or(|freed| takes.iter().any(|court| freed.courts.contains(court)))
    };
    let takes = venue.courts.iter().map(facilities::Court::takes).filter(|takes| has_some(takes));
    let mut courts: Vec<_> = takes.flatten().copied().collect();
    courts.sort_unstable();
    courts.dedup();
    courts
}
