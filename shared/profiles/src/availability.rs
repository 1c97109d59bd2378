//! When somebody can play: a weekly plan on their own clock, and days on which something else holds.

use std::collections::BTreeSet;

use kernel::{Error, LocalDate, Result, TimeOfDay, Violation, jiff::civil::Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most spans of one day.
const SPANS_LIMIT: usize = 8;
/// Most exceptions of one person.
const EXCEPTIONS_LIMIT: usize = 100;

/// From the first time to the second, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AvailableSpan)]
pub struct Span {
    /// First minute.
    pub from: TimeOfDay,
    /// First minute after; `24:00` is the end of the day.
    pub to: TimeOfDay,
}

/// The spans of each weekday, in order, none overlapping. A weekday left out has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the weekdays need no explanation")]
pub struct WeeklyPlan {
    pub monday: Vec<Span>,
    pub tuesday: Vec<Span>,
    pub wednesday: Vec<Span>,
    pub thursday: Vec<Span>,
    pub friday: Vec<Span>,
    pub saturday: Vec<Span>,
    pub sunday: Vec<Span>,
}

impl WeeklyPlan {
    fn days(&self) -> [(&'static str, &[Span]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    fn on(&self, weekday: Weekday) -> &[Span] {
        let index = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default();
        self.days()[index].1
    }
}

/// A day on which the weekly plan does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AvailabilityException)]
pub struct DayException {
    /// The day.
    pub date: LocalDate,
    /// What holds instead; nothing, if they cannot play at all.
    pub spans: Vec<Span>,
}

/// When somebody can play.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// In an ordinary week.
    pub weekly: WeeklyPlan,
    /// On single days, first day first.
    pub exceptions: Vec<DayException>,
    /// Grows with every change; 0 of somebody who never said.
    pub version: u64,
}

impl Availability {
    /// The plan after this one. Exceptions of days that are over are left out. `invalid`,
    /// `VALIDATION_FAILED`, with all that is wrong.
    pub fn replaced_by(
        &self,
        weekly: WeeklyPlan,
        exceptions: Vec<DayException>,
        today: LocalDate,
    ) -> Result<Self> {
        let mut wrong = Vec::new();
        for (day, spans) in weekly.days() {
            check(&format!("weekly.{day}"), spans, &mut wrong);
        }
        if exceptions.len() > EXCEPTIONS_LIMIT {
            let message = format!("at most {EXCEPTIONS_LIMIT} exceptions");
            wrong.push(Violation { path: "exceptions".to_owned(), message });
        }
        let mut days = BTreeSet::new();
        for (index, exception) in exceptions.iter().enumerate() {
            check(&format!("exceptions[{index}].spans"), &exception.spans, &mut wrong);
            if !days.insert(exception.date) {
                let path = format!("exceptions[{index}].date");
                let message = "is another exception's day already".to_owned();
                wrong.push(Violation { path, message });
            }
        }
        if !wrong.is_empty() {
            return Err(Error::violations(&wrong));
        }
        let mut exceptions = exceptions;
        exceptions.retain(|exception| exception.date >= today);
        exceptions.sort_by_key(|exception| exception.date);
        Ok(Self { weekly, exceptions, version: self.version + 1 })
    }
}

/// When they can play on this day: an exception wins over the week.
pub fn available(plan: &Availability, date: LocalDate) -> &[Span] {
    let exception = plan.exceptions.iter().find(|exception| exception.date == date);
    exception.map_or_else(|| plan.weekly.on(date.get().weekday()), |exception| &exception.spans)
}

fn check(path: &str, spans: &[Span], wrong: &mut Vec<Violation>) {
    let mut tell = |path: String, message: String| wrong.push(Violation { path, message });
    if spans.len() > SPANS_LIMIT {
        tell(path.to_owned(), format!("at most {SPANS_LIMIT} spans a day"));
    }
    for (index, span) in spans.iter().enumerate() {
        let at = format!("{path}[{index}]");
        if span.from >= span.to {
            tell(at, format!("{} to {} must end after it begins", span.from, span.to));
        } else if index > 0 && span.from < spans[index - 1].to {
            tell(at, format!("must follow the one that ends at {}", spans[index - 1].to));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().unwrap()
    }

    fn replaced(weekly: Value, exceptions: Value) -> Result<Availability> {
        let weekly = serde_json::from_value(weekly).unwrap();
        let exceptions = serde_json::from_value(exceptions).unwrap();
        Availability::default().replaced_by(weekly, exceptions, day("2026-11-20"))
    }

    #[test]
    fn exceptions_win_over_the_week() {
        let morning = json!([{ "from": "08:00", "to": "12:00" }]);
        let evening = json!([{ "from": "20:00", "to": "24:00" }]);
        let plan = replaced(
            json!({ "friday": morning, "sunday": evening }),
            json!([
                { "date": "2026-11-29", "spans": [] },
                { "date": "2026-11-27", "spans": evening },
                { "date": "2026-11-19", "spans": evening },
            ]),
        )
        .unwrap();
        let on = |date: &str| serde_json::to_value(available(&plan, day(date))).unwrap();
        assert_eq!(on("2026-11-20"), morning);
        assert_eq!(on("2026-11-27"), evening);
        assert_eq!(on("2026-11-22"), evening);
        assert_eq!(on("2026-11-29"), json!([]));
        assert_eq!(on("2026-11-21"), json!([]));
        let days: Vec<_> = plan.exceptions.iter().map(|it| it.date.to_string()).collect();
        assert_eq!(days, ["2026-11-27", "2026-11-29"], "in order, and none that is over");
        assert_eq!(plan.version, 1);
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_path() {
        let spans = |times: &[(&str, &str)]| {
            let spans = times.iter().map(|(from, to)| json!({ "from": from, "to": to }));
            Value::Array(spans.collect())
        };
        let many: Vec<_> = (0..9).map(|_| ("00:00", "00:05")).collect();
        let error = replaced(
            json!({
                "monday": spans(&[("12:00", "12:00"), ("08:00", "09:00")]),
                "sunday": spans(&[("08:00", "10:00"), ("09:55", "11:00")]),
            }),
            json!([
                { "date": "2026-12-01", "spans": spans(&[("09:00", "08:00")]) },
                { "date": "2026-12-01", "spans": [] },
            ]),
        )
        .unwrap_err();
        let violations = error.details().unwrap()["violations"].as_array().unwrap();
        let paths: Vec<_> = violations.iter().map(|it| it["path"].as_str().unwrap()).collect();
        assert_eq!(
            paths,
            [
                "weekly.monday[0]",
                "weekly.monday[1]",
                "weekly.sunday[1]",
                "exceptions[0].spans[0]",
                "exceptions[1].date",
            ]
        );
        let error = replaced(json!({ "tuesday": spans(&many) }), json!([])).unwrap_err();
        assert_eq!(error.details().unwrap()["violations"][0]["path"], "weekly.tuesday");
        let first = day("2027-01-01").get();
        let many: Vec<_> = (0..101_i64)
            .map(|n| json!({ "date": (first + kernel::jiff::Span::new().days(n)).to_string(), "spans": [] }))
            .collect();
        let error = replaced(json!({}), json!(many)).unwrap_err();
        assert_eq!(error.details().unwrap()["violations"][0]["path"], "exceptions");
    }
}
