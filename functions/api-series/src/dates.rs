//! Which dates a change is about, where they are, and where they shall be.

use booking::{Booking, ExtraWishes, Status};
use kernel::{
    Error, Result,
    jiff::{Timestamp, civil::DateTime},
};
use series::{Adjusted, Came, Mark, Occurrence, Outcome, Scope, Series, Spot, Terms, place};

use crate::{
    alter::Alteration,
    change::{Change, Exceptions},
    give_up::bookings_of,
};

/// The dates of a change.
pub(crate) struct Dates {
    /// Those about which there is nothing to do, or no more; each says why.
    pub(crate) decided: Vec<Occurrence>,
    /// Those without a court, as they will be.
    pub(crate) open: Vec<Occurrence>,
    /// Those to be changed, in an order in which each may have what one before it gives up.
    pub(crate) pending: Vec<Target>,
}

/// A date that shall be changed.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) occurrence: Occurrence,
    pub(crate) booking: Booking,
    /// Where it shall be, and what the clocks do to its local time.
    pub(crate) to: (Spot, Option<Adjusted>),
}

impl Dates {
    /// The first that is not over.
    pub(crate) fn first(&self) -> Option<DateTime> {
        let follows = |one: &&Occurrence| {
            let came = one.mark.as_ref().map(|mark| mark.came);
            came.is_some_and(|came| !is_over(came))
        };
        let decided = self.decided.iter().filter(follows);
        let pending = self.pending.iter().map(|target| &target.occurrence);
        decided.chain(&self.open).chain(pending).map(|one| one.recurrence_id).min()
    }

    /// These terms without the dates that are over, which stay in the series before.
    pub(crate) fn left_out_of(&self, old: &Terms, mut tail: Terms) -> Result<Terms> {
        for one in &self.decided {
            let date = old.planned(one.recurrence_id)?;
            let stays = one.mark.as_ref().is_some_and(|mark| is_over(mark.came));
            if stays && date >= tail.starts_at && !tail.exdates.contains(&date) {
                tail.exdates.push(date);
            }
        }
        Ok(tail)
    }
}

/// Whether a date is never touched any more.
fn is_over(came: Came) -> bool {
    matches!(came, Came::Past | Came::CheckedIn | Came::Missed | Came::GivenUp)
}

/// Where a booking is.
pub(crate) fn spot_of(booking: &Booking) -> Result<Spot> {
    let minutes = booking.ends_at.duration_since(booking.starts_at).as_mins();
    let duration_minutes = u16::try_from(minutes)
        .map_err(|cause| Error::internal("a booking is too long").with_source(cause))?;
    let Booking { court_id, starts_at, .. } = *booking;
    Ok(Spot { court_id, starts_at, duration_minutes })
}

/// One round: what is to be done about each of these dates of a series, whose terms were the old ones and are, or
/// will be, the new ones.
pub(crate) async fn sort(
    alteration: &Alteration<'_>,
    series: &Series,
    dates: Vec<Occurrence>,
    (old, new): (&Terms, &Terms),
    now: Timestamp,
) -> Result<Dates> {
    let (act, input) = (alteration.act, alteration.input);
    let mut sorted = Dates { decided: Vec::new(), open: Vec::new(), pending: Vec::new() };
    let mut live = Vec::new();
    for one in dates {
        let marked = |came, one: Occurrence| Occurrence { mark: Some(Mark::of(act, came)), ..one };
        if one.outcome == Outcome::Continued {
        } else if one.marked_by(act).is_some() {
            sorted.decided.push(one);
        } else if one.is_live() {
            live.push(one);
        } else if one.outcome == Outcome::Cancelled {
            sorted.decided.push(marked(Came::GivenUp, one));
        } else if one.has_started(now) {
            sorted.decided.push(marked(Came::Past, one));
        } else {
            let to = wanted(input, series, new, (&one, one.spot()))?;
            let follows = to.0 != one.spot();
            let after = marked(Came::NotBooked, one.at(to));
            if follows { sorted.open.push(after) } else { sorted.decided.push(after) }
        }
    }
    let bookings = bookings_of(alteration.table, &live).await?;
    for (occurrence, booking) in live.into_iter().zip(bookings) {
        let to = wanted(input, series, new, (&occurrence, spot_of(&booking)?))?;
        let target = Target { occurrence, booking, to };
        match target.stays(alteration, series, old, now)? {
            None => sorted.pending.push(target),
            Some(came) => {
                let mark = Some(Mark::of(act, came));
                sorted.decided.push(Occurrence { mark, ..target.occurrence });
            }
        }
    }
    // Later ones first where they move later: each leaves its time before another comes.
    let later = |target: &Target| target.to.0.starts_at > target.booking.starts_at;
    if sorted.pending.first().is_some_and(later) {
        sorted.pending.reverse();
    }
    Ok(sorted)
}

/// Where a date shall be that is here.
fn wanted(
    input: &Change,
    series: &Series,
    new: &Terms,
    (one, here): (&Occurrence, Spot),
) -> Result<(Spot, Option<Adjusted>)> {
    if !input.moves() {
        return Ok((here, one.adjusted));
    }
    if input.scope != Scope::This {
        return series.spot(new, one.recurrence_id);
    }
    let zone = series.time_zone.rules();
    let (starts_at, adjusted) = match input.starts_at {
        None => (here.starts_at, one.adjusted),
        // An offset says which of two it is.
        Some(start) if start.to_string() != start.wall().to_string() => {
            (start.resolve(zone)?, None)
        }
        Some(start) => {
            let placed = place(zone, start.wall())?;
            (placed.starts_at, placed.adjusted)
        }
    };
    let spot = Spot {
        court_id: input.court_id.unwrap_or(here.court_id),
        starts_at,
        duration_minutes: input.duration_minutes.unwrap_or(here.duration_minutes),
    };
    Ok((spot, adjusted))
}

impl Target {
    /// Whether it gets another time or court.
    pub(crate) fn is_moved(&self) -> Result<bool> {
        Ok(spot_of(&self.booking)? != self.to.0)
    }

    /// Why it stays as it is, if it does.
    fn stays(
        &self,
        alteration: &Alteration<'_>,
        series: &Series,
        old: &Terms,
        now: Timestamp,
    ) -> Result<Option<Came>> {
        let Self { occurrence, booking, .. } = self;
        let input = alteration.input;
        let over = match booking.status {
            Status::Cancelled | Status::Expired => Some(Came::GivenUp),
            Status::NoShow => Some(Came::Missed),
            Status::CheckedIn => Some(Came::CheckedIn),
            Status::Held | Status::Confirmed => booking.has_started(now).then_some(Came::Past),
        };
        if over.is_some() {
            return Ok(over);
        }
        let is_elsewhere = series.spot(old, occurrence.recurrence_id)?.0 != spot_of(booking)?;
        let keeps = input.exceptions == Exceptions::Keep && input.scope != Scope::This;
        if input.moves() && keeps && is_elsewhere {
            return Ok(Some(Came::Exception));
        }
        let party = alteration.party(series)?;
        let has_party = party.is_none_or(|party| party == booking.party);
        let has = ExtraWishes::again(&booking.extras)?;
        let has_extras = input.extras.as_ref().is_none_or(|extras| *extras == has);
        let is_there = has_party && has_extras && !self.is_moved()?;
        Ok(is_there.then_some(Came::Unchanged))
    }
}
