//! Books the dates of a series, many in one transaction, and goes on where an earlier try has stopped.

use frontdesk::Booked;
use kernel::{
    Clock, Kind, Result, SeriesActId,
    jiff::{Timestamp, civil::DateTime},
};
use series::{
    Came, Mark, Occurrence, Outcome, Series, Status, booking_of, event, series_busy,
    series_conflict, series_over,
};
use table::{TenantTable, Together, Write};

use crate::enquire::{By, Enquiry, Grown, TOGETHER, enquire, is_refusal};

/// So often a group is decided again because others booked in between.
const ROUNDS: usize = 6;

/// A series whose dates are being booked.
pub(crate) struct Run<'a> {
    pub(crate) table: &'a TenantTable,
    pub(crate) clock: &'a Clock,
    pub(crate) by: By,
    /// As it is stored; or as it will be, before its first dates are.
    pub(crate) series: Series,
    /// Whether the series is in the table.
    pub(crate) is_stored: bool,
    /// The request that tries dates again that are in the table; none of the one that makes it.
    pub(crate) again: Option<SeriesActId>,
    /// Whether one refused date refuses all.
    pub(crate) is_strict: bool,
}

/// A group of dates before it is written.
struct Group {
    together: Together,
    done: Vec<DateTime>,
}

impl Run<'_> {
    /// Gives every one of these dates its outcome.
    ///
    /// `SERIES_CONFLICT` where one refusal refuses all: groups before it are booked by then. `SERIES_OVER`, `SERIES_BUSY`.
    pub(crate) async fn book(&mut self, mut pending: Vec<Occurrence>) -> Result<()> {
        let mut rounds = ROUNDS;
        while !pending.is_empty() {
            match Box::pin(self.book_group(&pending)).await {
                Ok(done) => {
                    pending.retain(|one| !done.contains(&one.recurrence_id));
                    rounds = ROUNDS;
                }
                Err(error)
                    if error.kind() != Kind::Conflict || error.code() == "SERIES_CONFLICT" =>
                {
                    return Err(error);
                }
                // Somebody keeps taking the last of something between the reading and the writing.
                Err(error) if rounds == 0 && error.code() == "RESOURCE_TAKEN" => return Err(error),
                Err(_) if rounds == 0 => return Err(series_busy()),
                Err(_) => {
                    rounds -= 1;
                    pending = self.left_of(pending).await?;
                }
            }
        }
        if self.is_stored && self.again.is_none() && self.series.status == Status::Booking {
            let after = Series { status: Status::Active, ..self.series.clone() };
            let told = (event::BOOKED, None);
            let now = self.clock.now();
            let write = series::replace_telling(self.table, (&self.series, &after), told, now)?;
            self.table.write(vec![write]).await?;
        }
        Ok(())
    }

    /// The dates that nobody has given an outcome in between, as they are now.
    async fn left_of(&mut self, pending: Vec<Occurrence>) -> Result<Vec<Occurrence>> {
        if let Some(stored) = series::find_series(self.table, self.series.id).await? {
            if matches!(stored.status, Status::Cancelled | Status::GivenUp) {
                return Err(series_over());
            }
            (self.series, self.is_stored) = (stored, true);
        }
        let stored = series::occurrences(self.table, self.series.id).await?;
        let now = |one: Occurrence| {
            let found = stored.iter().find(|other| other.recurrence_id == one.recurrence_id);
            match found {
                None => Some(one),
                Some(found) if self.again.is_some() && found.is_open() => Some(found.clone()),
                Some(_) => None,
            }
        };
        Ok(pending.into_iter().filter_map(now).collect())
    }

    /// Decides and writes as many as one transaction holds; answers which.
    async fn book_group(&mut self, pending: &[Occurrence]) -> Result<Vec<DateTime>> {
        let now = self.clock.now();
        let dates = &pending[..pending.len().min(TOGETHER)];
        let is_new = self.again.is_none();
        let left_out = |one: &&Occurrence| is_new && one.outcome == Outcome::Skipped;
        let wanted: Vec<_> = dates.iter().filter(|one| !left_out(one)).cloned().collect();
        let enquiries = enquire(self.table, &self.series, self.by, &wanted).await?;
        let mut group = Group { together: Together::new(), done: Vec::new() };
        group.together.take(vec![self.opening(Status::Booking, now)?]);
        for one in dates.iter().filter(left_out) {
            group.take(one, vec![series::record(self.table, one)?]);
        }
        let diary = enquiries.first().map(|first| first.found.diary.clone());
        let mut grown = Grown::of(diary.unwrap_or_default());
        for enquiry in enquiries {
            self.add(&mut group, enquiry, &mut grown, now).await?;
        }
        if group.done.is_empty() {
            return Err(booking::day_changed());
        }
        let is_all = !self.is_stored && group.done.len() == pending.len();
        let mut writes = group.together.into_writes();
        if is_all {
            writes[0] = self.opening(Status::Active, now)?;
        }
        self.table.write(writes).await?;
        if is_all {
            self.series.status = Status::Active;
        }
        self.is_stored = true;
        Ok(group.done)
    }

    /// The first write of a group: the new series, or the check that it is still what it was.
    fn opening(&self, status: Status, now: Timestamp) -> Result<Write> {
        if self.is_stored {
            return Ok(series::unchanged(self.table, &self.series));
        }
        let series = Series { status, ..self.series.clone() };
        match status {
            Status::Active => series::create_telling(self.table, &series, now),
            _ => series::create(self.table, &series),
        }
    }

    /// Decides a date, and adds it to the group if it fits.
    async fn add(
        &self,
        group: &mut Group,
        enquiry: Enquiry,
        grown: &mut Grown,
        now: Timestamp,
    ) -> Result<()> {
        let before = enquiry.occurrence.clone();
        let (mut after, mut writes, booking) = match self.decide(&enquiry, grown, now).await {
            Ok(Booked { booking, writes }) => {
                (before.clone().booked(booking.id, booking.price), writes, Some(booking))
            }
            Err(error) if is_refusal(&error) => (before.clone().refused(&error), Vec::new(), None),
            Err(error) => return Err(error),
        };
        if booking.is_none() && self.is_strict {
            return Err(series_conflict(&[after]));
        }
        writes.push(match self.again {
            None => series::record(self.table, &after)?,
            Some(act) => {
                after.mark = Some(added(act, &after));
                series::replace_occurrence(self.table, &before, &after)?
            }
        });
        group.take(&before, writes);
        // What did not fit is booked next: those after it are judged as if it were.
        if let Some(booking) = &booking {
            grown.add(&enquiry.found, None, booking);
        }
        Ok(())
    }

    async fn decide(&self, enquiry: &Enquiry, grown: &Grown, now: Timestamp) -> Result<Booked> {
        let agreed = enquiry.judge(grown, self.by, now)?;
        let Enquiry { occurrence, asked, found } = enquiry;
        let id: kernel::BookingId = booking_of(occurrence.series_id, occurrence.recurrence_id);
        found.book(self.table, asked, agreed, (id, None), now).await
    }
}

/// What a request that tries a date again made of it.
fn added(act: SeriesActId, after: &Occurrence) -> Mark {
    let came = match after.outcome {
        Outcome::Booked => Came::Booked,
        Outcome::Closed => Came::Closed,
        _ => Came::Conflict,
    };
    Mark { reason: after.reason.clone(), ..Mark::of(act, came) }
}

impl Group {
    /// Adds a date with its writes; it waits for the next group where it does not fit.
    fn take(&mut self, occurrence: &Occurrence, writes: Vec<Write>) {
        if self.together.take(writes) {
            self.done.push(occurrence.recurrence_id);
        }
    }
}
