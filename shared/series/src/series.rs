//! A series: a rule, and what every date of it is booked with.

use booking::{LocalStart, Party};
use facilities::Zone;
use kernel::{
    AccountId, CourtId, Result, SeriesId, VenueId,
    jiff::{Timestamp, civil::DateTime},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Occurrence, Outcome, Rule, error::exdate_unknown, place};

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
    /// On which court.
    pub court_id: CourtId,
    /// The venue's clock.
    pub time_zone: Zone,
    /// Which local times recur.
    pub rule: Rule,
    /// The first of them.
    pub starts_at: DateTime,
    /// How long each lasts.
    pub duration_minutes: u16,
    /// Those that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exdates: Vec<DateTime>,
    /// What a conflict means to the others.
    pub on_conflict: OnConflict,
    /// Who plays along.
    #[serde(default, skip_serializing_if = "Party::is_alone")]
    pub party: Party,
    /// How it is paid, where it costs something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_terms: Option<PaymentTerms>,
    /// How it stands.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

impl Series {
    /// Every date of it, before anybody looks at who has the court: left out, or refused for no reason yet.
    ///
    /// The errors of [`Rule::times`], and `EXDATE_UNKNOWN`.
    pub fn occurrences(&self) -> Result<Vec<Occurrence>> {
        let times = self.rule.times(self.starts_at)?;
        if let Some(unknown) = self.exdates.iter().find(|date| !times.contains(date)) {
            return Err(exdate_unknown(unknown));
        }
        times.into_iter().map(|time| self.occurrence(time)).collect()
    }

    fn occurrence(&self, recurrence_id: DateTime) -> Result<Occurrence> {
        let placed = place(self.time_zone.rules(), recurrence_id)?;
        let skipped = self.exdates.contains(&recurrence_id);
        Ok(Occurrence {
            series_id: self.id,
            recurrence_id,
            outcome: if skipped { Outcome::Skipped } else { Outcome::Conflict },
            court_id: self.court_id,
            starts_at: placed.starts_at,
            duration_minutes: self.duration_minutes,
            adjusted: placed.adjusted,
            booking_id: None,
            price: None,
            reason: None,
            version: 1,
        })
    }

    /// Whether another request asks for the very same.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let of = |one: &Self| Self {
            payment_terms: None,
            status: Status::Active,
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
