//! Whether a wish can become a booking, before anybody looks at who has which slot.

use facilities::{Buffer, Court, CourtTerms, DAY_MINUTES, StartEvery, Venue};
use kernel::{
    Error, Money, Result,
    jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone},
};
use serde_json::json;

use crate::{
    CourtDays, Diary, LocalStart, Part, Party, Person, Rules, Situation,
    error::{DAYS_AHEAD, too_far_ahead},
    local_day::out_of_range,
    ruling,
    slots::parts,
};

/// The most that any zone's clock jumps, Troll station's: a booking may end that much later on the wall.
const LONGEST_JUMP_HOURS: i64 = 2;

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// When it begins, on the venue's clock.
    pub start: LocalStart,
    /// How long it lasts.
    pub duration_minutes: u16,
}

impl Wish {
    /// Every local day that the booking may touch, in whatever zone: what to read before the zone is known.
    /// (No court allows more than a day.)
    pub fn days(self) -> Vec<Date> {
        self.days_with(&CourtTerms::default())
    }

    /// The same, with what this court keeps free around a booking.
    pub fn days_on(self, court: &Court) -> Vec<Date> {
        self.days_with(&court.terms)
    }

    fn days_with(self, terms: &CourtTerms) -> Vec<Date> {
        let jump = SignedDuration::from_hours(LONGEST_JUMP_HOURS);
        let (before, after) =
            (buffer(terms.buffer_before_minutes), buffer(terms.buffer_after_minutes));
        let minutes = i64::from(self.duration_minutes.min(DAY_MINUTES));
        let length = SignedDuration::from_mins(minutes) + after + jump;
        // Without a buffer before, nothing lies before the start, whatever the clock does.
        let back = if before.is_zero() { before } else { before + jump };
        let first = self.start.wall().saturating_sub(back).date();
        let last = self.start.wall().saturating_add(length).date();
        first.series(1.day()).take_while(|day| *day <= last).collect()
    }
}

/// A wish that the court's rules allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The slots it takes, with those that the court keeps free before and after it.
    pub parts: Vec<Part>,
    /// What it costs.
    pub price: Money,
}

/// The booking of a court at a venue, if they allow it themselves now: whatever the club's rules say, and whoever
/// has the court.
pub fn plan(venue: &Venue, court: &Court, wish: Wish, now: Timestamp) -> Result<Plan> {
    let situation = Situation {
        venue,
        court,
        wish,
        party: &Party::default(),
        rules: &Rules::default(),
        person: &Person::default(),
        players: &[],
        days: &CourtDays::default(),
        diary: &Diary::default(),
        family: &[],
        now,
    };
    ruling(&situation)?.allow(&[]).map(|(plan, _)| plan)
}

/// What a booking takes and costs, whether or not it is allowed.
pub(crate) fn planned(
    venue: &Venue,
    court: &Court,
    (starts_at, ends_at): (Timestamp, Timestamp),
    duration_minutes: u16,
) -> Result<Plan> {
    let parts = padded(venue.time_zone.rules(), &court.terms, (starts_at, ends_at))?;
    Ok(Plan { starts_at, ends_at, parts, price: price(court, duration_minutes) })
}

/// How far apart bookings of a court may start: on its own grid, or the venue's.
pub(crate) fn every(venue: &Venue, court: &Court) -> StartEvery {
    court.terms.start_every_minutes.unwrap_or(venue.start_every_minutes)
}

/// The slots of a booking and its buffers, which may lie outside the opening hours. Those of two bookings are
/// both kept: what either takes, the other cannot have.
pub(crate) fn padded(
    zone: &TimeZone,
    terms: &CourtTerms,
    (starts_at, ends_at): (Timestamp, Timestamp),
) -> Result<Vec<Part>> {
    let from = starts_at.checked_sub(buffer(terms.buffer_before_minutes)).map_err(out_of_range)?;
    let until = ends_at.checked_add(buffer(terms.buffer_after_minutes)).map_err(out_of_range)?;
    parts(zone, from, until)
}

fn buffer(buffer: Buffer) -> SignedDuration {
    SignedDuration::from_mins(i64::from(buffer.minutes()))
}

/// What so many minutes on a court cost.
pub fn price(court: &Court, duration_minutes: u16) -> Money {
    court.price_per_hour.money().for_minutes(u32::from(duration_minutes))
}

