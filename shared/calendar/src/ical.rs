//! Bookings as an iCalendar object (RFC 5545) that any calendar reads as the same instants.
//!
//! Times are local with the venue's zone, and the zone's changes of the clock are written out for as long as the
//! bookings reach, so that no reader needs rules of its own. A time that RFC 5545 cannot say so, the second 01:30
//! of a night, or that readers would take for another instant because their zone database is older, is in UTC.
//!
//! A booking of a series is an instance by itself: the series' UID and its RECURRENCE-ID, without a master that
//! has a rule. What was booked is what was booked, not what a rule says: each reader would expand a rule by an
//! engine of its own, and a series leaves out what was closed or taken. RFC 5545 allows an instance alone (3.8.4.4,
//! as in an invitation to one of many), and the libraries of `tests/local/test_feeds.py` read it so.

mod line;
mod zone;

use std::collections::BTreeMap;

use booking::{Booking, Status};
use facilities::Zone;
use kernel::jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use line::Lines;

/// How long a cancelled booking stays, so that readers that keep their own copy take it out.
pub const CANCELLED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often readers should come back, ISO 8601.
const REFRESHED: &str = "PT1H";
/// What follows an id to make it unique in the world (RFC 5545 3.8.4.7).
const UID_DOMAIN: &str = "clubpulse";

/// The bookings that a calendar shows, as one text. It depends on nothing but them, so that an unchanged
/// calendar has an unchanged `ETag`: `now` only decides which are over.
pub fn calendar_text(name: &str, bookings: &[Booking], now: Timestamp) -> String {
    let mut shown: Vec<_> = bookings.iter().filter(|booking| is_shown(booking, now)).collect();
    shown.sort_by_key(|booking| (booking.starts_at, booking.id));
    let mut lines = Lines::default();
    lines.plain("BEGIN", "VCALENDAR");
    lines.plain("VERSION", "2.0");
    lines.plain("PRODID", "-//ClubPulse//Bookings//EN");
    lines.plain("CALSCALE", "GREGORIAN");
    // RFC 7986, and what was there before it.
    lines.text("NAME", name);
    lines.text("X-WR-CALNAME", name);
    lines.plain("REFRESH-INTERVAL;VALUE=DURATION", REFRESHED);
    lines.plain("X-PUBLISHED-TTL", REFRESHED);
    for (zone, from, until) in zones(&shown).into_values() {
        zone::write(&mut lines, zone, from, until);
    }
    for booking in shown {
        event(&mut lines, booking);
    }
    lines.plain("END", "VCALENDAR");
    lines.into_text()
}

/// Unpaid ones only while they are held; cancelled ones for a while, so that nobody goes there.
fn is_shown(booking: &Booking, now: Timestamp) -> bool {
    match booking.status {
        Status::Held => !booking.hold_has_ended(now),
        Status::Confirmed | Status::CheckedIn | Status::NoShow => true,
        Status::Cancelled => {
            booking.cancelled_at.is_some_and(|at| now.duration_since(at) < CANCELLED_KEPT)
        }
        Status::Expired => false,
    }
}

/// Each zone by its name, and from when until when its clock is needed.
fn zones<'a>(bookings: &[&'a Booking]) -> BTreeMap<&'a str, (&'a Zone, Timestamp, Timestamp)> {
    let mut zones = BTreeMap::new();
    for booking in bookings.iter().filter(|booking| !is_utc(&booking.time_zone)) {
        let zone = &booking.time_zone;
        let ruled = booking.series.and_then(|of| first_showing(zone.rules(), of.recurrence_id));
        let ruled = ruled.unwrap_or(booking.starts_at);
        let (first, last) = (booking.starts_at.min(ruled), booking.ends_at.max(ruled));
        let known = zones.entry(zone.name()).or_insert((zone, first, last));
        (known.1, known.2) = (known.1.min(first), known.2.max(last));
    }
    zones
}

