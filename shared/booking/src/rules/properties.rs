//! Quotas against a slow model that walks every booking that was ever made.

use facilities::NamedHours;
use kernel::{
    AccountId, BookingId, PaymentId,
    jiff::{SignedDuration, ToSpan, civil::Weekday},
};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Booking, Entry, LocalStart, Payable, samples};

#[derive(Debug, Clone)]
enum Act {
    /// Who of the family; so many days ahead, at half hours from 08:00; paid for at once or held.
    Book {
        who: usize,
        day: i32,
        half_hour: u16,
        minutes: u16,
        held: bool,
    },
    /// Of the bookings that stand, by place.
    Cancel(usize),
    Confirm(usize),
    Wait(i64),
}

struct Made {
    who: usize,
    booking: Booking,
    gone: bool,
}

const HOLD_SECONDS: u32 = 600;
const PER_DAY: usize = 2;
const PER_WEEK_MINUTES: i64 = 300;
const PRIME_PER_MONTH: usize = 3;
const FAMILY_PER_WEEK: usize = 6;
const AHEAD: usize = 4;

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let minutes = prop::sample::select(vec![60_u16, 90]);
    let act = prop_oneof![
        6 => (0_usize..2, 0_i32..12, 0_u16..26, minutes, any::<bool>()).prop_map(
            |(who, day, half_hour, minutes, held)| Act::Book { who, day, half_hour, minutes, held },
        ),
        2 => (0_usize..40).prop_map(Act::Cancel),
        2 => (0_usize..40).prop_map(Act::Confirm),
        2 => (1_i64..40).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..120)
}

/// The Sunday on or before a day, found by walking.
fn sunday(date: Date) -> Date {
    let mut day = date;
    while day.weekday() != Weekday::Sunday {
        day = day.yesterday().unwrap();
    }
    day
}

/// Minutes of Mondays to Fridays from 18:00 to 21:00, found by walking the wall clock.
fn prime_minutes(booking: &Booking) -> i64 {
    let zone = booking.time_zone.rules();
    let mut at = booking.starts_at;
    let mut minutes = 0;
    while at < booking.ends_at {
        let wall = zone.to_datetime(at);
        let weekend = matches!(wall.weekday(), Weekday::Saturday | Weekday::Sunday);
        minutes += i64::from(!weekend && (18..21).contains(&wall.hour())) * 5;
        at += SignedDuration::from_mins(5);
    }
    minutes
}

fn stands(made: &Made, now: Timestamp) -> bool {
    let held_until = made.booking.hold_expires_at;
    !made.gone && held_until.is_none_or(|until| until > now)
}

fn date(booking: &Booking) -> Date {
    booking.time_zone.rules().to_datetime(booking.starts_at).date()
}

fn length(booking: &Booking) -> i64 {
    booking.ends_at.duration_since(booking.starts_at).as_mins()
}

/// Whether one more would pass a limit, counted by walking everything.
fn is_too_much(all: &[Made], who: usize, wanted: &Booking, now: Timestamp) -> bool {
    let standing = || all.iter().filter(|made| stands(made, now));
    let own = || standing().filter(|made| made.who == who).map(|made| &made.booking);
    let day = own().filter(|it| date(it) == date(wanted)).count();
    let same_week = |it: &&Booking| sunday(date(it)) == sunday(date(wanted));
    let week: i64 = own().filter(same_week).map(length).sum();
    let month = |it: &Booking| (date(it).year(), date(it).month());
    let prime = own().filter(|it| prime_minutes(it) > 0 && month(it) == month(wanted)).count();
    let family = standing().map(|made| &made.booking);
    let family = family.filter(same_week).filter(|it| it.ends_at > now).count();
    let ahead = own().filter(|it| it.ends_at > now).count();
    day + 1 > PER_DAY
        || week + length(wanted) > PER_WEEK_MINUTES
        || (prime_minutes(wanted) > 0 && prime + 1 > PRIME_PER_MONTH)
        || family + 1 > FAMILY_PER_WEEK
        || ahead + 1 > AHEAD
}

