//! Which local times recur: an RRULE of RFC 5545, expanded on the wall clock alone.

use std::{collections::BTreeMap, fmt};

use chrono::{Datelike, TimeZone as _, Timelike};
use kernel::{
    Result,
    jiff::{SignedDuration, civil::DateTime},
};
use rrule::{RRule, Tz, Unvalidated};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{rule_invalid, rule_too_long, rule_unbounded, rule_unsupported};

/// The most occurrences of a series.
pub const OCCURRENCES_LIMIT: u16 = 366;
/// The most days between the first and the last of them.
pub const DAYS_LIMIT: i64 = 400;
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/// Longer than any rule that is taken.
const TEXT_LIMIT: usize = 500;

/// An RRULE that every calendar expands to the same dates. Floating: it knows no zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = RecurrenceRule, value_type = String, example = "FREQ=WEEKLY;COUNT=52")]
pub struct Rule(String);

impl Rule {
    /// `FREQ=WEEKLY;COUNT=10`, with or without `RRULE:` before it.
    ///
    /// `RRULE_INVALID`; `RRULE_UNSUPPORTED` for the parts that calendars read differently; `RRULE_UNBOUNDED`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        if text.len() > TEXT_LIMIT {
            return Err(rule_invalid("it is too long"));
        }
        let parts = Parts::of(text)?;
        parts.check_names()?;
        parts.check_days()?;
        parts.check_positions()?;
        parts.check_end()?;
        let rule = Self(text.to_owned());
        rule.unvalidated()?;
        Ok(rule)
    }

    /// The local times that recur from this one on, itself first.
    ///
    /// `RRULE_UNSUPPORTED` where the start is not one of them: RFC 5545 leaves that undefined.
    /// `RRULE_TOO_LONG` beyond [`OCCURRENCES_LIMIT`] and [`DAYS_LIMIT`].
    pub fn times(&self, start: DateTime) -> Result<Vec<DateTime>> {
        let times = self.expand(start)?;
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return Err(starts_elsewhere());
        };
        let days = SignedDuration::from_hours(24 * DAYS_LIMIT);
        if times.len() > usize::from(OCCURRENCES_LIMIT) || last.duration_since(*first) > days {
            return Err(rule_too_long());
        }
        Ok(times)
    }

    /// Whether it ends on a date, not after a number of times.
    pub fn has_until(&self) -> bool {
        self.parts().any(|(name, _)| name == "UNTIL")
    }

    /// The same with this as its last time.
    #[must_use]
    pub fn until(&self, last: DateTime) -> Self {
        self.ending(format!("UNTIL={}", last.strftime("%Y%m%dT%H%M%S")))
    }

    /// The same so many times.
    #[must_use]
    pub fn counting(&self, times: usize) -> Self {
        self.ending(format!("COUNT={times}"))
    }

    /// The same on weekdays so many days later. Weeks begin so much later, too: every other week stays the same one.
    #[must_use]
    pub fn on_other_days(&self, days: i32) -> Self {
        let later = |day: &str| {
            let place = WEEKDAYS.iter().position(|name| *name == day)?;
            let days = usize::try_from(days.rem_euclid(7)).ok()?;
            WEEKDAYS.get((place + days) % 7).copied()
        };
        let is_weekly = self.parts().any(|(_, value)| value == "WEEKLY");
        let has_days = self.parts().any(|(name, _)| name == "BYDAY");
        if days % 7 == 0 || !has_days {
            return self.clone();
        }
        let part = |(name, value): (&str, &str)| match name {
            "BYDAY" => {
                let days = value.split(',').map(|day| later(day).unwrap_or(day));
                Some(format!("{name}={}", days.collect::<Vec<_>>().join(",")))
            }
            "WKST" => None,
            _ => Some(format!("{name}={value}")),
        };
        let mut parts: Vec<_> = self.parts().filter_map(part).collect();
        let week = self.parts().find(|(name, _)| *name == "WKST").map_or("MO", |(_, day)| day);
        if is_weekly {
            parts.extend(later(week).map(|day| format!("WKST={day}")));
        }
        Self(parts.join(";"))
    }

    fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split(';').filter_map(|part| part.split_once('='))
    }

    fn ending(&self, end: String) -> Self {
        let others = self.parts().filter(|(name, _)| !matches!(*name, "COUNT" | "UNTIL"));
        let others = others.map(|(name, value)| format!("{name}={value}"));
        Self(others.chain([end]).collect::<Vec<_>>().join(";"))
    }

    /// The same without the limit of days, up to one more than the limit of occurrences.
    pub(crate) fn expand(&self, start: DateTime) -> Result<Vec<DateTime>> {
        let first = floating(start).ok_or_else(|| rule_invalid("its start is no calendar date"))?;
        let set = self.unvalidated()?.build(first).map_err(rule_invalid)?;
        let dates = set.all(OCCURRENCES_LIMIT + 1).dates;
        let times: Vec<_> = dates.iter().map(wall).collect::<Option<_>>().unwrap_or_default();
        if times.first() == Some(&start) { Ok(times) } else { Err(starts_elsewhere()) }
    }

    fn unvalidated(&self) -> Result<RRule<Unvalidated>> {
        // To the crate, floating time is UTC; it wants an end that is, too.
        let utc = |part: &str| match part.strip_prefix("UNTIL=") {
            Some(_) => format!("{part}Z"),
            None => part.to_owned(),
        };
        let text: Vec<_> = self.0.split(';').map(utc).collect();
        text.join(";").parse().map_err(rule_invalid)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn starts_elsewhere() -> kernel::Error {
    rule_unsupported("DTSTART", "the first start is not one of the rule's own times")
}

fn floating(time: DateTime) -> Option<chrono::DateTime<Tz>> {
    let unsigned = |number: i8| u32::try_from(number).ok();
    let (month, day) = (unsigned(time.month())?, unsigned(time.day())?);
    let (hour, minute, second) =
        (unsigned(time.hour())?, unsigned(time.minute())?, unsigned(time.second())?);
    Tz::UTC.with_ymd_and_hms(time.year().into(), month, day, hour, minute, second).single()
}

fn wall(time: &chrono::DateTime<Tz>) -> Option<DateTime> {
    let year = i16::try_from(time.year()).ok()?;
    let signed = |number: u32| i8::try_from(number).ok();
    let (month, day) = (signed(time.month())?, signed(time.day())?);
    let (hour, minute, second) =
        (signed(time.hour())?, signed(time.minute())?, signed(time.second())?);
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

/// The parts of a rule, for what must be refused before it is expanded.
struct Parts<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self> {
        let mut parts = BTreeMap::new();
        for part in text.split(';') {
            let (name, value) = part
                .split_once('=')
                .filter(|(name, value)| !name.is_empty() && !value.is_empty())
                .ok_or_else(|| rule_invalid("a part is not of the form NAME=VALUE"))?;
            if parts.insert(name, value).is_some() {
                return Err(rule_invalid(format!("it says {name} twice")));
            }
        }
        Ok(Self(parts))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).copied()
    }

    fn check_names(&self) -> Result<()> {
        for name in self.0.keys().copied() {
            match name {
                "FREQ" | "INTERVAL" | "COUNT" | "UNTIL" | "BYDAY" | "BYMONTHDAY" | "BYMONTH"
                | "BYSETPOS" | "WKST" => {}
                "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                    return Err(rule_unsupported(name, "the time of day is the start's"));
                }
                _ => return Err(rule_unsupported(name, "calendars disagree about it")),
            }
        }
        match self.get("FREQ") {
            Some("DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY") => Ok(()),
            Some("HOURLY" | "MINUTELY" | "SECONDLY") => {
                Err(rule_unsupported("FREQ", "courts are booked by the day at most"))
            }
            _ => Err(rule_invalid("it needs FREQ: DAILY, WEEKLY, MONTHLY or YEARLY")),
        }
    }

    /// RFC 5545 3.3.10: a numbered weekday is of a month or a year, and weeks have no days of the month.
    fn check_days(&self) -> Result<()> {
        let numbered =
            self.get("BYDAY").is_some_and(|days| days.contains(|c: char| c.is_ascii_digit()));
        let by_month = matches!(self.get("FREQ"), Some("MONTHLY" | "YEARLY"));
        if numbered && !by_month {
            return Err(rule_unsupported("BYDAY", "a numbered weekday is of a month or a year"));
        }
        if numbered && self.get("BYMONTHDAY").is_some() {
            return Err(rule_unsupported(
                "BYDAY",
                "numbered weekdays and days of the month do not mix",
            ));
        }
        if self.get("BYMONTHDAY").is_some() && self.get("FREQ") == Some("WEEKLY") {
            return Err(rule_unsupported("BYMONTHDAY", "a week has no days of the month"));
        }
        Ok(())
    }

    /// "The last working day of the month" and its like; every other use is read differently.
    fn check_positions(&self) -> Result<()> {
        let Some(positions) = self.get("BYSETPOS") else { return Ok(()) };
        let days = self.get("BYDAY").unwrap_or_default();
        let plain_days = !days.is_empty() && !days.contains(|c: char| c.is_ascii_digit());
        let others = self.get("BYMONTHDAY").is_some() || self.get("BYMONTH").is_some();
        let is_plain = self.get("FREQ") == Some("MONTHLY") && plain_days && !others;
        if is_plain && !positions.contains(',') {
            return Ok(());
        }
        Err(rule_unsupported(
            "BYSETPOS",
            "it goes with FREQ=MONTHLY, plain weekdays and one position alone",
        ))
    }

    fn check_end(&self) -> Result<()> {
        match (self.get("COUNT"), self.get("UNTIL")) {
            (None, None) => Err(rule_unbounded()),
            (Some(_), Some(_)) => Err(rule_unsupported("UNTIL", "give COUNT or UNTIL, not both")),
            (None, Some(until)) if until.ends_with('Z') => {
                Err(rule_unsupported("UNTIL", "the start is local, so the end is, too: no Z"))
            }
            (None, Some(until)) if until.len() != "20261121T180000".len() => {
                Err(rule_unsupported("UNTIL", "the start has a time, so the end has one, too"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(rule: &str, start: &str) -> Result<Vec<String>> {
        let times = Rule::parse(rule)?.times(start.parse().unwrap())?;
        Ok(times.into_iter().map(|time| time.to_string()).collect())
    }

    #[test]
    fn a_rule_recurs_on_the_wall_clock() {
        assert_eq!(
            times("RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", "2026-11-24T18:00").unwrap(),
            ["2026-11-24T18:00:00", "2026-11-26T18:00:00", "2026-12-01T18:00:00"]
        );
        // The night in which New York has no 02:30.
        assert_eq!(times("FREQ=DAILY;UNTIL=20270315T023000", "2027-03-13T02:30").unwrap().len(), 3);
        assert_eq!(
            times("freq=monthly;byday=mo,tu,we,th,fr;bysetpos=-1;count=2", "2026-11-30T18:00")
                .unwrap(),
            ["2026-11-30T18:00:00", "2026-12-31T18:00:00"]
        );
        assert_eq!(times("FREQ=DAILY;COUNT=366", "2026-11-24T18:00").unwrap().len(), 366);
    }

    #[test]
    fn what_calendars_read_differently_is_refused_by_its_part() {
        for (rule, part) in [
            ("FREQ=HOURLY;COUNT=2", "FREQ"),
            ("FREQ=WEEKLY;COUNT=2;BYHOUR=9", "BYHOUR"),
            ("FREQ=YEARLY;COUNT=2;BYWEEKNO=20", "BYWEEKNO"),
            ("FREQ=YEARLY;COUNT=2;BYYEARDAY=100", "BYYEARDAY"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=1TU", "BYDAY"),
            ("FREQ=WEEKLY;COUNT=2;BYMONTHDAY=24", "BYMONTHDAY"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=TU,TH;BYSETPOS=1", "BYSETPOS"),
            ("FREQ=MONTHLY;COUNT=2;BYDAY=TU,TH;BYSETPOS=1,-1", "BYSETPOS"),
            ("FREQ=WEEKLY;UNTIL=20270101T000000Z", "UNTIL"),
            ("FREQ=WEEKLY;UNTIL=20270101", "UNTIL"),
            ("FREQ=WEEKLY;COUNT=2;UNTIL=20270101T000000", "UNTIL"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=WE", "DTSTART"),
        ] {
            let error = times(rule, "2026-11-24T18:00").unwrap_err();
            assert_eq!(error.code(), "RRULE_UNSUPPORTED", "{rule}");
            assert_eq!(error.details().unwrap()["part"], part, "{rule}");
        }
    }

    #[test]
    fn what_has_no_end_or_no_sense_is_refused() {
        for (rule, code) in [
            ("", "RRULE_INVALID"),
            ("WEEKLY", "RRULE_INVALID"),
            ("FREQ=NEVER;COUNT=1", "RRULE_INVALID"),
            ("FREQ=WEEKLY;COUNT=", "RRULE_INVALID"),
            ("FREQ=WEEKLY;COUNT=1;COUNT=2", "RRULE_INVALID"),
            ("FREQ=WEEKLY;COUNT=-1", "RRULE_INVALID"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=XX", "RRULE_INVALID"),
            ("FREQ=WEEKLY;UNTIL=2027-01-01T0000", "RRULE_INVALID"),
            ("FREQ=WEEKLY", "RRULE_UNBOUNDED"),
            ("FREQ=DAILY;COUNT=367", "RRULE_TOO_LONG"),
            ("FREQ=MONTHLY;COUNT=15", "RRULE_TOO_LONG"),
            ("FREQ=DAILY;UNTIL=99990101T000000", "RRULE_TOO_LONG"),
        ] {
            let error = times(rule, "2026-11-24T18:00").unwrap_err();
            assert_eq!(error.code(), code, "{rule}");
        }
    }
}
