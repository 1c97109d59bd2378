//! python-dateutil's own cases: each expands to the same list, or is of a kind that is refused by name.

use std::collections::BTreeMap;

use kernel::jiff::civil::DateTime;
use serde::Deserialize;

use crate::Rule;

#[derive(Deserialize)]
struct Vectors {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    dtstart: DateTime,
    rrule: String,
    expected: Vec<DateTime>,
    expected_includes_dtstart: bool,
}

#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
fn read() -> Option<Vectors> {
    let Ok(folder) = std::env::var("CLUBPULSE_VECTORS") else {
        eprintln!("NOTHING WAS TESTED: CLUBPULSE_VECTORS names no folder of vectors");
        return None;
    };
    // Tests run in their crate's folder, the variable is given from the workspace's.
    let workspace = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let file = workspace.join(folder).join("rrule/dateutil_cases.json");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_json::from_str(&text).unwrap())
}

impl Row {
    /// The parts of which one is refused, by what the row says; none where it must expand.
    fn refused_parts(&self) -> Vec<&str> {
        let parts: BTreeMap<_, _> =
            self.rrule.split(';').map(|part| part.split_once('=').unwrap()).collect();
        let mut refused: Vec<_> =
            ["BYWEEKNO", "BYYEARDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER"]
                .into_iter()
                .filter(|name| parts.contains_key(name))
                .collect();
        let freq = parts["FREQ"];
        if ["HOURLY", "MINUTELY", "SECONDLY"].contains(&freq) {
            refused.push("FREQ");
        }
        let has_number = |text: &&str| text.contains(|c: char| c.is_ascii_digit());
        let numbered = parts.get("BYDAY").is_some_and(has_number);
        if numbered && (!["MONTHLY", "YEARLY"].contains(&freq) || parts.contains_key("BYMONTHDAY"))
        {
            refused.push("BYDAY");
        }
        if freq == "WEEKLY" && parts.contains_key("BYMONTHDAY") {
            refused.push("BYMONTHDAY");
        }
        if let Some(positions) = parts.get("BYSETPOS") {
            let plain = freq == "MONTHLY" && parts.contains_key("BYDAY") && !numbered;
            let alone = !parts.contains_key("BYMONTHDAY") && !parts.contains_key("BYMONTH");
            if !(plain && alone && !positions.contains(',')) {
                refused.push("BYSETPOS");
            }
        }
        refused
    }
}

#[test]
fn every_case_of_dateutil_is_expanded_alike_or_refused_by_name() {
    let Some(vectors) = read() else { return };
    let (mut expanded, mut restarted, mut refused) = (0, 0, BTreeMap::<String, u32>::new());
    for row in &vectors.rows {
        let parts = row.refused_parts();
        let times = Rule::parse(&row.rrule).and_then(|rule| rule.expand(row.dtstart));
        let error = match times {
            Ok(times) => {
                assert!(parts.is_empty() && row.expected_includes_dtstart, "{}", row.id);
                assert_eq!(times, row.expected, "{}", row.id);
                expanded += 1;
                continue;
            }
            Err(error) => error,
        };
        if error.code() == "RRULE_INVALID" {
            assert!(row.expected.is_empty() && row.rrule.contains("UNTIL"), "{}: {error}", row.id);
            *refused.entry("UNTIL before DTSTART".to_owned()).or_default() += 1;
            continue;
        }
        assert_eq!(error.code(), "RRULE_UNSUPPORTED", "{}: {error}", row.id);
        let part = error.details().unwrap()["part"].as_str().unwrap().to_owned();
        if part == "DTSTART" {
            assert!(parts.is_empty() && !row.expected_includes_dtstart, "{}", row.id);
            *refused.entry(part).or_default() += 1;
            let Some(first) = row.expected.first() else { continue };
            // With a start that is one of its own, the same rule goes on as dateutil's does.
            let times = Rule::parse(&row.rrule).unwrap().expand(*first).unwrap();
            assert_eq!(times, row.expected, "{}", row.id);
            restarted += 1;
        } else {
            assert!(parts.contains(&part.as_str()), "{}: {part} of {parts:?}", row.id);
            *refused.entry(part).or_default() += 1;
        }
    }
    let all: u32 = refused.values().sum();
    println!("{expanded} expanded, {restarted} from their first date, {all} refused: {refused:?}");
    assert_eq!(expanded + usize::try_from(all).unwrap(), vectors.rows.len());
    assert!(expanded >= 27 && restarted >= 20);
}
