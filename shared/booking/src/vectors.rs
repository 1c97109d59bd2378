//! The zones' published transitions: every skipped and every repeated time of 38 zones.

use facilities::Zone;
use kernel::jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use serde::Deserialize;

use crate::{LocalStart, first_instant, local_text};

#[derive(Deserialize)]
struct Vectors {
    tzdb: String,
    zones: Vec<ZoneVectors>,
}

#[derive(Deserialize)]
struct ZoneVectors {
    zone: String,
    offset_2026_01_15: i32,
    offset_2026_07_15: i32,
    offset_2026_12_15: i32,
    transitions: Vec<Transition>,
}

#[derive(Deserialize)]
struct Transition {
    utc: Timestamp,
    offset_before: i32,
    offset_after: i32,
    kind: Kind,
    wall_from: DateTime,
    wall_until_exclusive: DateTime,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Gap,
    Fold,
}

#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
fn read() -> Option<Vectors> {
    let Ok(folder) = std::env::var("CLUBPULSE_VECTORS") else {
        eprintln!("NOTHING WAS TESTED: CLUBPULSE_VECTORS names no folder of vectors");
        return None;
    };
    // Tests run in their crate's folder, the variable is given from the workspace's.
    let workspace = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let file = workspace.join(folder).join("timezones/transitions.json");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_json::from_str(&text).unwrap())
}

fn offset(seconds: i32) -> Offset {
    Offset::from_seconds(seconds).unwrap()
}

fn code(zone: &TimeZone, wall: DateTime) -> &'static str {
    let start: LocalStart = wall.strftime("%Y-%m-%dT%H:%M:%S").to_string().parse().unwrap();
    start.resolve(zone).map_or_else(|error| error.code(), |_| "ok")
}

fn check(zone: &TimeZone, change: &Transition) {
    let minute = SignedDuration::from_mins(1);
    let (first, after) = (change.wall_from, change.wall_until_exclusive);
    let last = after.checked_sub(minute).unwrap();
    let inside = [first, first.checked_add(minute).unwrap(), last];
    let outside = [first.checked_sub(minute).unwrap(), after];
    match change.kind {
        Kind::Gap => {
            assert!(inside.iter().all(|wall| code(zone, *wall) == "LOCAL_TIME_DOES_NOT_EXIST"));
            let start: LocalStart = last.to_string().parse().unwrap();
            let error = start.resolve(zone).unwrap_err();
            assert_eq!(error.details().unwrap()["next"], local_text(zone, change.utc));
        }
        Kind::Fold => {
            assert!(inside.iter().all(|wall| code(zone, *wall) == "LOCAL_TIME_AMBIGUOUS"));
            for (seconds, instant) in [
                (change.offset_before, offset(change.offset_before).to_timestamp(first).unwrap()),
                (change.offset_after, change.utc),
            ] {
                let text = instant.display_with_offset(offset(seconds)).to_string();
                let start: LocalStart = text.parse().unwrap();
                assert_eq!(start.resolve(zone).unwrap(), instant, "{text}");
            }
        }
    }
    assert!(outside.iter().all(|wall| code(zone, *wall) == "ok"));
    // The day of the change is longer or shorter by what the clock jumps.
    let date = outside[0].date().min(after.date());
    let span = |date: kernel::jiff::civil::Date| {
        let end = first_instant(zone, date.tomorrow().unwrap()).unwrap();
        end.duration_since(first_instant(zone, date).unwrap()).as_secs()
    };
    let days = [date, date.tomorrow().unwrap()];
    let expected = 2 * 86_400 - i64::from(change.offset_after - change.offset_before);
    assert_eq!(days.map(span).iter().sum::<i64>(), expected, "{date}");
}

#[test]
fn every_published_transition_is_kept() {
    let Some(vectors) = read() else { return };
    let mut transitions = 0;
    for expected in &vectors.zones {
        let zone = Zone::try_from(expected.zone.clone()).unwrap().rules().clone();
        for (date, seconds) in [
            ("2026-01-15T12:00Z", expected.offset_2026_01_15),
            ("2026-07-15T12:00Z", expected.offset_2026_07_15),
            ("2026-12-15T12:00Z", expected.offset_2026_12_15),
        ] {
            assert_eq!(zone.to_offset(date.parse().unwrap()), offset(seconds), "{}", expected.zone);
        }
        for change in &expected.transitions {
            check(&zone, change);
            transitions += 1;
        }
    }
    println!("{transitions} transitions of {} zones of {}", vectors.zones.len(), vectors.tzdb);
    assert!(transitions > 100);
}
