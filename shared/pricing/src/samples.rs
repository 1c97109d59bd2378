//! A venue, its courts and price books for the tests of this crate.

use facilities::{Degrees, Location, Status, Venue, VenueWithCourts};
use kernel::{Currency, Money, PriceBookId, VenueId, jiff::Timestamp};
use serde_json::{Value, json};

use crate::{BookStatus, PriceBook, Rate, Surcharges};

/// Open from 08:00 to 23:00 every day, in Buenos Aires; prime time is from 18:00 to 22:00.
pub(crate) fn venue() -> Venue {
    let every_day = |opens: &str, closes: &str| {
        let day = json!([{ "opens": opens, "closes": closes }]);
        json!({
            "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
            "saturday": day, "sunday": day,
        })
    };
    serde_json::from_value(json!({
        "id": VenueId::new(), "name": "Costanera", "time_zone": "America/Argentina/Buenos_Aires",
        "opening_hours": every_day("08:00", "23:00"), "start_every_minutes": 30, "status": "active",
        "named_hours": [{ "name": "prime_time", "hours": every_day("18:00", "22:00") }],
        "version": 1, "created_at": Timestamp::UNIX_EPOCH,
    }))
    .unwrap()
}

/// The venue, with its place on Earth.
pub(crate) fn lit(venue: Venue) -> Venue {
    let degrees = Degrees { latitude: -34.6, longitude: -58.4 };
    Venue { location: Some(Location::try_from(degrees).unwrap()), ..venue }
}

/// A court at 12.00 an hour.
pub(crate) fn court(venue: &Venue) -> facilities::Court {
    facilities::Court {
        id: kernel::CourtId::new(),
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
        durations_minutes: vec![60, 90].try_into().unwrap(),
        price_per_hour: Money::new(1_200, Currency::Ars).try_into().unwrap(),
        status: Status::Active,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// The venue with two courts.
pub(crate) fn place() -> VenueWithCourts {
    let venue = venue();
    let courts = vec![court(&venue), court(&venue)];
    VenueWithCourts { venue, courts }
}

/// A category by the hour.
pub(crate) fn category(name: &str, when: &Value, per_hour: i64) -> Value {
    let price = json!({ "per_hour": { "amount": per_hour, "currency": "ARS" } });
    json!({ "name": name, "when": when, "price": price })
}

/// A category without conditions.
pub(crate) fn always(name: &str, per_hour: i64) -> Value {
    category(name, &json!({}), per_hour)
}

pub(crate) fn rate(amount: i64) -> Rate {
    Rate::try_from(Money::new(amount, Currency::Ars)).unwrap()
}

/// A draft that starts on 20 November 2026.
pub(crate) fn book(categories: &Value) -> PriceBook {
    PriceBook {
        id: PriceBookId::new(),
        venue_id: VenueId::new(),
        name: "Summer".to_owned().try_into().unwrap(),
        starts_on: "2026-11-20".parse().unwrap(),
        categories: serde_json::from_value(categories.clone()).unwrap(),
        surcharges: Surcharges::default(),
        status: BookStatus::Draft,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        published_at: None,
    }
}
