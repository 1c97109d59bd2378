//! The rules against slow models that walk the day in steps of five minutes, asking only what the clock shows.

use facilities::{Interval, Venue, VenueWithCourts};
use kernel::{
    BookingId, CourtId,
    jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone},
};
use proptest::prelude::*;

use crate::{
    CourtDay, Hold, Part, Slots, VenueDay, Wish, day_of, days_of, first_instant, free, local_text,
    parts, plan, samples, starts,
};

const ZONES: [&str; 9] = [
    "America/Argentina/Buenos_Aires",
    "America/Santiago",
    "America/New_York",
    "America/Havana",
    "America/Asuncion",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Antarctica/Troll",
];

/// A failing case prints its smallest form; no file of seeds is left in the source folder.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn wall_date(zone: &TimeZone, instant: Timestamp) -> Date {
    zone.to_datetime(instant).date()
}

/// Instants of 2024 to 2027, half of them within two days of a change of the clock.
fn instant(zone: &TimeZone) -> impl Strategy<Value = Timestamp> + use<> {
    let from = "2024-01-01T00:00Z".parse::<Timestamp>().unwrap();
    let until = "2027-12-01T00:00Z".parse::<Timestamp>().unwrap();
    let changes: Vec<_> = zone
        .following(from)
        .map(|change| change.timestamp())
        .take_while(|change| *change < until)
        .chain([from])
        .collect();
    let near = (prop::sample::select(changes), -576_i64..576)
        .prop_map(|(change, steps)| change + minutes(5 * steps));
    let anywhere = (0_i64..4 * 365 * 288).prop_map(move |steps| from + minutes(5 * steps));
    prop_oneof![near, anywhere]
}

fn zone_and_instant() -> impl Strategy<Value = (&'static str, TimeZone, Timestamp)> {
    prop::sample::select(ZONES.to_vec()).prop_flat_map(|name| {
        let zone = facilities::Zone::try_from(name.to_owned()).unwrap().rules().clone();
        instant(&zone).prop_map(move |instant| (name, zone.clone(), instant))
    })
}

/// Every five minutes of a stretch, with its wall date and how many such steps of that date came before.
fn walked(zone: &TimeZone, from: Timestamp, count: i64) -> Vec<(Date, u16)> {
    let slot = |instant: Timestamp| {
        let date = wall_date(zone, instant);
        let before = (1..).take_while(|step| wall_date(zone, instant - minutes(5 * step)) == date);
        (date, u16::try_from(before.count()).unwrap())
    };
    (0..count).map(|step| slot(from + minutes(5 * step))).collect()
}

fn listed(parts: &[Part]) -> Vec<(Date, u16)> {
    parts.iter().flat_map(|part| part.slots().numbers().map(|slot| (part.date, slot))).collect()
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_booking_takes_the_slots_that_a_walk_through_the_day_meets(
        (_, zone, start) in zone_and_instant(), count in 1_i64..=288,
    ) {
        let parts = parts(&zone, start, start + minutes(5 * count)).unwrap();
        prop_assert_eq!(listed(&parts), walked(&zone, start, count));
        prop_assert!(parts.len() <= 3);
    }

    #[test]
    fn slots_meet_exactly_where_times_overlap(
        (_, zone, first) in zone_and_instant(),
        apart in -300_i64..300, one in 1_i64..=288, other in 1_i64..=288,
    ) {
        let second = first + minutes(5 * apart);
        let (ends, other_ends) = (first + minutes(5 * one), second + minutes(5 * other));
        let (a, b) = (parts(&zone, first, ends).unwrap(), parts(&zone, second, other_ends).unwrap());
        let meet = a.iter().any(|a| b.iter().any(|b| a.date == b.date && a.slots().meets(b.slots())));
        prop_assert_eq!(meet, first < other_ends && second < ends);
    }

    #[test]
    fn days_follow_one_another_without_a_hole((_, zone, instant) in zone_and_instant()) {
        let date = day_of(&zone, instant).unwrap();
        prop_assert_eq!(date, wall_date(&zone, instant));
        let first = first_instant(&zone, date).unwrap();
        prop_assert!(first <= instant);
        prop_assert_eq!(wall_date(&zone, first), date);
        prop_assert!(wall_date(&zone, first - minutes(1)) < date);
    }
}

/// The intervals of three days, found by walking: each from the first instant whose clock shows its opening or
/// later, to the first that shows its closing or later.
fn walked_intervals(venue: &Venue, date: Date) -> Vec<(Interval, Timestamp, Timestamp)> {
    let zone = venue.time_zone.rules();
    let reached = |date: Date, minute: u16| {
        let first = first_instant(zone, date).unwrap();
        let mut steps = (0..400).map(|step| first + minutes(5 * step));
        let shows = |instant: &Timestamp| {
            wall_date(zone, *instant) > date || shown(zone, *instant) >= minute
        };
        steps.find(shows).unwrap()
    };
    let mut intervals = Vec::new();
    for date in [date, date.tomorrow().unwrap(), date.tomorrow().unwrap().tomorrow().unwrap()] {
        for one in venue.opening_hours.on(date.weekday()) {
            let (opens, closes) = (one.opens.minutes(), one.closes.minutes());
            intervals.push((*one, reached(date, opens), reached(date, closes)));
        }
    }
    intervals
}

