//! What the dates of a series are booked with: its rule, and whatever else a change of the series changes.

use booking::{ExtraWishes, Party};
use kernel::{
    CourtId, Error, Result,
    jiff::{
        Span,
        civil::{DateTime, Time},
    },
};
use serde::{Deserialize, Serialize};

use crate::{Rule, error::cannot_shift, error::exdate_unknown};

/// What every date is booked with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Which local times recur.
    pub rule: Rule,
    /// The first of them.
    pub starts_at: DateTime,
    /// So many days later than its name each date is: names stay when a series is shifted.
    #[serde(default)]
    pub shift_days: i32,
    /// How long each lasts.
    pub duration_minutes: u16,
    /// On which court.
    pub court_id: CourtId,
    /// Those that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exdates: Vec<DateTime>,
    /// Who plays along.
    #[serde(default, skip_serializing_if = "Party::is_alone")]
    pub party: Party,
    /// What each has beside the court.
    #[serde(default, skip_serializing_if = "ExtraWishes::is_empty")]
    pub extras: ExtraWishes,
}

impl Terms {
    /// Every local time of it, those that are left out included: the errors of [`Rule::times`], and `EXDATE_UNKNOWN`.
    pub fn times(&self) -> Result<Vec<DateTime>> {
        let times = self.rule.times(self.starts_at)?;
        match self.exdates.iter().find(|date| !times.contains(date)) {
            Some(unknown) => Err(exdate_unknown(unknown)),
            None => Ok(times),
        }
    }

    /// The local time at which the date of this name is by now.
    pub fn planned(&self, recurrence_id: DateTime) -> Result<DateTime> {
        shift(recurrence_id, self.shift_days, self.starts_at.time())
    }

    /// The same so many days later, at this time of day: `SERIES_CANNOT_SHIFT` where no rule says so.
    pub fn shifted(&self, days: i32, time: Time) -> Result<Self> {
        let moved = |date: &DateTime| shift(*date, days, time);
        let times: Vec<_> = self.times()?.iter().map(moved).collect::<Result<_>>()?;
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return Err(cannot_shift());
        };
        let rule = self.rule.on_other_days(days);
        let rule = if rule.has_until() { rule.until(*last) } else { rule };
        if rule.times(*first).ok().as_deref() != Some(&times) {
            return Err(cannot_shift());
        }
        let exdates = self.exdates.iter().map(moved).collect::<Result<_>>()?;
        let shift_days = self.shift_days + days;
        Ok(Self { rule, starts_at: *first, shift_days, exdates, ..self.clone() })
    }

    /// What comes before this local time, and what comes from it on: RFC 5545 has no other way to change the rest of
    /// a series. None where one of the two would be empty.
    pub fn split(&self, at: DateTime) -> Result<Option<(Self, Self)>> {
        let times = self.times()?;
        let (before, rest) = times.split_at(times.partition_point(|time| *time < at));
        let (Some(last), Some(first)) = (before.last(), rest.first()) else { return Ok(None) };
        let mut old = self.exdates.clone();
        let new = old.extract_if(.., |date| *date >= *first).collect();
        let head = Self { rule: self.rule.until(*last), exdates: old, ..self.clone() };
        let rule =
            if self.rule.has_until() { self.rule.clone() } else { self.rule.counting(rest.len()) };
        let tail = Self { rule, starts_at: *first, exdates: new, ..self.clone() };
        if head.times()? != before || tail.times()? != rest {
            return Err(Error::internal("the parts of a rule are not the rule"));
        }
        Ok(Some((head, tail)))
    }
}

