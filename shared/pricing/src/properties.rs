//! Quotes against a slow model that walks the booking minute by minute.

use std::collections::BTreeMap;

use facilities::{Venue, VenueWithCourts, Zone};
use kernel::{
    Money, Role,
    jiff::{SignedDuration, Timestamp},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    LineKind, Occasion, PriceBook, Surcharges, coverage, daylight::dark_minutes, quote, samples,
};

const ZONES: [&str; 5] = [
    "America/Argentina/Buenos_Aires",
    "America/Santiago",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
];
const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn text(step: u16) -> String {
    format!("{:02}:{:02}", step / 12, step % 12 * 5)
}

fn conditions() -> impl Strategy<Value = Value> {
    let times = (0_u16..288, 1_u16..288).prop_map(
        |(from, length)| json!([{ "from": text(from), "until": text((from + length).min(288)) }]),
    );
    let weekdays = prop::sample::subsequence(DAYS.to_vec(), 1..5).prop_map(|days| json!(days));
    let dates = (1_u8..28, 0_u8..20).prop_map(|(from, days)| {
        let until = (from + days).min(30);
        json!([{ "from": format!("2026-11-{from:02}"), "until": format!("2026-11-{until:02}") }])
    });
    let lead = prop_oneof![
        (1_u16..400).prop_map(|hours| json!({ "at_least_hours": hours })),
        (1_u16..400).prop_map(|hours| json!({ "less_than_hours": hours })),
    ];
    let one = prop_oneof![
        times.prop_map(|value| ("times", value)),
        weekdays.prop_map(|value| ("weekdays", value)),
        dates.prop_map(|value| ("dates", value)),
        lead.prop_map(|value| ("lead", value)),
        Just(("named_hours", json!("prime_time"))),
        prop::sample::subsequence(vec!["member", "guest", "vip"], 1..3)
            .prop_map(|roles| ("roles", json!(roles))),
        any::<bool>().prop_map(|guest| ("guest_booker", json!(guest))),
    ];
    prop::collection::vec(one, 1..3).prop_map(|all| {
        Value::Object(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    })
}

fn book() -> impl Strategy<Value = PriceBook> {
    let category = (conditions(), 0_i64..10_000, any::<bool>());
    prop::collection::vec(category, 0..6).prop_map(|categories| {
        let mut all: Vec<_> = categories
            .into_iter()
            .enumerate()
            .map(|(place, (when, amount, hourly))| {
                let per = if hourly { "per_hour" } else { "per_booking" };
                let price = json!({ per: { "amount": amount, "currency": "ARS" } });
                json!({ "name": format!("C{place}"), "when": when, "price": price })
            })
            .collect();
        all.push(samples::always("Else", 777));
        let per_guest = json!({ "per_hour": { "amount": 333, "currency": "ARS" } });
        let lights = json!({ "amount": 451, "currency": "ARS" });
        let surcharges = json!({ "lights_per_hour": lights, "per_guest": per_guest });
        PriceBook {
            surcharges: serde_json::from_value::<Surcharges>(surcharges).unwrap(),
            ..samples::book(&json!(all))
        }
    })
}

fn place(zone: &str) -> VenueWithCourts {
    let at = samples::place();
    let zone = Zone::try_from(zone.to_owned()).unwrap();
    let venue = samples::lit(Venue { time_zone: zone, ..at.venue });
    let courts = at.courts.into_iter().map(|court| facilities::Court { lights: true, ..court });
    VenueWithCourts { courts: courts.collect(), venue }
}

/// The category of every minute, by a walk over all of them.
fn slow(book: &PriceBook, occasion: &Occasion<'_>) -> BTreeMap<String, u32> {
    let mut minutes = BTreeMap::new();
    let mut now = occasion.from;
    while now < occasion.until {
        let wall = occasion.venue.time_zone.rules().to_datetime(now);
        let lead = occasion.from.duration_since(occasion.now).as_secs();
        let first = book.categories.all().iter().find(|category| {
            let when = &category.when;
            when.hold_at(occasion.venue, wall)
                && when.hold_of(occasion.court)
                && when.hold_for(occasion.roles)
                && when.hold_before(lead)
        });
        *minutes.entry(first.unwrap().name.to_string()).or_insert(0) += 1;
        now += SignedDuration::from_mins(1);
    }
    minutes
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_price_is_the_sum_of_its_parts_and_the_first_match_wins(
        book in book(),
        zone in prop::sample::select(ZONES.to_vec()),
        step in 0_i64..30 * 288,
        length in 1_i64..60,
        role in prop::sample::select(vec!["member", "guest", "vip"]),
        guests in 0_usize..4,
    ) {
        let at = place(zone);
        let from = "2026-11-01T00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(5 * step);
        let occasion = Occasion {
            venue: &at.venue,
            court: &at.courts[0],
            from,
            until: from + SignedDuration::from_mins(5 * length),
            roles: &[role.parse::<Role>().unwrap()],
            guests,
            now: "2026-10-30T00:00Z".parse().unwrap(),
        };
        let quote = quote(&book, &occasion).unwrap();
        let sum: i64 = quote.lines.iter().map(|line| line.amount.amount).sum();
        prop_assert_eq!(quote.total.amount, sum);
        let courts = quote.lines.iter().filter(|line| line.kind == LineKind::Court);
        let by_category: BTreeMap<_, _> =
            courts.map(|line| (line.category.as_ref().unwrap().to_string(), line.minutes)).collect();
        prop_assert_eq!(i64::from(by_category.values().sum::<u32>()), 5 * length);
        prop_assert_eq!(by_category, slow(&book, &occasion));
        let lights = quote.lines.iter().find(|line| line.kind == LineKind::Lights);
        let dark = dark_minutes(at.venue.location.unwrap(), from, occasion.until);
        prop_assert_eq!(lights.map_or(0, |line| line.minutes), dark);
        let most = Money::MAX_AMOUNT;
        prop_assert!((0..=most).contains(&quote.total.amount));
    }

    /// Without the last category, most books have gaps; those that have none price everything.
    #[test]
    fn a_book_without_gaps_has_a_price_for_whoever_comes(
        book in book(),
        day in 20_i64..60,
        minute in 96_i64..276,
        role in prop::sample::select(vec!["member", "guest", "vip", "coach", "porter"]),
    ) {
        let categories: Vec<_> = book.categories.all().to_vec();
        let fewer = categories[..categories.len() - 1].to_vec();
        prop_assume!(!fewer.is_empty());
        let book = PriceBook { categories: fewer.try_into().unwrap(), ..book };
        let at = place("America/Argentina/Buenos_Aires");
        // Local times of the venue's opening, 08:00 to 23:00.
        let from = "2026-11-01T03:00Z".parse::<Timestamp>().unwrap()
            + SignedDuration::from_mins(day * 1440 + 5 * minute);
        let occasion = Occasion {
            venue: &at.venue, court: &at.courts[0], from, until: from + SignedDuration::from_mins(5),
            roles: &[role.parse::<Role>().unwrap()], guests: 0,
            now: "2026-10-30T00:00Z".parse().unwrap(),
        };
        let quoted = quote(&book, &occasion);
        let covered = coverage(&book, &at);
        prop_assert!(!covered.gaps.is_empty() || quoted.is_ok());
        if let Ok(quote) = quoted {
            let name = quote.lines[0].category.as_ref().unwrap();
            prop_assert!(!covered.dead.contains(name), "{} is first here", name);
        }
    }
}