fn rules() -> Rules {
    let quota = |name: &str, per: &str, kind: &str, count: i64| json!({ "name": name, "per": per, "most": { "kind": kind, "count": count } });
    let count = |count: usize| i64::try_from(count).unwrap();
    let mut prime = quota("prime", "month", "bookings", count(PRIME_PER_MONTH));
    prime["scope"] = json!({ "hours": "prime_time" });
    let mut family = quota("family", "week", "bookings", count(FAMILY_PER_WEEK));
    family["of"] = json!("family");
    family["past_counts"] = json!(false);
    let daily = quota("daily", "day", "bookings", count(PER_DAY));
    let weekly = quota("weekly", "week", "minutes", PER_WEEK_MINUTES);
    let rules = json!({
        "first_weekday": "sunday",
        "quotas": [daily, weekly, prime, family],
        "concurrent": [{ "most": AHEAD }],
    });
    serde_json::from_value(rules).unwrap()
}

fn place() -> (Venue, Court) {
    let mut venue = samples::venue("America/New_York", &[("08:00", "23:00")], 30);
    let evening = json!([{ "opens": "18:00", "closes": "21:00" }]);
    let hours: NamedHours = serde_json::from_value(json!({
        "name": "prime_time",
        "hours": {
            "monday": evening, "tuesday": evening, "wednesday": evening, "thursday": evening,
            "friday": evening,
        },
    }))
    .unwrap();
    venue.named_hours.push(hours);
    let court = samples::court(&venue, &[60, 90]);
    (venue, court)
}

/// What a member's diary says, as the table's writes would leave it.
fn diary(all: &[Made], who: usize, place: (&Venue, &Court)) -> Diary {
    let own = all.iter().filter(|made| made.who == who && !made.gone);
    let entries = own.map(|made| Entry::of(&made.booking, place.0, place.1)).collect();
    Diary { entries, ..Diary::default() }
}

fn run(acts: Vec<Act>) {
    let ((venue, court), rules) = (place(), rules());
    let place = (&venue, &court);
    let accounts = [AccountId::new(), AccountId::new()];
    // The clocks go back on 1 November 2026.
    let mut now: Timestamp = "2026-10-27T15:00:00Z".parse().unwrap();
    let mut all: Vec<Made> = Vec::new();
    for act in acts {
        match act {
            Act::Wait(hours) => now += SignedDuration::from_hours(hours),
            Act::Cancel(which) => {
                if let Some(made) = all.get_mut(which) {
                    made.gone = true;
                }
            }
            Act::Confirm(which) => {
                if let Some(made) = all.get_mut(which).filter(|made| stands(made, now)) {
                    made.booking.hold_expires_at = None;
                }
            }
            Act::Book { who, day, half_hour, minutes, held } => {
                let today = venue.time_zone.rules().to_datetime(now).date();
                let (hour, minute) = (8 + half_hour / 2, half_hour % 2 * 30);
                let start = format!("{}T{hour:02}:{minute:02}", today + day.days());
                let start: LocalStart = start.parse().unwrap();
                let (own, other) = (diary(&all, who, place), diary(&all, 1 - who, place));
                let situation = Situation {
                    venue: &venue,
                    court: &court,
                    wish: Wish { start, duration_minutes: minutes },
                    party: &Party::default(),
                    rules: &rules,
                    person: &Person::default(),
                    players: &[],
                    days: &CourtDays::default(),
                    diary: &own,
                    family: &[other],
                    now,
                };
                let Ruling { plan, reasons } = ruling(&situation).unwrap();
                let Some(plan) = plan else { continue };
                let payable =
                    held.then(|| Payable { payment: PaymentId::new(), hold_seconds: HOLD_SECONDS });
                let id = BookingId::new();
                let booking = Booking::new(id, accounts[who], place, plan, payable, now);
                let counted =
                    |reason: &Reason| matches!(reason.rule, RuleName::Quota | RuleName::Concurrent);
                let too_much = is_too_much(&all, who, &booking, now);
                assert_eq!(reasons.iter().any(counted), too_much, "{start:?} {reasons:?}");
                if reasons.is_empty() {
                    all.push(Made { who, booking, gone: false });
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_quota_refuses_exactly_what_would_pass_it(acts in acts()) {
        run(acts);
    }
}
