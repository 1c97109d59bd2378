//! What the front desk is asked for each date, and what it says.

use booking::{Booking, CourtDays, Diary, Entry, InUse, Wish};
use frontdesk::{Agreed, Asked, LookUp};
use kernel::{AccountId, Error, Kind, Result, jiff::Timestamp};
use series::{Occurrence, Series, booking_of, needs_desk};
use table::TenantTable;

/// So many dates are decided, and written, together: three items each, and four that they share, fit into one
/// transaction.
pub(crate) const TOGETHER: usize = 32;

/// A date, and everything that decides about it.
pub(crate) struct Enquiry {
    pub(crate) occurrence: Occurrence,
    pub(crate) asked: Asked,
    pub(crate) found: LookUp,
}

/// Who asks, and whether what costs something can be paid at the desk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By {
    pub(crate) account: AccountId,
    pub(crate) is_staff: bool,
}

impl By {
    /// What somebody asks for a date: where it is, with what its series says.
    pub(crate) fn asks(self, series: &Series, occurrence: &Occurrence) -> Result<Asked> {
        let start = series.start_of(occurrence.starts_at)?;
        Ok(Asked {
            venue_id: series.venue_id,
            court_id: occurrence.court_id,
            wish: Wish { start, duration_minutes: occurrence.duration_minutes },
            account_id: series.account_id,
            asked_by: self.account,
            extras: series.terms.extras.clone(),
            party: series.terms.party.clone(),
            series: Some(booking::InSeries {
                series_id: series.id,
                recurrence_id: occurrence.recurrence_id,
            }),
        })
    }
}

/// One round of reads for all of these dates.
pub(crate) async fn enquire(
    table: &TenantTable,
    series: &Series,
    by: By,
    occurrences: &[Occurrence],
) -> Result<Vec<Enquiry>> {
    let asked = occurrences.iter().map(|one| by.asks(series, one)).collect::<Result<Vec<_>>>()?;
    let found = LookUp::several(table, &asked).await?;
    let all = occurrences.iter().cloned().zip(asked).zip(found);
    let enquiry = |((occurrence, asked), found)| Enquiry { occurrence, asked, found };
    Ok(all.map(enquiry).collect())
}

/// What has become of the dates that were agreed before: those after them are judged as if it had happened.
#[derive(Debug, Clone)]
pub(crate) struct Grown {
    diary: Diary,
    given_up: Vec<Booking>,
    taken: Vec<Booking>,
}

impl Grown {
    /// What they have now.
    pub(crate) fn of(diary: Diary) -> Self {
        Self { diary, given_up: Vec::new(), taken: Vec::new() }
    }

    /// And this one, in place of what it was if it was there.
    pub(crate) fn add(&mut self, found: &LookUp, before: Option<&Booking>, after: &Booking) {
        self.diary.entries.retain(|entry| entry.booking_id != after.id);
        self.diary.entries.push(Entry::of(after, &found.venue, &found.court));
        self.given_up.extend(before.cloned());
        self.taken.push(after.clone());
    }

    /// The same look-up after all of that.
    pub(crate) fn seen(&self, found: &LookUp) -> LookUp {
        let days = found.days.clone();
        let days = self.given_up.iter().fold(days, CourtDays::without);
        let days = self.taken.iter().fold(days, CourtDays::with);
        let in_use = found.in_use.clone();
        let in_use = self.given_up.iter().fold(in_use, InUse::without);
        let in_use = self.taken.iter().fold(in_use, InUse::with);
        LookUp { days, in_use, diary: self.diary.clone(), ..found.clone() }
    }
}

impl Enquiry {
    /// Whether the date can be booked after those: the refusal that a single booking would get, or
    /// `SERIES_NEEDS_DESK`.
    pub(crate) fn judge(&self, grown: &Grown, by: By, now: Timestamp) -> Result<Agreed> {
        let agreed = grown.seen(&self.found).judge(&self.asked, now)?;
        if !agreed.plan.price.is_zero() && !by.is_staff {
            return Err(needs_desk());
        }
        Ok(agreed)
    }

    /// The booking that it would be.
    pub(crate) fn draft(&self, agreed: Agreed, now: Timestamp) -> Booking {
        let id = booking_of(self.occurrence.series_id, self.occurrence.recurrence_id);
        let place = (&self.found.venue, &self.found.court);
        let mut draft = Booking::new(id, self.asked.account_id, place, agreed.plan, None, now);
        draft.party = self.asked.party.clone();
        draft
    }
}

/// Whether an error is the answer to one date, and not a defect or a race.
pub(crate) fn is_refusal(error: &Error) -> bool {
    let of_the_date = matches!(error.kind(), Kind::Conflict | Kind::Invalid | Kind::Forbidden);
    of_the_date && !booking::may_be_repeated(error)
}
