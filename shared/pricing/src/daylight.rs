//! When the sun is down at a place: by its upper rim at sea level, to about two minutes.

use chrono::NaiveDate;
use facilities::Location;
use kernel::jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};
use sunrise::{Coordinates, SolarDay, SolarEvent};

const MINUTE_SECONDS: i64 = 60;
const HALF_DAY_SECONDS: i64 = 12 * 60 * 60;
/// The sun moves one degree in four minutes.
const DEGREE_SECONDS: f64 = 240.0;

/// How many of the minutes between begin after sunset and before sunrise.
pub(crate) fn dark_minutes(location: Location, from: Timestamp, until: Timestamp) -> u32 {
    let (begins, ends) = (from.as_second(), until.as_second());
    let day = |instant: Timestamp| TimeZone::UTC.to_datetime(instant).date();
    let first = day(from).saturating_sub(1.day());
    let last = day(until).saturating_add(1.day());
    let (mut light, mut counted) = (0, begins);
    for (rises, sets) in first
        .series(1.day())
        .take_while(|day| *day <= last)
        .filter_map(|day| daylight(location, day))
    {
        let (lit, unlit) = (rises.max(counted), sets.min(ends));
        if lit < unlit {
            light += unlit - lit;
            counted = unlit;
        }
    }
    u32::try_from((ends - begins - light) / MINUTE_SECONDS).unwrap_or_default()
}

/// From sunrise to sunset around the noon of a day, in seconds, each the first whole minute after; none where
/// the sun stays down.
fn daylight(location: Location, day: Date) -> Option<(i64, i64)> {
    let place = location.degrees();
    let coordinates = Coordinates::new(place.latitude, place.longitude)?;
    let (month, of_month) = (u32::try_from(day.month()).ok()?, u32::try_from(day.day()).ok()?);
    let solar =
        SolarDay::new(coordinates, NaiveDate::from_ymd_opt(day.year().into(), month, of_month)?);
    let at = |event| solar.event_time(event).map(|time| whole_minute(time.timestamp()));
    match at(SolarEvent::Sunrise).zip(at(SolarEvent::Sunset)) {
        Some(span) => Some(span),
        None => sun_stays_up(place.latitude, day).then(|| around_noon(place.longitude, day)),
    }
}

/// Where the sun neither rises nor sets, it stays up in the half of the year that is summer there.
fn sun_stays_up(latitude: f64, day: Date) -> bool {
    let northern = date(day.year(), 3, 21) <= day && day < date(day.year(), 9, 23);
    northern == (latitude > 0.0)
}

#[expect(clippy::cast_possible_truncation, reason = "half a day has 43200 seconds")]
fn around_noon(longitude: f64, day: Date) -> (i64, i64) {
    let midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or_default().as_second();
    let noon = midnight + HALF_DAY_SECONDS - (longitude * DEGREE_SECONDS) as i64;
    (whole_minute(noon - HALF_DAY_SECONDS), whole_minute(noon + HALF_DAY_SECONDS))
}

fn whole_minute(second: i64) -> i64 {
    second + (-second).rem_euclid(MINUTE_SECONDS)
}

#[cfg(test)]
mod tests {
    use facilities::Degrees;

    use super::*;

    fn dark(latitude: f64, longitude: f64, from: &str, until: &str) -> u32 {
        let location = Location::try_from(Degrees { latitude, longitude }).unwrap();
        dark_minutes(location, from.parse().unwrap(), until.parse().unwrap())
    }

    #[test]
    fn it_is_dark_after_sunset_and_before_sunrise() {
        // Buenos Aires on 21 November 2026, by an almanac: 05:36 to 19:43, UTC-3.
        let at = |from: &str, until: &str| dark(-34.6, -58.4, from, until);
        assert_eq!(at("2026-11-21T15:00:00Z", "2026-11-21T16:00:00Z"), 0);
        assert_eq!(at("2026-11-22T00:00:00Z", "2026-11-22T01:30:00Z"), 90);
        let evening = at("2026-11-21T22:00:00Z", "2026-11-21T23:00:00Z");
        assert!((15..=19).contains(&evening), "{evening}");
        let morning = at("2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z");
        assert!((34..=38).contains(&morning), "{morning}");
        let night = at("2026-11-21T22:00:00Z", "2026-11-22T22:00:00Z");
        assert!((590..=596).contains(&night), "{night}");
    }

    #[test]
    fn dark_minutes_of_the_parts_are_those_of_the_whole() {
        for hour in 0..24 {
            let from: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
            let location = Location::try_from(Degrees { latitude: 51.5, longitude: 0.0 }).unwrap();
            let end = from + hour.hours();
            let parts: u32 = (0..hour * 12)
                .map(|step| {
                    let start = from + (step * 5).minutes();
                    dark_minutes(location, start, start + 5.minutes())
                })
                .sum();
            assert_eq!(parts, dark_minutes(location, from, end));
        }
    }

    #[test]
    fn beyond_the_polar_circle_it_is_dark_all_day_or_never() {
        let svalbard = |from: &str, until: &str| dark(78.2, 15.6, from, until);
        assert_eq!(svalbard("2026-12-21T10:00:00Z", "2026-12-21T12:00:00Z"), 120);
        assert_eq!(svalbard("2026-06-21T22:00:00Z", "2026-06-22T02:00:00Z"), 0);
        assert_eq!(dark(-78.2, 15.6, "2026-12-21T00:00:00Z", "2026-12-21T02:00:00Z"), 0);
    }
}
