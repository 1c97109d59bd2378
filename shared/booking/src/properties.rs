//! The rules against slow models that walk the day in steps of five minutes, asking only what the clock shows.

use std::collections::BTreeMap;

use facilities::{Court, Interval, Venue, VenueWithCourts};
use kernel::{
    BookingId, CourtId,
    jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone},
};
use proptest::prelude::*;
use serde_json::json;

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
        let own = venue.hours_exceptions.iter().filter(|exception| exception.date == date);
        let own: Vec<_> = own.map(|exception| exception.open.as_slice()).collect();
        let weekday = venue.opening_hours.on(date.weekday());
        for one in own.first().copied().unwrap_or(weekday) {
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

/// A booking of a court: the gap before it and its length, in steps, and whether it is an expired hold.
type Other = (i64, i64, bool);
/// Steps from the day's first instant on: from, and how many.
type Stretch = (i64, i64);

/// What lies on one court, the time kept free around bookings included.
#[derive(Debug, Clone)]
struct Laid {
    court: CourtId,
    bookings: Vec<(Stretch, bool)>,
    closed: Vec<Stretch>,
}

impl Laid {
    /// Bookings one after the other, with all that must lie between them.
    fn of(
        court: CourtId,
        others: &[Other],
        closed: &[Stretch],
        (before, after): (i64, i64),
    ) -> Self {
        let mut at = -50;
        let mut bookings = Vec::new();
        for (gap, count, expired) in others {
            let padded = (at + gap, before + count + after);
            at = padded.0 + padded.1;
            bookings.push((padded, *expired));
        }
        Self { court, bookings, closed: closed.to_vec() }
    }

    /// Whether somebody has any step of a stretch, or the court is closed in it.
    fn is_busy(&self, (from, count): Stretch) -> bool {
        let meets = |(other, length): Stretch| other < from + count && from < other + length;
        let had = self.bookings.iter().any(|(stretch, expired)| !expired && meets(*stretch));
        had || self.closed.iter().copied().any(meets)
    }
}

fn stored(zone: &TimeZone, date: Date, laid: &[Laid], now: Timestamp) -> Vec<VenueDay> {
    let first = first_instant(zone, date).unwrap();
    let mut days: BTreeMap<(Date, usize), CourtDay> = BTreeMap::new();
    let mut on = |court: usize, (from, count): Stretch, change: &dyn Fn(&mut CourtDay, Slots)| {
        let starts = first + minutes(5 * from);
        for part in parts(zone, starts, starts + minutes(5 * count)).unwrap() {
            let day = days.entry((part.date, court)).or_insert_with(|| CourtDay {
                court_id: laid[court].court,
                taken: Slots::default(),
                holds: vec![],
                closed: Slots::default(),
                version: 1,
            });
            change(day, part.slots());
        }
    };
    for (court, laid) in laid.iter().enumerate() {
        for (stretch, expired) in &laid.bookings {
            on(court, *stretch, &|day, slots| {
                day.taken = day.taken.with(slots);
                if *expired {
                    day.holds.push(Hold { booking_id: BookingId::new(), slots, until: now });
                }
            });
        }
        for stretch in &laid.closed {
            on(court, *stretch, &|day, slots| day.closed = day.closed.with(slots));
        }
    }
    let mut venue_days: Vec<VenueDay> = Vec::new();
    for ((date, _), day) in days {
        match venue_days.last_mut().filter(|last| last.date == date) {
            Some(last) => last.courts.push(day),
            None => venue_days.push(VenueDay { date, courts: vec![day] }),
        }
    }
    venue_days
}

fn others() -> impl Strategy<Value = Vec<Other>> {
    prop::collection::vec((0_i64..40, 1_i64..40, any::<bool>()), 0..8)
}

fn closures() -> impl Strategy<Value = Vec<Stretch>> {
    prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec((-50_i64..300, 1_i64..60), 1..3)]
}

/// How long a court's bookings are, where they may begin and what they keep free, in steps.
#[derive(Debug, Clone)]
struct Rhythm {
    length: i64,
    own_every: Option<u16>,
    before: i64,
    after: i64,
}

fn rhythm() -> impl Strategy<Value = Rhythm> {
    let buffer = || prop_oneof![Just(0_i64), 1_i64..=48];
    let own_every = prop::option::of(1_u16..=24);
    (1_i64..=48, own_every, buffer(), buffer())
        .prop_map(|(length, own_every, before, after)| Rhythm { length, own_every, before, after })
}

fn intervals(hours: &[(String, String)]) -> serde_json::Value {
    let one = |(opens, closes): &(String, String)| json!({ "opens": opens, "closes": closes });
    hours.iter().map(one).collect()
}

