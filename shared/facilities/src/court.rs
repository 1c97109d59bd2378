//! A court: what is booked.

use kernel::{CourtId, Money, VenueId, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CourtTerms, DAY_MINUTES, Name, STEP_MINUTES, Sport, Status, Surface, Tag};

/// A court of a venue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Court {
    /// Its id.
    pub id: CourtId,
    /// The venue it belongs to, for good.
    pub venue_id: VenueId,
    /// Its name.
    pub name: Name,
    /// What is played on it.
    pub sport: Sport,
    /// What it is covered with.
    pub surface: Surface,
    /// Whether it has a roof.
    pub indoor: bool,
    /// Whether it has lights.
    #[serde(default)]
    pub lights: bool,
    /// How many people may play at once; any number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u16>,
    /// How long a booking may be.
    pub durations_minutes: Durations,
    /// When it may be booked, changed and given up.
    #[serde(default)]
    pub terms: CourtTerms,
    /// The groups it is counted in, by rules and waiting lists; at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Tag>,
    /// The courts it is made of, for good: a full court of its halves. Whoever books it books them all, and
    /// it is free while all of them are. Empty for a court of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_of: Vec<CourtId>,
    /// What an hour costs, in the club's currency; zero is free of charge.
    pub price_per_hour: PricePerHour,
    /// Whether it takes bookings.
    pub status: Status,
    /// Grows with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A change of a court: what is absent stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the court's")]
pub struct CourtChange {
    pub name: Option<Name>,
    pub sport: Option<Sport>,
    pub surface: Option<Surface>,
    pub indoor: Option<bool>,
    pub lights: Option<bool>,
    pub capacity: Option<Option<u16>>,
    pub terms: Option<CourtTerms>,
    pub groups: Option<Vec<Tag>>,
    pub durations_minutes: Option<Durations>,
    pub price_per_hour: Option<PricePerHour>,
}

impl Court {
    /// The court after a change, one version on.
    #[must_use]
    pub fn changed(self, change: CourtChange) -> Self {
        Self {
            name: change.name.unwrap_or(self.name),
            sport: change.sport.unwrap_or(self.sport),
            surface: change.surface.unwrap_or(self.surface),
            indoor: change.indoor.unwrap_or(self.indoor),
            lights: change.lights.unwrap_or(self.lights),
            capacity: change.capacity.unwrap_or(self.capacity),
            terms: change.terms.unwrap_or(self.terms),
            groups: change.groups.unwrap_or(self.groups),
            durations_minutes: change.durations_minutes.unwrap_or(self.durations_minutes),
            price_per_hour: change.price_per_hour.unwrap_or(self.price_per_hour),
            version: self.version + 1,
            ..self
        }
    }

    /// Whether more than the version is different.
    pub fn differs(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } != *other
    }

    /// The courts whose days a booking of it takes: itself, or those it is made of.
    pub fn takes(&self) -> &[CourtId] {
        if self.made_of.is_empty() { std::slice::from_ref(&self.id) } else { &self.made_of }
    }
}

/// The lengths of booking that a court allows: 1 to 16 different multiples of 5, from 5 to 1440 minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Vec<u16>", into = "Vec<u16>")]
#[schema(value_type = Vec<u16>, min_items = 1, max_items = 16)]
pub struct Durations(Vec<u16>);

impl Durations {
    /// The most different lengths.
    pub const MAX: usize = 16;

    /// In minutes, shortest first.
    pub fn minutes(&self) -> &[u16] {
        &self.0
    }

    /// Whether this length is one of them.
    pub fn allow(&self, minutes: u16) -> bool {
        self.0.contains(&minutes)
    }
}

impl TryFrom<Vec<u16>> for Durations {
    type Error = &'static str;

    fn try_from(mut minutes: Vec<u16>) -> Result<Self, Self::Error> {
        let fits = |minutes: &u16| {
            (STEP_MINUTES..=DAY_MINUTES).contains(minutes) && minutes.is_multiple_of(STEP_MINUTES)
        };
        if !minutes.iter().all(fits) {
            return Err("must be multiples of 5 from 5 to 1440");
        }
        minutes.sort_unstable();
        minutes.dedup();
        let count = (1..=Self::MAX).contains(&minutes.len());
        count.then_some(Self(minutes)).ok_or("must be 1 to 16 different lengths")
    }
}

impl From<Durations> for Vec<u16> {
    fn from(durations: Durations) -> Self {
        durations.0
    }
}

/// What an hour costs: 0 to 41666666666 minor units, so that a whole day's price stays a safe integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Money", into = "Money")]
#[schema(value_type = Money)]
pub struct PricePerHour(Money);

impl PricePerHour {
    /// The most that an hour may cost, in minor units.
    pub const MAX_AMOUNT: i64 = Money::MAX_AMOUNT / 24;

    /// The amount.
    pub fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for PricePerHour {
    type Error = &'static str;

    fn try_from(money: Money) -> Result<Self, Self::Error> {
        let fits = (0..=Self::MAX_AMOUNT).contains(&money.amount);
        fits.then_some(Self(money)).ok_or("must be from 0 to 41666666666 minor units")
    }
}

impl From<PricePerHour> for Money {
    fn from(price: PricePerHour) -> Self {
        price.0
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;

    #[test]
    fn durations_are_sorted_and_each_once() {
        let durations = Durations::try_from(vec![90, 60, 90]);
        assert_eq!(durations.map(Vec::from), Ok(vec![60, 90]));
        for wrong in [vec![], vec![0], vec![62], vec![1445], (1..=17).map(|n| n * 5).collect()] {
            assert!(Durations::try_from(wrong.clone()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_day_at_the_highest_price_stays_within_the_largest_amount() {
        let price = |amount| PricePerHour::try_from(Money::new(amount, Currency::Ars));
        assert!(price(0).is_ok() && price(-1).is_err());
        assert!(price(PricePerHour::MAX_AMOUNT + 1).is_err());
        let day = price(PricePerHour::MAX_AMOUNT).map(|price| price.money().for_minutes(1440));
        assert!(day.is_ok_and(|day| day.amount <= Money::MAX_AMOUNT));
    }
}
