//! When a venue is open: per weekday a list of intervals on its own clock.

use kernel::{
    DAY_MINUTES, STEP_MINUTES, TimeOfDay,
    jiff::civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;

/// Open from the first time to the second, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenInterval)]
pub struct Interval {
    /// First minute open.
    pub opens: TimeOfDay,
    /// First minute closed; `24:00` is the end of the day.
    pub closes: TimeOfDay,
}

/// The open intervals of each weekday, in order, none overlapping. A weekday left out is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Week", into = "Week")]
#[schema(as = OpeningHours, value_type = Week)]
pub struct OpeningHours(Week);

impl OpeningHours {
    /// The most intervals of one weekday.
    pub const MAX_INTERVALS: usize = 8;

    /// The intervals of a weekday.
    pub fn on(&self, weekday: Weekday) -> &[Interval] {
        match weekday {
            Weekday::Monday => &self.0.monday,
            Weekday::Tuesday => &self.0.tuesday,
            Weekday::Wednesday => &self.0.wednesday,
            Weekday::Thursday => &self.0.thursday,
            Weekday::Friday => &self.0.friday,
            Weekday::Saturday => &self.0.saturday,
            Weekday::Sunday => &self.0.sunday,
        }
    }
}

/// A day that has hours of its own: a feast day, a late evening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "ExceptionalDay", into = "ExceptionalDay")]
pub struct HoursException {
    /// On the venue's calendar.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// When it is open instead, in order, none overlapping; closed all day if empty.
    pub open: Vec<Interval>,
    /// Why, for people.
    pub reason: Option<Name>,
}

impl HoursException {
    /// The most of a venue.
    pub const MAX: usize = 120;
}

/// An exception as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionalDay {
    date: Date,
    #[serde(default)]
    open: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Name>,
}

impl TryFrom<ExceptionalDay> for HoursException {
    type Error = String;

    fn try_from(ExceptionalDay { date, open, reason }: ExceptionalDay) -> Result<Self, String> {
        check(&open).map_err(|problem| format!("{date}: {problem}"))?;
        Ok(Self { date, open, reason })
    }
}

impl From<HoursException> for ExceptionalDay {
    fn from(HoursException { date, open, reason }: HoursException) -> Self {
        Self { date, open, reason }
    }
}

/// Seven weekdays as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = WeeklyHours)]
#[expect(missing_docs, reason = "the weekdays need no explanation")]
pub struct Week {
    pub monday: Vec<Interval>,
    pub tuesday: Vec<Interval>,
    pub wednesday: Vec<Interval>,
    pub thursday: Vec<Interval>,
    pub friday: Vec<Interval>,
    pub saturday: Vec<Interval>,
    pub sunday: Vec<Interval>,
}

impl TryFrom<Week> for OpeningHours {
    type Error = String;

    fn try_from(week: Week) -> Result<Self, String> {
        let days = [
            ("monday", &week.monday),
            ("tuesday", &week.tuesday),
            ("wednesday", &week.wednesday),
            ("thursday", &week.thursday),
            ("friday", &week.friday),
            ("saturday", &week.saturday),
            ("sunday", &week.sunday),
        ];
        for (day, intervals) in days {
            check(intervals).map_err(|problem| format!("{day}: {problem}"))?;
        }
        Ok(Self(week))
    }
}

impl From<OpeningHours> for Week {
    fn from(hours: OpeningHours) -> Self {
        hours.0
    }
}

fn check(intervals: &[Interval]) -> Result<(), String> {
    if intervals.len() > OpeningHours::MAX_INTERVALS {
        return Err(format!("at most {} intervals", OpeningHours::MAX_INTERVALS));
    }
    if let Some(Interval { opens, closes }) = intervals.iter().find(|one| one.opens >= one.closes) {
        return Err(format!("{opens} to {closes} must close after it opens"));
    }
    match intervals.windows(2).find(|pair| pair[1].opens < pair[0].closes) {
        Some(pair) => Err(format!(
            "the interval that opens at {} must follow the one that closes at {}, without overlap",
            pair[1].opens, pair[0].closes
        )),
        None => Ok(()),
    }
}

/// Bookings start every so many minutes from each opening: a multiple of 5, at most a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(value_type = u16, minimum = 5, maximum = 1440, multiple_of = 5)]
pub struct StartEvery(u16);

impl StartEvery {
    /// Minutes between starts.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for StartEvery {
    type Error = &'static str;

    fn try_from(minutes: u16) -> Result<Self, Self::Error> {
        let fits =
            (STEP_MINUTES..=DAY_MINUTES).contains(&minutes) && minutes.is_multiple_of(STEP_MINUTES);
        fits.then_some(Self(minutes)).ok_or("must be a multiple of 5 from 5 to 1440")
    }
}

impl From<StartEvery> for u16 {
    fn from(every: StartEvery) -> Self {
        every.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(json: &str) -> Result<OpeningHours, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_day_is_a_list_of_intervals_in_order() {
        let hours = hours(
            r#"{"monday": [{"opens": "08:00", "closes": "12:00"}, {"opens": "12:00", "closes": "24:00"}]}"#,
        )
        .unwrap();
        assert_eq!(hours.on(Weekday::Monday).len(), 2);
        assert_eq!(hours.on(Weekday::Monday)[1].closes, TimeOfDay::MIDNIGHT);
        assert!(hours.on(Weekday::Sunday).is_empty());
        let again: OpeningHours =
            serde_json::from_str(&serde_json::to_string(&hours).unwrap()).unwrap();
        assert_eq!(again, hours);
    }

    #[test]
    fn overlaps_disorder_and_nonsense_are_refused_with_the_day() {
        let monday = |intervals: &str| hours(&format!(r#"{{"monday": [{intervals}]}}"#));
        let interval =
            |opens: &str, closes: &str| format!(r#"{{"opens": "{opens}", "closes": "{closes}"}}"#);
        let overlap = format!("{}, {}", interval("08:00", "12:00"), interval("11:55", "13:00"));
        let disorder = format!("{}, {}", interval("14:00", "15:00"), interval("08:00", "09:00"));
        for wrong in [overlap, disorder, interval("23:00", "08:00"), interval("08:00", "08:00")] {
            assert!(monday(&wrong).unwrap_err().starts_with("monday: "), "{wrong}");
        }
        for (opens, closes) in [
            ("8:00", "9:00"),
            ("08:03", "09:00"),
            ("08:00", "24:05"),
            ("08:60", "10:00"),
            ("", "x"),
        ] {
            assert!(monday(&interval(opens, closes)).is_err(), "{opens} {closes}");
        }
        assert!(hours(r#"{"funday": []}"#).is_err());
        assert!(hours(r#"{"monday": [{"opens": "08:00", "closes": "09:00", "x": 1}]}"#).is_err());
    }

    #[test]
    fn starts_come_every_multiple_of_five_minutes() {
        assert!(StartEvery::try_from(90).is_ok());
        for wrong in [0, 4, 7, 1445] {
            assert!(StartEvery::try_from(wrong).is_err(), "{wrong}");
        }
    }
}
