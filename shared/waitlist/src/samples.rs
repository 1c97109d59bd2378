//! Venues and entries for the tests of this crate.

use booking::Party;
use facilities::VenueWithCourts;
use kernel::{
    AccountId, CourtId, VenueId, WaitlistEntryId,
    jiff::{Timestamp, civil::Date},
};
use serde_json::json;

use crate::{Entry, Status, Wanted};

pub(crate) fn date() -> Date {
    "2026-11-21".parse().unwrap()
}

/// A venue in Buenos Aires, open all day, a start every half hour, with so many padel courts A, B, …
pub(crate) fn venue(courts: usize) -> VenueWithCourts {
    let day = json!([{ "opens": "00:00", "closes": "24:00" }]);
    let id = VenueId::new();
    let week = json!({
        "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
        "saturday": day, "sunday": day,
    });
    let venue = json!({
        "id": id, "name": "Costanera", "time_zone": "America/Argentina/Buenos_Aires",
        "opening_hours": week, "start_every_minutes": 30, "status": "active", "version": 1,
        "created_at": "2026-01-01T00:00:00Z",
    });
    let court = |name: &str| {
        json!({
            "id": CourtId::new(), "venue_id": id, "name": name, "sport": "padel",
            "surface": "hard", "indoor": false, "durations_minutes": [60, 90],
            "price_per_hour": { "amount": 0, "currency": "ARS" }, "status": "active", "version": 1,
            "created_at": "2026-01-01T00:00:00Z",
        })
    };
    VenueWithCourts {
        venue: serde_json::from_value(venue).unwrap(),
        courts: ["A", "B", "C"][..courts]
            .iter()
            .map(|name| serde_json::from_value(court(name)).unwrap())
            .collect(),
    }
}

/// Somebody who waits for any court on [`date`].
pub(crate) fn entry(venue: &VenueWithCourts, from: &str, until: &str, minutes: u16) -> Entry {
    Entry {
        id: WaitlistEntryId::new(),
        number: 1,
        account_id: AccountId::new(),
        venue_id: venue.venue.id,
        date: date(),
        courts: Wanted::Any,
        from: from.to_owned().try_into().unwrap(),
        until: until.to_owned().try_into().unwrap(),
        duration_minutes: minutes,
        expires_at: "2026-11-21T22:00:00Z".parse().unwrap(),
        party: Party::default(),
        roles: Vec::new(),
        joined_at: Timestamp::UNIX_EPOCH,
        status: Status::Waiting,
        offer: None,
        told: Vec::new(),
        booking_id: None,
        ended_at: None,
        version: 1,
    }
}