/// What a walk through the day finds, and whether everybody agrees about what the rules allow.
fn check_walk(
    (venue, courts): (&Venue, [&Court; 2]),
    rhythm: &Rhythm,
    laid: &[Laid],
    (date, now): (Date, Timestamp),
) -> Result<(), TestCaseError> {
    let zone = venue.time_zone.rules();
    let first = first_instant(zone, date).unwrap();
    let (court, neighbour) = (courts[0], courts[1]);
    let read = VenueWithCourts { venue: venue.clone(), courts: courts.map(Clone::clone).to_vec() };
    let duration = u16::try_from(rhythm.length * 5).unwrap();
    let all = match starts(&read, date, duration, now) {
        Ok(all) => all,
        Err(error) => {
            prop_assert_eq!(error.code(), "DATE_IN_PAST");
            return Ok(());
        }
    };
    let days = stored(zone, date, laid, now);
    let asked: Vec<_> = days.into_iter().filter(|day| days_of(&all).contains(&day.date)).collect();
    let found = free(&read, None, duration, &all, &asked, now);
    let found = |court: &Court| -> Vec<_> {
        let of_court = found.iter().filter(|free| free.court.id == court.id);
        of_court.flat_map(|free| free.starts.iter().map(|place| all[*place].starts_at)).collect()
    };
    let end_of_day = first_instant(zone, date.tomorrow().unwrap()).unwrap();
    let intervals = walked_intervals(venue, date);
    let open =
        |at: Timestamp| intervals.iter().any(|(_, opens, closes)| *opens <= at && at < *closes);
    let on_grid = |every: u16, at: Timestamp| {
        intervals.iter().any(|(interval, opens, closes)| {
            let (from, until) = (interval.opens.minutes(), interval.closes.minutes());
            let shown = shown(zone, at);
            *opens <= at
                && at < *closes
                && (from..until).contains(&shown)
                && (shown - from).is_multiple_of(every)
        })
    };
    let venue_every = venue.start_every_minutes.minutes();
    let every = rhythm.own_every.map_or(venue_every, |every| every * 5);
    let (mut expected, mut beside) = (Vec::new(), Vec::new());
    let mut step = 0;
    while first + minutes(5 * step) < end_of_day {
        let at = first + minutes(5 * step);
        let whole = (0..rhythm.length).all(|step| open(at + minutes(5 * step)));
        let allowed = at > now && whole && on_grid(every, at);
        let start = local_text(zone, at).parse().unwrap();
        let planned = plan(venue, court, Wish { start, duration_minutes: duration }, now);
        prop_assert_eq!(planned.is_ok(), allowed, "{} {:?}", local_text(zone, at), planned);
        let needed = (step - rhythm.before, rhythm.before + rhythm.length + rhythm.after);
        let of_it = laid.iter().filter(|laid| court.takes().contains(&laid.court));
        if allowed && !of_it.clone().any(|laid| laid.is_busy(needed)) {
            expected.push(at);
        }
        if at > now && whole && on_grid(venue_every, at) {
            beside.push(at);
        }
        step += 1;
    }
    prop_assert_eq!(found(court), expected);
    prop_assert_eq!(found(neighbour), beside);
    Ok(())
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_free_is_what_a_walk_finds_and_what_can_be_booked(
        (name, zone, instant) in zone_and_instant(),
        (hours, exceptions) in (hours(), prop::collection::vec(prop_oneof![Just(vec![]), hours()], 0..3)),
        (every, rhythm) in (1_u16..=24, rhythm()),
        halves in prop::collection::vec((others(), closures()), 1..=2), ahead in 0_i64..400,
    ) {
        let hours: Vec<_> = hours.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let mut venue = samples::venue(name, &hours, every * 5);
        let date = day_of(&zone, instant).unwrap();
        let exceptional = date.series(1.day()).zip(&exceptions);
        let exceptional = exceptional.map(|(date, hours)| json!({ "date": date, "open": intervals(hours) }));
        venue.hours_exceptions = serde_json::from_value(exceptional.collect()).unwrap();
        let duration = u16::try_from(rhythm.length * 5).unwrap();
        let mut court = samples::court(&venue, &[duration]);
        let buffer = |steps: i64| u16::try_from(steps * 5).unwrap();
        court.terms = samples::terms(
            rhythm.own_every.map(|every| every * 5), buffer(rhythm.before), buffer(rhythm.after),
        );
        // A court of its own, or one of two halves, beside one that nobody has booked.
        if halves.len() == 2 {
            court.made_of = vec![CourtId::new(), CourtId::new()];
        }
        let neighbour = samples::court(&venue, &[duration]);
        let around = (rhythm.before, rhythm.after);
        let laid: Vec<_> = court.takes().iter().zip(&halves)
            .map(|(court, (others, closed))| Laid::of(*court, others, closed, around))
            .collect();
        let first = first_instant(&zone, date).unwrap();
        let now = first + minutes(5 * ahead) - minutes(24 * 60);
        check_walk((&venue, [&court, &neighbour]), &rhythm, &laid, (date, now))?;
    }
}
