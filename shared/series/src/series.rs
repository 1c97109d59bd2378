//! A series: a rule, and what every date of it is booked with.

use booking::LocalStart;
use facilities::Zone;
use kernel::{
    AccountId, Result, SeriesActId, SeriesId, VenueId,
    jiff::{Timestamp, civil::DateTime},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Adjusted, Occurrence, Outcome, Spot, Terms, UnderWay,
    error::{series_over, series_unfinished},
    place,
};

/// So many requests that are through are remembered: whoever repeats one of them changes nothing.
const ACTS_KEPT: usize = 20;

/// What happens to the other dates where one cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeriesOnConflict)]
pub enum OnConflict {
    /// They are booked.
    BookAround,
    /// Nothing is.
    AllOrNothing,
}

/// How a series that costs something is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeriesPaymentTerms)]
pub enum PaymentTerms {
    /// At the club, with staff.
    AtTheDesk,
}

/// How a series stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeriesStatus)]
pub enum Status {
    /// Its dates are being booked; the same request, repeated, goes on with it.
    Booking,
    /// Every date has its outcome.
    Active,
    /// Given up as a whole.
    Cancelled,
    /// All or nothing was asked for, and a date was lost on the way: what was booked is given back.
    GivenUp,
}

/// Bookings that recur.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its id.
    pub id: SeriesId,
    /// Whose bookings they are.
    pub account_id: AccountId,
    /// Who made it, where that is not whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<AccountId>,
    /// Where.
    pub venue_id: VenueId,
    /// The venue's clock.
    pub time_zone: Zone,
    /// What its dates are booked with.
    pub terms: Terms,
    /// What they were booked with when it was made, where that has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_as: Option<Terms>,
    /// What a conflict means to the others.
    pub on_conflict: OnConflict,
    /// How it is paid, where it costs something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_terms: Option<PaymentTerms>,
    /// How it stands.
    pub status: Status,
    /// The series whose rest it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<SeriesId>,
    /// The series that is its rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continued_by: Option<SeriesId>,
    /// The change that is being carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<UnderWay>,
    /// The last requests that changed dates of it and are through, latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<SeriesActId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

impl Series {
    /// Every date of it, before anybody looks at who has the court: left out, or refused for no reason yet. The errors
    /// of [`Terms::times`].
    pub fn occurrences(&self) -> Result<Vec<Occurrence>> {
        self.terms.times()?.into_iter().map(|time| self.occurrence(time)).collect()
    }

    fn occurrence(&self, recurrence_id: DateTime) -> Result<Occurrence> {
        let placed = place(self.time_zone.rules(), recurrence_id)?;
        let skipped = self.terms.exdates.contains(&recurrence_id);
        Ok(Occurrence {
            series_id: self.id,
            recurrence_id,
            outcome: if skipped { Outcome::Skipped } else { Outcome::Conflict },
            court_id: self.terms.court_id,
            starts_at: placed.starts_at,
            duration_minutes: self.terms.duration_minutes,
            adjusted: placed.adjusted,
            booking_id: None,
            price: None,
            reason: None,
            mark: None,
            version: 1,
        })
    }

    /// Where the date of this name is by these terms, and what the clocks do to its local time.
    pub fn spot(&self, terms: &Terms, recurrence_id: DateTime) -> Result<(Spot, Option<Adjusted>)> {
        let placed = place(self.time_zone.rules(), terms.planned(recurrence_id)?)?;
        let spot = Spot {
            court_id: terms.court_id,
            starts_at: placed.starts_at,
            duration_minutes: terms.duration_minutes,
        };
        Ok((spot, placed.adjusted))
    }

    /// The same after a request that is through.
    #[must_use]
    pub fn done(mut self, act: SeriesActId) -> Self {
        self.under_way = self.under_way.filter(|way| way.act_id != act);
        self.acts.retain(|one| *one != act);
        self.acts.push(act);
        let surplus = self.acts.len().saturating_sub(ACTS_KEPT);
        self.acts.drain(..surplus);
        self
    }

    /// The same with other terms; what it was made as is kept.
    #[must_use]
    pub fn with_terms(mut self, terms: Terms) -> Self {
        if self.terms != terms {
            self.made_as.get_or_insert_with(|| self.terms.clone());
            self.terms = terms;
        }
        self
    }

    /// Whether its dates can be changed: `SERIES_OVER` where it was given up, `SERIES_UNFINISHED` while they are still
    /// being booked.
    pub fn check_changeable(&self) -> Result<()> {
        match self.status {
            Status::Active => Ok(()),
            Status::Booking => Err(series_unfinished()),
            Status::Cancelled | Status::GivenUp => Err(series_over()),
        }
    }

    /// Whether another request asks for the very same.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let of = |one: &Self| Self {
            terms: one.made_as.clone().unwrap_or_else(|| one.terms.clone()),
            made_as: None,
            payment_terms: None,
            status: Status::Active,
            continued_by: None,
            under_way: None,
            acts: Vec::new(),
            created_at: self.created_at,
            version: 0,
            ..one.clone()
        };
        of(self) == of(other)
    }

    /// The wall clock's time of an instant, with its offset.
    pub fn start_of(&self, instant: Timestamp) -> Result<LocalStart> {
        let text = booking::local_text(self.time_zone.rules(), instant);
        text.parse().map_err(kernel::Error::internal)
    }
}
