//! Bookings around changes of the clock, the same in every run.

use booking::{Booking, InSeries, Status};
use facilities::{Court, Name, OpeningHours, PricePerHour, StartEvery, Venue, Zone};
use kernel::{
    AccountId, BookingId, CourtId, Currency, Money, SeriesId, VenueId,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::json;
use uuid::Uuid;

/// A Friday at noon in UTC.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

fn name(text: &str) -> Name {
    text.to_owned().try_into().unwrap()
}

/// A confirmed booking at an instant, whose ids follow from it.
pub(crate) fn booking(zone: &str, starts_at: &str, minutes: i64) -> Booking {
    let starts_at: Timestamp = starts_at.parse().unwrap();
    let uuid = Uuid::from_u128(u128::from(starts_at.as_second().unsigned_abs()));
    let created_at = "2026-01-05T10:00:00Z";
    serde_json::from_value(json!({
        "id": BookingId::from_uuid(uuid), "account_id": AccountId::from_uuid(uuid),
        "venue_id": VenueId::from_uuid(uuid),
        "venue_name": "Peñarol; Palermo, «Sede Ñandú» de los Jardines del Botánico Municipal",
        "court_id": CourtId::from_uuid(uuid), "court_name": "Pádel 1", "time_zone": zone,
        "starts_at": starts_at, "ends_at": starts_at + SignedDuration::from_mins(minutes),
        "parts": [], "price": Money::new(0, Currency::Ars), "status": "confirmed",
        "created_at": created_at, "confirmed_at": created_at, "version": 1,
    }))
    .unwrap()
}

/// An occurrence of the one series: its local start by the rule, and where it is.
fn occurrence(zone: &str, ruled: &str, starts_at: &str) -> Booking {
    let series_id = SeriesId::from_uuid(Uuid::from_u128(7));
    let recurrence_id = ruled.parse().unwrap();
    Booking { series: Some(InSeries { series_id, recurrence_id }), ..booking(zone, starts_at, 60) }
}

/// Days of 23 and 25 hours, days that begin at one, both showings of an hour, a zone of half an hour, one whose
/// rules are younger than most databases; a series with a moved, a cancelled and a shifted occurrence.
pub(crate) fn bookings() -> Vec<Booking> {
    let now: Timestamp = NOW.parse().unwrap();
    let cancelled = |booking: Booking| Booking {
        status: Status::Cancelled,
        sequence: 1,
        cancelled_at: now.checked_sub(SignedDuration::from_hours(24)).ok(),
        ..booking
    };
    let moved = |booking: Booking| Booking { sequence: 2, ..booking };
    vec![
        booking("America/New_York", "2026-10-31T18:00-04", 60),
        booking("America/New_York", "2026-11-01T00:30-04", 120),
        booking("America/New_York", "2026-11-01T01:30-04", 30),
        booking("America/New_York", "2026-11-01T01:30-05", 30),
        booking("America/New_York", "2027-03-14T01:30-05", 60),
        booking("America/Santiago", "2027-04-03T23:30-03", 30),
        booking("America/Santiago", "2027-04-03T23:30-04", 30),
        booking("America/Santiago", "2027-09-04T23:30-04", 90),
        booking("America/Santiago", "2027-09-05T01:00-03", 60),
        booking("Australia/Lord_Howe", "2027-04-04T01:45+11", 30),
        booking("Australia/Lord_Howe", "2027-10-03T01:30+10:30", 60),
        booking("Asia/Kolkata", "2026-12-01T06:30+05:30", 90),
        booking("America/Havana", "2026-12-15T18:00-04", 60),
        booking("UTC", "2026-12-15T18:00Z", 60),
        cancelled(booking("America/Lima", "2026-11-25T18:00-05", 60)),
        occurrence("Europe/Madrid", "2027-03-21T02:30:00", "2027-03-21T02:30+01"),
        // Its local time is skipped that night.
        occurrence("Europe/Madrid", "2027-03-28T02:30:00", "2027-03-28T03:30+02"),
        moved(occurrence("Europe/Madrid", "2027-04-04T02:30:00", "2027-04-05T19:00+02")),
        cancelled(occurrence("Europe/Madrid", "2027-04-11T02:30:00", "2027-04-11T02:30+02")),
        occurrence("Europe/Madrid", "2027-04-18T02:30:00", "2027-04-18T02:30+02"),
    ]
}

/// A venue that is never open.
pub(crate) fn venue(zone: &str) -> Venue {
    Venue {
        id: VenueId::new(),
        name: name("Costanera"),
        time_zone: Zone::try_from(zone.to_owned()).unwrap(),
        address: None,
        location: None,
        opening_hours: OpeningHours::default(),
        hours_exceptions: Vec::new(),
        named_hours: Vec::new(),
        start_every_minutes: StartEvery::try_from(30).unwrap(),
        status: facilities::Status::Active,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// A tennis court of the venue, outdoors on clay.
pub(crate) fn court(venue: &Venue) -> Court {
    Court {
        id: CourtId::new(),
        venue_id: venue.id,
        name: name("Court"),
        sport: facilities::Sport::Tennis,
        surface: facilities::Surface::Clay,
        indoor: false,
        lights: false,
        capacity: None,
        terms: facilities::CourtTerms::default(),
        groups: Vec::new(),
        made_of: Vec::new(),
        durations_minutes: vec![60].try_into().unwrap(),
        price_per_hour: PricePerHour::try_from(Money::new(0, Currency::Ars)).unwrap(),
        status: facilities::Status::Active,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}
