//! VTIMEZONE (RFC 5545 3.6.5): every change of a zone's clock in a range, each by itself and without a rule.

use facilities::Zone;
use kernel::jiff::{
    SignedDuration, Timestamp,
    tz::{Dst, Offset, TimeZoneTransition},
};

use super::line::{self, Lines};

/// Where a zone's clock has never changed, its one observance begins here.
const EVER: &str = "19700101T000000";

/// The zone's clock from one instant to another: the change before, and those between.
pub(super) fn write(lines: &mut Lines, zone: &Zone, from: Timestamp, until: Timestamp) {
    let rules = zone.rules();
    lines.plain("BEGIN", "VTIMEZONE");
    lines.plain("TZID", zone.name());
    // A change at the very instant is neither before it nor after.
    let just_after = from.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(from);
    match rules.preceding(just_after).next() {
        Some(before) => observance(lines, zone, &before),
        None => unchanging(lines, rules.to_offset(from)),
    }
    for change in rules.following(from).take_while(|change| change.timestamp() <= until) {
        observance(lines, zone, &change);
    }
    lines.plain("END", "VTIMEZONE");
}

fn observance(lines: &mut Lines, zone: &Zone, change: &TimeZoneTransition<'_>) {
    let before = before(zone, change);
    let name = if change.dst() == Dst::Yes { "DAYLIGHT" } else { "STANDARD" };
    lines.plain("BEGIN", name);
    // On the clock as it was until then.
    lines.plain("DTSTART", &line::local(before.to_datetime(change.timestamp())));
    lines.plain("TZOFFSETFROM", &offset(before));
    lines.plain("TZOFFSETTO", &offset(change.offset()));
    lines.text("TZNAME", change.abbreviation());
    lines.plain("END", name);
}

fn before(zone: &Zone, change: &TimeZoneTransition<'_>) -> Offset {
    let just_before = Timestamp::from_second(change.timestamp().as_second() - 1);
    just_before.map_or(change.offset(), |instant| zone.rules().to_offset(instant))
}

fn unchanging(lines: &mut Lines, at: Offset) {
    lines.plain("BEGIN", "STANDARD");
    lines.plain("DTSTART", EVER);
    lines.plain("TZOFFSETFROM", &offset(at));
    lines.plain("TZOFFSETTO", &offset(at));
    lines.plain("END", "STANDARD");
}

/// `-0330`, with seconds where there are any.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, rest) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    let tail = if seconds == 0 { String::new() } else { format!("{seconds:02}") };
    format!("{sign}{hours:02}{minutes:02}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(zone: &str, from: &str, until: &str) -> String {
        let mut lines = Lines::default();
        let zone = Zone::try_from(zone.to_owned()).unwrap();
        write(&mut lines, &zone, from.parse().unwrap(), until.parse().unwrap());
        lines.into_text().replace("\r\n", " ")
    }

    #[test]
    fn a_zone_is_as_long_as_it_is_needed() {
        assert_eq!(
            text("America/New_York", "2026-11-01T05:30Z", "2026-11-01T06:30Z"),
            "BEGIN:VTIMEZONE TZID:America/New_York \
             BEGIN:DAYLIGHT DTSTART:20260308T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400 TZNAME:EDT END:DAYLIGHT \
             BEGIN:STANDARD DTSTART:20261101T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500 TZNAME:EST END:STANDARD \
             END:VTIMEZONE "
        );
    }

    #[test]
    fn a_booking_may_begin_as_the_clock_changes() {
        let there = text("America/New_York", "2026-11-01T06:00Z", "2026-11-01T07:00Z");
        assert!(there.contains("DTSTART:20261101T020000 TZOFFSETFROM:-0400"), "{there}");
    }

    #[test]
    fn a_clock_that_never_changes_has_one_observance() {
        let utc = text("UTC", "2026-11-01T05:30Z", "2027-11-01T06:30Z");
        assert_eq!(utc.matches("BEGIN:STANDARD").count(), 1);
        assert!(utc.contains("TZOFFSETFROM:+0000 TZOFFSETTO:+0000"));
        assert_eq!(offset(Offset::from_seconds(-12_645).unwrap()), "-033045");
    }
}