pub(crate) fn end(starts_at: Timestamp, duration_minutes: u16) -> Result<Timestamp> {
    let duration = SignedDuration::from_mins(i64::from(duration_minutes));
    starts_at.checked_add(duration).map_err(out_of_range)
}

/// Refuses a local day that is too far ahead of today at the venue.
pub(crate) fn check_far_ahead(venue: &Venue, date: Date, now: Timestamp) -> Result<()> {
    let today = venue.time_zone.rules().to_datetime(now).date();
    let last = today.saturating_add(DAYS_AHEAD.days());
    if date > last { Err(too_far_ahead()) } else { Ok(()) }
}

/// Refuses a length that the court is not booked for.
pub(crate) fn check_duration(court: &Court, duration_minutes: u16) -> Result<()> {
    let durations = &court.durations_minutes;
    if durations.allow(duration_minutes) {
        return Ok(());
    }
    let message = format!("this court is booked for {:?} minutes", durations.minutes());
    Err(Error::invalid("DURATION_NOT_ALLOWED", message)
        .with_details(json!({ "durations_minutes": durations })))
}

#[cfg(test)]
mod tests {
    use facilities::Status;

    use super::*;
    use crate::samples;

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn check(venue: &Venue, court: &Court, start: &str, minutes: u16) -> Result<Plan> {
        let wish = Wish { start: start.parse().unwrap(), duration_minutes: minutes };
        plan(venue, court, wish, NOW.parse().unwrap())
    }

    fn refusal(start: &str, minutes: u16) -> Error {
        let venue = samples::venue(
            "America/Argentina/Buenos_Aires",
            &[("08:00", "13:00"), ("16:00", "24:00")],
            30,
        );
        check(&venue, &samples::court(&venue, &[60, 90]), start, minutes).unwrap_err()
    }

