//! What every search has in common.

use booking::{SLOT_MINUTES, local_text};
use calendar::OpenTime;
use facilities::{Court, Name, Sport, Venue, VenueWithCourts, court_not_found};
use kernel::{CourtId, Error, Result, VenueId, Violation};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

/// The most venues of one search.
const VENUES_LIMIT: usize = 10;

/// One to ten different venues, with commas between.
#[derive(Debug)]
pub(crate) struct Venues(pub(crate) Vec<VenueId>);

impl<'de> Deserialize<'de> for Venues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut venues = Vec::new();
        for part in text.split(',') {
            let venue = part.parse().map_err(de::Error::custom)?;
            if !venues.contains(&venue) {
                venues.push(venue);
            }
        }
        if venues.len() > VENUES_LIMIT {
            return Err(de::Error::custom("venue_id names at most 10 venues"));
        }
        Ok(Self(venues))
    }
}

/// A time that can be booked. `starts_at` can be sent to `POST /v1/bookings` as it is.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarTime)]
pub(crate) struct TimeView {
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
}

impl TimeView {
    pub(crate) fn of(venue: &Venue, time: OpenTime) -> Self {
        let zone = venue.time_zone.rules();
        let OpenTime { starts_at, ends_at } = time;
        Self { starts_at: local_text(zone, starts_at), ends_at: local_text(zone, ends_at) }
    }
}

/// A court, for whoever looks for one.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarCourt)]
pub(crate) struct CourtView {
    court_id: CourtId,
    name: Name,
    sport: Sport,
    indoor: bool,
}

impl From<&Court> for CourtView {
    fn from(court: &Court) -> Self {
        let Court { id, name, sport, indoor, .. } = court;
        Self { court_id: *id, name: name.clone(), sport: *sport, indoor: *indoor }
    }
}

/// Bookings are counted in steps of five minutes.
pub(crate) fn check_step(duration_minutes: u16) -> Result<()> {
    if duration_minutes.is_multiple_of(SLOT_MINUTES) {
        return Ok(());
    }
    let (path, message) = ("duration_minutes".to_owned(), "must be a multiple of 5".to_owned());
    Err(Error::violations(&[Violation { path, message }]))
}

/// A court of one of these venues, `COURT_NOT_FOUND`.
pub(crate) fn court_of(venues: &[VenueWithCourts], id: CourtId) -> Result<&Court> {
    let mut courts = venues.iter().flat_map(|venue| &venue.courts);
    courts.find(|court| court.id == id).ok_or_else(court_not_found)
}
