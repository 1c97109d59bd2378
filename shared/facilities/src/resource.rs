//! A resource: what is booked beside a court. Equipment, of which there are several, or a coach.

use kernel::{
    AccountId, Error, ResourceId, Result, TextError, TimeOfDay, VenueId,
    jiff::{Timestamp, civil::Date},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Court, HoursException, Interval, Name, OpeningHours, PricePerHour, Sport, Status,
    error::{resource_retired, stale},
};

const ALL_DAY: &[Interval] = &[Interval { opens: TimeOfDay::START, closes: TimeOfDay::MIDNIGHT }];

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// A racket, a ball machine.
    Equipment,
    /// Somebody who teaches.
    Coach,
}

/// Something that is booked beside a court.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// What it is, for good. (`kind` is what the table calls every item's own kind.)
    #[serde(rename = "resource_kind")]
    pub kind: ResourceKind,
    /// Its name.
    pub name: Name,
    /// The venues at which it can be booked. They share its stock.
    pub venue_ids: Vec<VenueId>,
    /// How many there are.
    pub stock: Stock,
    /// The member that a coach is, if they are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// On courts of which sports; of any if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sports: Vec<Sport>,
    /// When it can be had, on the clock of the venue where it is booked; whenever the venue is open if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<OpeningHours>,
    /// Days with hours of their own, by date, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours_exceptions: Vec<HoursException>,
    /// What an hour of one costs, in the club's currency; zero is free of charge.
    pub price_per_hour: PricePerHour,
    /// Whether it can be booked.
    pub status: Status,
    /// Grows with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A change of a resource: what is absent stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the resource's")]
pub struct ResourceChange {
    pub name: Option<Name>,
    pub venue_ids: Option<Vec<VenueId>>,
    pub stock: Option<Stock>,
    pub account_id: Option<Option<AccountId>>,
    pub sports: Option<Vec<Sport>>,
    pub hours: Option<Option<OpeningHours>>,
    pub hours_exceptions: Option<Vec<HoursException>>,
    pub price_per_hour: Option<PricePerHour>,
}

impl Resource {
    /// The resource after a change, one version on.
    #[must_use]
    pub fn changed(self, change: ResourceChange) -> Self {
        Self {
            name: change.name.unwrap_or(self.name),
            venue_ids: change.venue_ids.unwrap_or(self.venue_ids),
            stock: change.stock.unwrap_or(self.stock),
            account_id: change.account_id.unwrap_or(self.account_id),
            sports: change.sports.unwrap_or(self.sports),
            hours: change.hours.unwrap_or(self.hours),
            hours_exceptions: change.hours_exceptions.unwrap_or(self.hours_exceptions),
            price_per_hour: change.price_per_hour.unwrap_or(self.price_per_hour),
            version: self.version + 1,
            ..self
        }
    }

    /// Whether more than the version is different.
    pub fn differs(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } != *other
    }

    /// Refuses a retired resource, and an edit of another version than this one.
    pub fn editable(&self, expected: Option<u64>) -> Result<()> {
        if self.status == Status::Retired {
            return Err(resource_retired());
        }
        if expected.is_some_and(|expected| expected != self.version) {
            return Err(stale());
        }
        Ok(())
    }

    /// Refuses what its kind cannot be: `COACH_IS_ONE`, `EQUIPMENT_IS_NOBODY`.
    pub fn check_kind(&self) -> Result<()> {
        match self.kind {
            ResourceKind::Coach if self.stock.count() != 1 => {
                Err(Error::invalid("COACH_IS_ONE", "the stock of a coach is 1"))
            }
            ResourceKind::Equipment if self.account_id.is_some() => {
                Err(Error::invalid("EQUIPMENT_IS_NOBODY", "only a coach is a member"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a court with which it cannot be booked: `RESOURCE_RETIRED`, `RESOURCE_NOT_HERE`.
    pub fn check_court(&self, court: &Court) -> Result<()> {
        if self.status == Status::Retired {
            return Err(resource_retired());
        }
        let played = self.sports.is_empty() || self.sports.contains(&court.sport);
        if played && self.venue_ids.contains(&court.venue_id) {
            return Ok(());
        }
        let message = format!("{} is not for this venue, or not for this sport", self.name);
        Err(Error::invalid("RESOURCE_NOT_HERE", message))
    }

    /// When it can be had on a local day of the venue where it is booked: hours of that day, its weekday's, or
    /// always.
    pub fn hours_on(&self, date: Date) -> &[Interval] {
        match self.hours_exceptions.iter().find(|exception| exception.date == date) {
            Some(exception) => &exception.open,
            None => self.hours.as_ref().map_or(ALL_DAY, |hours| hours.on(date.weekday())),
        }
    }
}

/// How many of something there are: 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(value_type = u16, minimum = 1, maximum = 200)]
pub struct Stock(u16);

impl Stock {
    /// The most.
    pub const MAX: u16 = 200;

    /// How many.
    pub const fn count(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Stock {
    type Error = TextError;

    fn try_from(count: u16) -> Result<Self, TextError> {
        let fits = (1..=Self::MAX).contains(&count);
        fits.then_some(Self(count)).ok_or(TextError("must be from 1 to 200"))
    }
}

impl From<Stock> for u16 {
    fn from(stock: Stock) -> Self {
        stock.0
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money};

    use super::*;

    fn coach() -> Resource {
        Resource {
            id: ResourceId::new(),
            kind: ResourceKind::Coach,
            name: "Inés".to_owned().try_into().unwrap(),
            venue_ids: vec![VenueId::new()],
            stock: Stock(1),
            account_id: Some(AccountId::new()),
            sports: Vec::new(),
            hours: serde_json::from_str(r#"{"monday": [{"opens": "09:00", "closes": "12:00"}]}"#)
                .unwrap(),
            hours_exceptions: serde_json::from_str(r#"[{"date": "2026-11-23"}]"#).unwrap(),
            price_per_hour: Money::new(2_000, Currency::Ars).try_into().unwrap(),
            status: Status::Active,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn hours_are_the_day_s_own_or_the_weekday_s_or_always() {
        let hours = |resource: &Resource, date: &str| -> Vec<String> {
            let of_day = resource.hours_on(date.parse().unwrap()).iter();
            of_day.map(|one| format!("{}-{}", one.opens, one.closes)).collect()
        };
        let coach = coach();
        assert_eq!(hours(&coach, "2026-11-30"), ["09:00-12:00"]);
        assert!(hours(&coach, "2026-11-23").is_empty() && hours(&coach, "2026-12-01").is_empty());
        let always = Resource { hours: None, ..coach };
        assert_eq!(hours(&always, "2026-12-01"), ["00:00-24:00"]);
        assert!(hours(&always, "2026-11-23").is_empty());
    }

    #[test]
    fn a_coach_is_one_person_and_equipment_none() {
        let code = |resource: Resource| resource.check_kind().map_err(|error| error.code());
        assert_eq!(code(coach()), Ok(()));
        assert_eq!(code(Resource { stock: Stock(2), ..coach() }), Err("COACH_IS_ONE"));
        let machine = Resource { kind: ResourceKind::Equipment, ..coach() };
        assert_eq!(code(machine.clone()), Err("EQUIPMENT_IS_NOBODY"));
        assert_eq!(code(Resource { account_id: None, stock: Stock(9), ..machine }), Ok(()));
        assert!(Stock::try_from(0).is_err() && Stock::try_from(201).is_err());
    }
}