fn shift(date: DateTime, days: i32, time: Time) -> Result<DateTime> {
    let days = Span::new().try_days(days).map_err(|_| cannot_shift())?;
    let day = date.date().checked_add(days).map_err(|_| cannot_shift())?;
    Ok(day.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(rule: &str, start: &str) -> Terms {
        Terms {
            rule: Rule::parse(rule).unwrap(),
            starts_at: start.parse().unwrap(),
            shift_days: 0,
            duration_minutes: 60,
            court_id: CourtId::new(),
            exdates: Vec::new(),
            party: Party::default(),
            extras: ExtraWishes::default(),
        }
    }

    fn at(time: &str) -> Time {
        time.parse().unwrap()
    }

    #[test]
    fn a_shifted_rule_has_the_shifted_dates() {
        for (rule, days, time, expected) in [
            ("FREQ=WEEKLY;COUNT=4", 1, "19:00", "FREQ=WEEKLY;COUNT=4"),
            (
                "FREQ=WEEKLY;BYDAY=TU,SU;COUNT=9",
                1,
                "18:00",
                "FREQ=WEEKLY;BYDAY=WE,MO;COUNT=9;WKST=TU",
            ),
            // Every other week: the week begins a day later, too, or the Monday would be in the wrong one.
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=9",
                -1,
                "18:00",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA;COUNT=9;WKST=SU",
            ),
            ("FREQ=DAILY;UNTIL=20261130T200000", 2, "07:30", "FREQ=DAILY;UNTIL=20261202T073000"),
            ("FREQ=MONTHLY;COUNT=5", 0, "20:00", "FREQ=MONTHLY;COUNT=5"),
            ("FREQ=MONTHLY;BYDAY=4TU;COUNT=5", 0, "20:00", "FREQ=MONTHLY;BYDAY=4TU;COUNT=5"),
        ] {
            let shifted = terms(rule, "2026-11-24T18:00").shifted(days, at(time)).unwrap();
            assert_eq!(shifted.rule.to_string(), expected);
            let first = terms(rule, "2026-11-24T18:00").times().unwrap()[1];
            assert_eq!(shifted.planned(first).unwrap(), shifted.times().unwrap()[1], "{rule}");
        }
        for rule in ["FREQ=MONTHLY;BYDAY=4TU;COUNT=5", "FREQ=MONTHLY;BYMONTHDAY=24;COUNT=5"] {
            let refused = terms(rule, "2026-11-24T18:00").shifted(1, at("18:00")).unwrap_err();
            assert_eq!(refused.code(), "SERIES_CANNOT_SHIFT", "{rule}");
        }
    }

    #[test]
    fn a_series_ends_where_the_other_begins() {
        let mut weekly = terms("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=9", "2026-11-24T18:00");
        weekly.exdates =
            ["2026-11-26T18:00", "2026-12-10T18:00"].map(|it| it.parse().unwrap()).into();
        let (head, tail) = weekly.split("2026-12-03T18:00".parse().unwrap()).unwrap().unwrap();
        assert_eq!(head.rule.to_string(), "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261201T180000");
        assert_eq!(tail.rule.to_string(), "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=6");
        assert_eq!((head.exdates.len(), tail.exdates.len()), (1, 1));
        assert!(weekly.split(weekly.starts_at).unwrap().is_none());
        assert!(weekly.split("2027-12-03T18:00".parse().unwrap()).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn no_date_is_lost_or_made_by_a_split_and_a_shift(
            interval in 1_u8..4, count in 2_u16..40, at in 1_usize..39, days in -6_i32..=6,
            by in prop::sample::subsequence(vec!["MO", "WE", "FR", "SU"], 0..4),
        ) {
            let by = if by.is_empty() { String::new() } else { format!(";BYDAY=TU,{}", by.join(",")) };
            let rule = format!("FREQ=WEEKLY;INTERVAL={interval}{by};COUNT={count}");
            let all = terms(&rule, "2026-11-24T18:00");
            let Ok(times) = all.times() else { return Ok(()) };
            prop_assume!(at < times.len());
            let (head, tail) = all.split(times[at]).unwrap().unwrap();
            let both: Vec<_> = head.times().unwrap().into_iter().chain(tail.times().unwrap()).collect();
            prop_assert_eq!(&both, &times);
            let shifted = tail.shifted(days, "07:30".parse().unwrap()).unwrap();
            let planned: Vec<_> = times[at..].iter().map(|one| shifted.planned(*one).unwrap()).collect();
            prop_assert_eq!(shifted.times().unwrap(), planned);
        }
    }
}