fn event(lines: &mut Lines, booking: &Booking) {
    let zone = &booking.time_zone;
    lines.plain("BEGIN", "VEVENT");
    match booking.series {
        None => lines.plain("UID", &format!("{}@{UID_DOMAIN}", booking.id)),
        Some(of) => {
            lines.plain("UID", &format!("{}@{UID_DOMAIN}", of.series_id));
            let ruled = line::local(of.recurrence_id);
            if is_utc(zone) {
                lines.plain("RECURRENCE-ID", &(ruled + "Z"));
            } else {
                lines.plain(&format!("RECURRENCE-ID;TZID={}", zone.name()), &ruled);
            }
        }
    }
    let changed = line::utc(last_changed(booking));
    // Without METHOD it says when what it tells was changed last, as LAST-MODIFIED does (RFC 5545 3.8.7.2).
    lines.plain("DTSTAMP", &changed);
    lines.plain("LAST-MODIFIED", &changed);
    lines.plain("CREATED", &line::utc(booking.created_at));
    lines.plain("SEQUENCE", &booking.sequence.to_string());
    lines.plain("STATUS", status(booking.status));
    if let Some((starts, ends)) = wall(zone, booking.starts_at).zip(wall(zone, booking.ends_at)) {
        lines.plain(&format!("DTSTART;TZID={}", zone.name()), &line::local(starts));
        lines.plain(&format!("DTEND;TZID={}", zone.name()), &line::local(ends));
    } else {
        lines.plain("DTSTART", &line::utc(booking.starts_at));
        lines.plain("DTEND", &line::utc(booking.ends_at));
    }
    lines.text("SUMMARY", &summary(booking));
    lines.text("LOCATION", booking.venue_name.as_str());
    lines.plain("END", "VEVENT");
}

/// Where, for nobody is named in it.
fn summary(booking: &Booking) -> String {
    format!("{}, {}", booking.court_name.as_str(), booking.venue_name.as_str())
}

/// The local time that every reader takes for this instant, if there is one: the first showing of it, and the
/// same by the zone database that is widely in use.
fn wall(zone: &Zone, instant: Timestamp) -> Option<DateTime> {
    let wall = zone.rules().to_datetime(instant);
    let is_it = |rules: &TimeZone| first_showing(rules, wall) == Some(instant);
    let elsewhere = TimeZone::get(zone.name()).ok()?;
    (!is_utc(zone) && is_it(zone.rules()) && is_it(&elsewhere)).then_some(wall)
}

/// A clock that has never shown anything but UTC: some readers take a zone of no offset for none.
fn is_utc(zone: &Zone) -> bool {
    let rules = zone.rules();
    rules.to_offset(Timestamp::UNIX_EPOCH) == Offset::UTC
        && rules.preceding(Timestamp::MAX).next().is_none()
}

/// What RFC 5545 (3.3.5) takes a local time for: where it exists twice, the first; where it does not, what it
/// would be had the clock not changed.
fn first_showing(rules: &TimeZone, wall: DateTime) -> Option<Timestamp> {
    rules.to_ambiguous_timestamp(wall).compatible().ok()
}

