//! What the front desk is asked for each date, and what it says.

use booking::{Booking, Diary, Entry, ExtraWishes, Wish, court_closed, slot_taken};
use frontdesk::{Agreed, Asked, LookUp};
use futures::future::try_join_all;
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

/// One round of reads for each date, side by side.
pub(crate) async fn enquire(
    table: &TenantTable,
    series: &Series,
    by: By,
    occurrences: &[Occurrence],
) -> Result<Vec<Enquiry>> {
    let one = async |occurrence: &Occurrence| {
        let start = series.start_of(occurrence.starts_at)?;
        let asked = Asked {
            venue_id: series.venue_id,
            court_id: occurrence.court_id,
            wish: Wish { start, duration_minutes: occurrence.duration_minutes },
            account_id: series.account_id,
            asked_by: by.account,
            extras: ExtraWishes::default(),
            party: series.party.clone(),
            series: Some(booking::InSeries {
                series_id: series.id,
                recurrence_id: occurrence.recurrence_id,
            }),
        };
        let found = LookUp::of(table, &asked).await?;
        Ok::<_, Error>(Enquiry { occurrence: occurrence.clone(), asked, found })
    };
    try_join_all(occurrences.iter().map(one)).await
}

/// What the member has once the dates that were agreed before are booked: quotas count those, too.
#[derive(Debug, Clone)]
pub(crate) struct Grown {
    diary: Diary,
    spans: Vec<(Timestamp, Timestamp)>,
}

impl Grown {
    /// What they have now.
    pub(crate) fn of(diary: Diary) -> Self {
        Self { diary, spans: Vec::new() }
    }

    /// And this one.
    pub(crate) fn add(&mut self, enquiry: &Enquiry, booking: &Booking) {
        let LookUp { venue, court, .. } = &enquiry.found;
        self.diary.entries.push(Entry::of(booking, venue, court));
        self.spans.push((booking.starts_at, booking.ends_at));
    }
}

impl Enquiry {
    /// Whether the date can be booked after those: the refusal that a single booking would get, or
    /// `SERIES_NEEDS_DESK`.
    pub(crate) fn judge(&mut self, grown: &Grown, by: By, now: Timestamp) -> Result<Agreed> {
        self.found.diary = grown.diary.clone();
        let agreed = self.found.judge(&self.asked, now)?;
        let plan = &agreed.plan;
        if self.found.days.are_closed(&plan.parts) {
            return Err(court_closed());
        }
        let meets = |(from, until): &(Timestamp, Timestamp)| {
            *from < plan.ends_at && plan.starts_at < *until
        };
        if self.found.days.are_had(&plan.parts, now) || grown.spans.iter().any(meets) {
            return Err(slot_taken());
        }
        if !plan.price.is_zero() && !by.is_staff {
            return Err(needs_desk());
        }
        Ok(agreed)
    }

    /// The booking that it would be.
    pub(crate) fn draft(&self, agreed: Agreed, now: Timestamp) -> Booking {
        let id = booking_of(self.occurrence.series_id, self.occurrence.recurrence_id);
        let place = (&self.found.venue, &self.found.court);
        Booking::new(id, self.asked.account_id, place, agreed.plan, None, now)
    }
}

/// Whether an error is the answer to one date, and not a defect or a race.
pub(crate) fn is_refusal(error: &Error) -> bool {
    let of_the_date = matches!(error.kind(), Kind::Conflict | Kind::Invalid | Kind::Forbidden);
    of_the_date && !booking::may_be_repeated(error)
}
