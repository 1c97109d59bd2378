//! A venue: a place with courts, one clock and one set of opening hours.

use kernel::{VenueId, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Court, Name, OpeningHours, StartEvery, Zone};

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
    /// When it is open, on its own clock.
    pub opening_hours: OpeningHours,
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
    pub opening_hours: Option<OpeningHours>,
    pub start_every_minutes: Option<StartEvery>,
}

impl Venue {
    /// The venue after a change, one version on.
    #[must_use]
    pub fn changed(self, change: VenueChange) -> Self {
        Self {
            name: change.name.unwrap_or(self.name),
            opening_hours: change.opening_hours.unwrap_or(self.opening_hours),
            start_every_minutes: change.start_every_minutes.unwrap_or(self.start_every_minutes),
            version: self.version + 1,
            ..self
        }
    }

    /// Whether more than the version is different.
    pub fn differs(&self, other: &Self) -> bool {
        Self { version: other.version, ..self.clone() } != *other
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