fn last_changed(booking: &Booking) -> Timestamp {
    let steps = [
        booking.confirmed_at,
        booking.expired_at,
        booking.checked_in_at,
        booking.missed_at,
        booking.cancelled_at,
    ];
    steps.into_iter().flatten().fold(booking.created_at, Timestamp::max)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Held => "TENTATIVE",
        Status::Confirmed | Status::CheckedIn | Status::NoShow => "CONFIRMED",
        Status::Cancelled | Status::Expired => "CANCELLED",
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use serde_json::json;

    use super::*;
    use crate::text_samples::{NOW, booking, bookings};

    const FOLDER: &str = "../../tests/local/feeds";

    /// What `tests/local/test_feeds.py` reads with other people's libraries. `CLUBPULSE_WRITE=1` writes it.
    fn check_file(name: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join(name);
        #[expect(clippy::disallowed_methods, reason = "only this test reads it")]
        if std::env::var("CLUBPULSE_WRITE").is_ok() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, text, "{name} is not fresh: run with CLUBPULSE_WRITE=1");
    }

    #[test]
    fn the_feed_that_others_read_is_what_we_write() {
        let now = NOW.parse().unwrap();
        let bookings = bookings();
        check_file("clock-changes.ics", &calendar_text("Ñandú, del Sur; 1", &bookings, now));
        let shown = bookings.iter().filter(|booking| is_shown(booking, now));
        let expected: Vec<_> = shown
            .map(|booking| {
                json!({
                    "uid": match booking.series {
                        Some(of) => format!("{}@clubpulse", of.series_id),
                        None => format!("{}@clubpulse", booking.id),
                    },
                    "recurrence_id": booking.series.map(|of| of.recurrence_id),
                    "starts_at": booking.starts_at,
                    "ends_at": booking.ends_at,
                    "status": status(booking.status),
                    "sequence": booking.sequence,
                    "summary": summary(booking),
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&expected).unwrap();
        check_file("clock-changes.json", &format!("{text}\n"));
    }

    fn text_of(bookings: &[Booking]) -> String {
        calendar_text("Club", bookings, NOW.parse().unwrap())
    }

    #[test]
    fn the_second_showing_of_an_hour_is_in_utc() {
        let first = booking("America/New_York", "2026-11-01T01:00-04", 30);
        let second = booking("America/New_York", "2026-11-01T01:30-05", 30);
        assert!(text_of(&[first]).contains("DTSTART;TZID=America/New_York:20261101T010000\r\n"));
        assert!(text_of(&[second]).contains("DTSTART:20261101T063000Z\r\n"));
        // What ends in it, ends in UTC, too, and begins so: one form for both.
        let into = text_of(&[booking("America/New_York", "2026-11-01T01:30-04", 60)]);
        assert!(into.contains("DTSTART:20261101T053000Z\r\nDTEND:20261101T063000Z\r\n"));
    }

    #[test]
    fn where_readers_have_older_rules_it_is_in_utc() {
        let winter = text_of(&[booking("America/Havana", "2026-12-15T18:00-04", 60)]);
        assert!(winter.contains("DTSTART:20261215T220000Z\r\n"), "{winter}");
        let summer = text_of(&[booking("America/Havana", "2026-07-15T18:00-04", 60)]);
        assert!(summer.contains("DTSTART;TZID=America/Havana:20260715T180000\r\n"));
    }

    #[test]
    fn what_is_not_theirs_any_more_leaves_the_feed() {
        let now: Timestamp = NOW.parse().unwrap();
        let held = booking("America/Lima", "2026-11-21T18:00-05", 60);
        let held = Booking { status: Status::Held, hold_expires_at: Some(now), ..held };
        assert!(!text_of(std::slice::from_ref(&held)).contains("VEVENT"));
        let waits = now.checked_add(SignedDuration::from_mins(1)).ok();
        let held = Booking { hold_expires_at: waits, ..held };
        assert!(text_of(std::slice::from_ref(&held)).contains("STATUS:TENTATIVE\r\n"));
        let cancelled = |ago: SignedDuration| Booking {
            status: Status::Cancelled,
            cancelled_at: now.checked_sub(ago).ok(),
            sequence: 1,
            ..held.clone()
        };
        assert!(!text_of(&[cancelled(CANCELLED_KEPT)]).contains("VEVENT"));
        let yesterday = text_of(&[cancelled(SignedDuration::from_hours(24))]);
        assert!(yesterday.contains("SEQUENCE:1\r\nSTATUS:CANCELLED\r\n"));
        assert!(yesterday.contains("LAST-MODIFIED:20261119T120000Z\r\n"));
    }

    #[test]
    fn the_text_depends_on_the_bookings_alone() {
        let (mut turned, now) = (bookings(), NOW.parse::<Timestamp>().unwrap());
        turned.reverse();
        let later = now.checked_add(SignedDuration::from_mins(3)).unwrap();
        assert_eq!(calendar_text("a", &turned, later), calendar_text("a", &bookings(), now));
    }
}