    #[test]
    fn an_allowed_wish_is_priced_and_has_its_slots() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "23:00")], 30);
        let plan =
            check(&venue, &samples::court(&venue, &[60, 90]), "2026-11-21T18:30", 90).unwrap();
        assert_eq!(plan.starts_at, "2026-11-21T21:30:00Z".parse().unwrap());
        assert_eq!(plan.ends_at, "2026-11-21T23:00:00Z".parse().unwrap());
        assert_eq!(plan.price.amount, 1_800);
        let date = "2026-11-21".parse().unwrap();
        assert_eq!(plan.parts, [Part { date, first: 222, count: 18 }]);
    }

    #[test]
    fn every_broken_rule_has_its_own_code() {
        for (start, minutes, code) in [
            ("2026-11-22T18:00", 45, "DURATION_NOT_ALLOWED"),
            ("2026-11-21T09:00", 60, "START_IN_PAST"),
            ("1999-11-21T18:00", 60, "START_IN_PAST"),
            ("2027-11-22T18:00", 60, "TOO_FAR_AHEAD"),
            ("9999-12-31T23:00", 60, "TOO_FAR_AHEAD"),
            ("2026-11-22T07:30", 60, "OUTSIDE_OPENING_HOURS"),
            ("2026-11-22T12:30", 60, "OUTSIDE_OPENING_HOURS"),
            ("2026-11-22T13:00", 60, "OUTSIDE_OPENING_HOURS"),
            ("2026-11-22T23:30", 60, "OUTSIDE_OPENING_HOURS"),
            ("2026-11-22T18:10", 60, "OFF_GRID"),
            ("2026-11-22T18:00:01", 60, "OFF_GRID"),
        ] {
            assert_eq!(refusal(start, minutes).code(), code, "{start}");
        }
    }

    #[test]
    fn refusals_say_what_to_send_instead() {
        let nearest = &refusal("2026-11-22T18:10", 60).details().unwrap()["nearest"].clone();
        assert_eq!(*nearest, json!(["2026-11-22T18:00", "2026-11-22T18:30"]));
        let hours = refusal("2026-11-22T07:30", 60).details().unwrap()["opening_hours"].clone();
        assert_eq!(hours[0], json!({ "opens": "08:00", "closes": "13:00" }));
        let durations =
            refusal("2026-11-22T18:00", 45).details().unwrap()["durations_minutes"].clone();
        assert_eq!(durations, json!([60, 90]));
    }

    #[test]
    fn the_last_day_is_a_year_ahead_on_the_venue_s_clock() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("00:00", "24:00")], 30);
        let court = samples::court(&venue, &[60]);
        assert!(check(&venue, &court, "2027-11-21T23:30", 60).is_ok());
        assert!(check(&venue, &court, "2027-11-22T00:00", 60).is_err());
        // The start itself is the first instant that is too late.
        assert_eq!(
            check(&venue, &court, "2026-11-21T09:00", 60).unwrap_err().code(),
            "START_IN_PAST"
        );
        assert!(check(&venue, &court, "2026-11-21T09:30", 60).is_ok());
    }

    #[test]
    fn a_venue_open_all_night_takes_bookings_over_midnight() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("00:00", "24:00")], 30);
        let plan = check(&venue, &samples::court(&venue, &[90]), "2026-11-22T23:30", 90).unwrap();
        assert_eq!(plan.parts.len(), 2);
    }

    #[test]
    fn what_is_read_covers_every_day_that_is_touched() {
        let days = |start: &str, minutes| {
            let wish = Wish { start: start.parse().unwrap(), duration_minutes: minutes };
            wish.days().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(days("2026-11-21T18:00", 90), ["2026-11-21"]);
        assert_eq!(days("2026-11-21T22:30", 60), ["2026-11-21", "2026-11-22"]);
        assert_eq!(days("2026-03-07T23:30", 1440), ["2026-03-07", "2026-03-08", "2026-03-09"]);
        assert_eq!(days("9999-12-31T23:00", 1440), ["9999-12-31"]);
    }

    #[test]
    fn a_court_with_buffers_takes_what_lies_around_a_booking() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("00:00", "24:00")], 30);
        let mut court = samples::court(&venue, &[60]);
        court.terms = samples::terms(None, 15, 30);
        let plan = check(&venue, &court, "2026-11-22T00:00", 60).unwrap();
        let (day_before, day) = ("2026-11-21".parse().unwrap(), "2026-11-22".parse().unwrap());
        let taken = [
            Part { date: day_before, first: 285, count: 3 },
            Part { date: day, first: 0, count: 18 },
        ];
        assert_eq!((plan.parts.as_slice(), plan.price.amount), (taken.as_slice(), 1_200));
        let wish = Wish { start: "2026-11-22T00:00".parse().unwrap(), duration_minutes: 60 };
        assert_eq!(wish.days_on(&court), [day_before, day]);
        // They may lie outside the opening hours.
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "09:00")], 30);
        let plan = check(&venue, &court, "2026-11-22T08:00", 60).unwrap();
        assert_eq!(plan.parts, [Part { date: day, first: 93, count: 21 }]);
    }

    #[test]
    fn a_court_s_own_grid_comes_before_the_venue_s() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "23:00")], 30);
        let mut court = samples::court(&venue, &[60]);
        court.terms = samples::terms(Some(45), 0, 0);
        assert!(check(&venue, &court, "2026-11-22T08:45", 60).is_ok());
        let refused = check(&venue, &court, "2026-11-22T08:30", 60).unwrap_err();
        assert_eq!(refused.code(), "OFF_GRID");
        assert_eq!(refused.details().unwrap()["start_every_minutes"], 45);
    }

    #[test]
    fn a_day_with_hours_of_its_own_forgets_its_weekday_s() {
        let mut venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "23:00")], 30);
        let exceptions = json!([
            { "date": "2026-12-24", "open": [{ "opens": "09:00", "closes": "12:00" }] },
            { "date": "2026-12-25", "reason": "Navidad" },
        ]);
        venue.hours_exceptions = serde_json::from_value(exceptions).unwrap();
        let court = samples::court(&venue, &[60]);
        let code = |start| check(&venue, &court, start, 60).map_err(|error| error.code());
        assert!(code("2026-12-24T11:00").is_ok() && code("2026-12-26T18:00").is_ok());
        for closed in ["2026-12-24T08:00", "2026-12-24T18:00", "2026-12-25T10:00"] {
            assert_eq!(code(closed), Err("OUTSIDE_OPENING_HOURS"), "{closed}");
        }
    }

    #[test]
    fn retired_venues_and_courts_take_no_bookings() {
        let venue = samples::venue("America/Lima", &[("08:00", "23:00")], 30);
        let court = samples::court(&venue, &[60]);
        let retired_court = Court { status: Status::Retired, ..court.clone() };
        let retired_venue = Venue { status: Status::Retired, ..venue.clone() };
        let code = |venue, court| check(venue, court, "2026-11-22T18:00", 60).unwrap_err().code();
        assert_eq!(code(&venue, &retired_court), "COURT_RETIRED");
        assert_eq!(code(&retired_venue, &court), "VENUE_RETIRED");
    }
}
