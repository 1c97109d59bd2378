//! A venue: a place with courts, one clock and one set of opening hours.

use kernel::{
    VenueId,
    jiff::{Timestamp, civil::Date},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Address, Court, HoursException, Interval, Location, Name, NamedHours, OpeningHours, StartEvery,
    Tag, Zone,
};

/// Whether a venue or court takes bookings. A retired one keeps those that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FacilityStatus)]
pub enum Status {
    /// Takes bookings.
    Active,
    /// Takes no new ones, for good.
    Retired,
}

impl Status {
    /// As it is stored and written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// A venue of a club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Its name.
    pub name: Name,
    /// Its clock. Fixed: bookings are kept on its local days.
    pub time_zone: Zone,
    /// Where it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Where it is on Earth: sunset is told by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// When it is open, on its own clock.
    pub opening_hours: OpeningHours,
    /// Days with hours of their own, by date, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours_exceptions: Vec<HoursException>,
    /// Hours that rules and prices name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_hours: Vec<NamedHours>,
    /// How far apart bookings may start, from each opening on.
    pub start_every_minutes: StartEvery,
    /// Whether it takes bookings.
    pub status: Status,
    /// Grows with every change of the venue itself.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A change of a venue: what is absent stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the venue's")]
pub struct VenueChange {
    pub name: Option<Name>,
    pub address: Option<Option<Address>>,
    pub location: Option<Option<Location>>,
    pub opening_hours: Option<OpeningHours>,
    pub hours_exceptions: Option<Vec<HoursException>>,
    pub named_hours: Option<Vec<NamedHours>>,
    pub start_every_minutes: Option<StartEvery>,
}

impl Venue {
    /// The venue after a change, one version on.
    #[must_use]
    pub fn changed(self, change: VenueChange) -> Self {
        Self {
            name: change.name.unwrap_or(self.name),
            address: change.address.unwrap_or(self.address),
            location: change.location.unwrap_or(self.location),
            opening_hours: change.opening_hours.unwrap_or(self.opening_hours),
            hours_exceptions: change.hours_exceptions.unwrap_or(self.hours_exceptions),
            named_hours: change.named_hours.unwrap_or(self.named_hours),
            start_every_minutes: change.start_every_minutes.unwrap_or(self.start_every_minutes),
            version: self.version + 1,
            ..self
        }
    }

    /// Whether more than the version is different.
    pub fn differs(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } != *other
    }

    /// The open intervals of a local day: those of its own, or its weekday's.
    pub fn hours_on(&self, date: Date) -> &[Interval] {
        match self.hours_exceptions.iter().find(|exception| exception.date == date) {
            Some(exception) => &exception.open,
            None => self.opening_hours.on(date.weekday()),
        }
    }

    /// Hours by their name.
    pub fn named(&self, name: &Tag) -> Option<&NamedHours> {
        self.named_hours.iter().find(|hours| hours.name == *name)
    }
}

/// A venue and all its courts, retired ones too, in the order in which they were made.
#[derive(Debug, Clone)]
pub struct VenueWithCourts {
    /// The venue.
    pub venue: Venue,
    /// Its courts.
    pub courts: Vec<Court>,
}

impl VenueWithCourts {
    /// The courts that take bookings: none of a retired venue.
    pub fn active_courts(&self) -> impl Iterator<Item = &Court> {
        let open = self.venue.status == Status::Active;
        self.courts.iter().filter(move |court| open && court.status == Status::Active)
    }
}
