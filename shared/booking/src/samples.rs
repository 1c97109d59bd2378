//! Venues and courts for the tests of this crate.

use facilities::{Court, Durations, OpeningHours, PricePerHour, StartEvery, Status, Venue, Zone};
use kernel::{CourtId, Currency, Money, VenueId, jiff::Timestamp};
use serde_json::json;

/// A venue that has the same hours every day.
pub(crate) fn venue(zone: &str, hours: &[(&str, &str)], every: u16) -> Venue {
    let day: Vec<_> =
        hours.iter().map(|(opens, closes)| json!({ "opens": opens, "closes": closes })).collect();
    let week = json!({
        "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
        "saturday": day, "sunday": day,
    });
    Venue {
        id: VenueId::new(),
        name: "Costanera".to_owned().try_into().unwrap(),
        time_zone: Zone::try_from(zone.to_owned()).unwrap(),
        address: None,
        location: None,
        hours_exceptions: Vec::new(),
        named_hours: Vec::new(),
        opening_hours: serde_json::from_value::<OpeningHours>(week).unwrap(),
        start_every_minutes: StartEvery::try_from(every).unwrap(),
        status: Status::Active,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// A padel court of the venue at 12.00 an hour.
pub(crate) fn court(venue: &Venue, durations: &[u16]) -> Court {
    Court {
        id: CourtId::new(),
        venue_id: venue.id,
        name: "Padel 1".to_owned().try_into().unwrap(),
        sport: facilities::Sport::Padel,
        surface: facilities::Surface::ArtificialGrass,
        indoor: false,
        lights: false,
        capacity: None,
        terms: facilities::CourtTerms::default(),
        groups: Vec::new(),
        made_of: Vec::new(),
        durations_minutes: Durations::try_from(durations.to_vec()).unwrap(),
        price_per_hour: PricePerHour::try_from(Money::new(1_200, Currency::Ars)).unwrap(),
        status: Status::Active,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// Terms with a grid and buffers, in minutes.
pub(crate) fn terms(every: Option<u16>, before: u16, after: u16) -> facilities::CourtTerms {
    facilities::CourtTerms {
        start_every_minutes: every.map(|every| StartEvery::try_from(every).unwrap()),
        buffer_before_minutes: before.try_into().unwrap(),
        buffer_after_minutes: after.try_into().unwrap(),
        ..facilities::CourtTerms::default()
    }
}