fn shown(zone: &TimeZone, instant: Timestamp) -> u16 {
    let wall = zone.to_datetime(instant);
    u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap()
}

fn hours() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = |step: u16| format!("{:02}:{:02}", step / 12, step % 12 * 5);
    let some = prop::collection::btree_set(0_u16..=288, 2..=6).prop_map(move |steps| {
        let steps: Vec<_> = steps.into_iter().collect();
        steps.chunks_exact(2).map(|pair| (text(pair[0]), text(pair[1]))).collect()
    });
    prop_oneof![some, Just(vec![("00:00".to_owned(), "24:00".to_owned())])]
}

/// A booking of the court: its start in steps after the day's first instant, its length, whether it is an
/// expired hold.
type Other = (i64, i64, bool);

fn stored(
    zone: &TimeZone,
    date: Date,
    court: CourtId,
    others: &[Other],
    now: Timestamp,
) -> Vec<VenueDay> {
    let first = first_instant(zone, date).unwrap();
    let mut days: Vec<(Date, CourtDay)> = Vec::new();
    for (from, count, expired) in others {
        let starts = first + minutes(5 * from);
        for part in parts(zone, starts, starts + minutes(5 * count)).unwrap() {
            let slots: Slots = part.slots();
            let at = days.iter().position(|day| day.0 == part.date).unwrap_or_else(|| {
                let day = CourtDay {
                    court_id: court,
                    taken: Slots::default(),
                    holds: vec![],
                    closed: Slots::default(),
                    version: 1,
                };
                days.push((part.date, day));
                days.len() - 1
            });
            let day = &mut days[at].1;
            day.taken = day.taken.with(slots);
            if *expired {
                day.holds.push(Hold { booking_id: BookingId::new(), slots, until: now });
            }
        }
    }
    days.into_iter().map(|(date, day)| VenueDay { date, courts: vec![day] }).collect()
}

/// Bookings that do not overlap, one after the other.
fn others() -> impl Strategy<Value = Vec<Other>> {
    prop::collection::vec((0_i64..40, 1_i64..40, any::<bool>()), 0..8).prop_map(|gaps| {
        let mut at = -50;
        gaps.into_iter()
            .map(|(gap, count, expired)| {
                let from = at + gap;
                at = from + count;
                (from, count, expired)
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_free_is_what_a_walk_finds_and_what_can_be_booked(
        (name, zone, instant) in zone_and_instant(),
        hours in hours(), every in 1_u16..=24, length in 1_i64..=48, others in others(), ahead in 0_i64..400,
    ) {
        let hours: Vec<_> = hours.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let venue = samples::venue(name, &hours, every * 5);
        let duration = u16::try_from(length * 5).unwrap();
        let court = samples::court(&venue, &[duration]);
        let date = day_of(&zone, instant).unwrap();
        let first = first_instant(&zone, date).unwrap();
        let now = first + minutes(5 * ahead) - minutes(24 * 60);
        let days = stored(&zone, date, court.id, &others, now);
        let read = VenueWithCourts { venue: venue.clone(), courts: vec![court.clone()] };

        let all = match starts(&venue, date, duration, now) {
            Ok(all) => all,
            Err(error) => {
                prop_assert_eq!(error.code(), "DATE_IN_PAST");
                return Ok(());
            }
        };
        let asked: Vec<_> =
            days.into_iter().filter(|day| days_of(&all).contains(&day.date)).collect();
        let found: Vec<_> = free(&read, None, duration, &all, &asked, now)
            .iter()
            .flat_map(|free| free.starts.iter().map(|place| all[*place].starts_at))
            .collect();

        let end_of_day = first_instant(&zone, date.tomorrow().unwrap()).unwrap();
        let intervals = walked_intervals(&venue, date);
        let open = |at: Timestamp| intervals.iter().any(|(_, opens, closes)| *opens <= at && at < *closes);
        let on_grid = |at: Timestamp| intervals.iter().any(|(interval, opens, closes)| {
            let (from, until) = (interval.opens.minutes(), interval.closes.minutes());
            let shown = shown(&zone, at);
            *opens <= at && at < *closes && (from..until).contains(&shown)
                && (shown - from).is_multiple_of(every * 5)
        });
        let mut expected = Vec::new();
        let mut at = first;
        while at < end_of_day {
            let whole = (0..length).all(|step| open(at + minutes(5 * step)));
            let allowed = at > now && whole && on_grid(at);
            let start = local_text(&zone, at).parse().unwrap();
            let planned = plan(&venue, &court, Wish { start, duration_minutes: duration }, now);
            prop_assert_eq!(planned.is_ok(), allowed, "{} {:?}", local_text(&zone, at), planned);
            let overlaps = others.iter().any(|(from, count, expired)| {
                let taken = first + minutes(5 * from);
                !expired && taken < at + minutes(5 * length) && at < taken + minutes(5 * count)
            });
            if allowed && !overlaps {
                expected.push(at);
            }
            at += minutes(5);
        }
        prop_assert_eq!(found, expected);
    }
}
