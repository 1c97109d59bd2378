//! When a category matches.

use facilities::{Court, Tag, Venue};
use kernel::{
    CourtId, LocalDate, Role, TimeOfDay, Weekday,
    jiff::civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From the first time on the wall clock to the second, which is not part of it. What runs past midnight is two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriceHours)]
pub struct Hours {
    /// The first minute.
    pub from: TimeOfDay,
    /// The first minute after; `24:00` is the end of the day.
    pub until: TimeOfDay,
}

/// From the first day to the last, both part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriceDates)]
pub struct DateRange {
    /// The first day.
    pub from: LocalDate,
    /// The last day.
    pub until: LocalDate,
}

/// How long before its start the booking is made, in hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PriceLead)]
pub struct Lead {
    /// So long or longer: for who books early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least_hours: Option<u16>,
    /// Shorter than this: for who books at the last minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub less_than_hours: Option<u16>,
}

/// What must all hold; an empty list, or what is absent, asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PriceConditions)]
pub struct Conditions {
    /// Within one of these, on the venue's wall clock.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Hours>,
    /// On one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Weekday>,
    /// Within one of these, on the venue's calendar.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<DateRange>,
    /// Within the hours that the venue calls so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_hours: Option<Tag>,
    /// On one of these courts, or in one of the groups below.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub courts: Vec<CourtId>,
    /// On a court of one of these groups, or one of the courts above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Tag>,
    /// So long before its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// For somebody who has one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// For somebody who is a guest of the club and nothing else; `false` is everybody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_booker: Option<bool>,
}

impl Conditions {
    const MAX_RANGES: usize = 24;
    const MAX_COURTS: usize = 99;
    const MAX_NAMES: usize = 20;

    /// Why it can never hold, or is longer than it may be.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Some(Hours { from, until }) =
            self.times.iter().find(|hours| hours.from >= hours.until)
        {
            return Err(format!("{from} to {until} must end after it begins"));
        }
        if let Some(range) = self.dates.iter().find(|range| range.from > range.until) {
            return Err(format!("{} to {} must end after it begins", range.from, range.until));
        }
        if let Some(Lead { at_least_hours: Some(least), less_than_hours: Some(most) }) = self.lead
            && least >= most
        {
            return Err(format!("{least} hours before and less than {most} cannot both hold"));
        }
        let fits = self.times.len() <= Self::MAX_RANGES
            && self.dates.len() <= Self::MAX_RANGES
            && self.weekdays.len() <= 7
            && self.courts.len() <= Self::MAX_COURTS
            && self.groups.len() <= Self::MAX_NAMES
            && self.roles.len() <= Self::MAX_NAMES;
        if fits {
            return Ok(());
        }
        Err(format!(
            "at most {} times or dates, 7 weekdays, {} courts, {} groups or roles",
            Self::MAX_RANGES,
            Self::MAX_COURTS,
            Self::MAX_NAMES
        ))
    }

    /// Whether it matches this court.
    pub fn hold_of(&self, court: &Court) -> bool {
        let any = self.courts.is_empty() && self.groups.is_empty();
        any || self.courts.contains(&court.id)
            || self.groups.iter().any(|group| court.groups.contains(group))
    }

    /// Whether it matches somebody with these roles.
    pub fn hold_for(&self, roles: &[Role]) -> bool {
        let is_guest = roles.iter().all(|role| *role == Role::Guest);
        let has_one = self.roles.is_empty() || self.roles.iter().any(|role| roles.contains(role));
        has_one && self.guest_booker.is_none_or(|guest| guest == is_guest)
    }

    /// Whether it matches a booking made so many seconds before its start.
    pub fn hold_before(&self, seconds: i64) -> bool {
        let of_hours = |hours: u16| i64::from(hours) * 3600;
        self.lead.is_none_or(|lead| {
            lead.at_least_hours.is_none_or(|hours| seconds >= of_hours(hours))
                && lead.less_than_hours.is_none_or(|hours| seconds < of_hours(hours))
        })
    }

    /// Whether it matches what the clock at the venue's wall shows.
    pub fn hold_at(&self, venue: &Venue, wall: DateTime) -> bool {
        let (date, minute) = (wall.date(), minute_of(wall));
        let within =
            |hours: &Hours| (hours.from.minutes()..hours.until.minutes()).contains(&minute);
        (self.times.is_empty() || self.times.iter().any(within))
            && (self.weekdays.is_empty() || self.weekdays.contains(&date.weekday().into()))
            && self.hold_on(date)
            && self.named_hours.as_ref().is_none_or(|name| is_named(venue, name, date, minute))
    }

    /// Whether it matches this day of the calendar, whatever weekday it is.
    fn hold_on(&self, date: Date) -> bool {
        let within = |range: &DateRange| (range.from.get()..=range.until.get()).contains(&date);
        self.dates.is_empty() || self.dates.iter().any(within)
    }
}

/// Whether the venue calls this minute so.
fn is_named(venue: &Venue, name: &Tag, date: Date, minute: u16) -> bool {
    let Some(named) = venue.named(name) else { return false };
    let mut intervals = named.hours.on(date.weekday()).iter();
    intervals
        .any(|interval| (interval.opens.minutes()..interval.closes.minutes()).contains(&minute))
}

fn minute_of(wall: DateTime) -> u16 {
    u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::samples;

    fn conditions(json: Value) -> Conditions {
        let conditions: Conditions = serde_json::from_value(json).unwrap();
        conditions.check().unwrap();
        conditions
    }

    #[test]
    fn times_weekdays_and_dates_are_the_wall_s() {
        let venue = samples::venue();
        let evening = conditions(json!({
            "times": [{ "from": "18:00", "until": "24:00" }], "weekdays": ["friday", "saturday"],
            "dates": [{ "from": "2026-11-20", "until": "2026-11-21" }],
        }));
        let at = |wall: &str| evening.hold_at(&venue, wall.parse().unwrap());
        assert!(at("2026-11-20T18:00") && at("2026-11-21T23:55"));
        assert!(!at("2026-11-20T17:55") && !at("2026-11-22T18:00") && !at("2026-11-27T18:00"));
    }

    #[test]
    fn named_hours_are_the_venue_s() {
        let venue = samples::venue();
        let prime = conditions(json!({ "named_hours": "prime_time" }));
        assert!(prime.hold_at(&venue, "2026-11-20T18:00".parse().unwrap()));
        assert!(!prime.hold_at(&venue, "2026-11-20T22:00".parse().unwrap()));
        let other = conditions(json!({ "named_hours": "siesta" }));
        assert!(!other.hold_at(&venue, "2026-11-20T18:00".parse().unwrap()));
    }

    #[test]
    fn courts_are_named_or_in_a_group() {
        let venue = samples::venue();
        let (mut court, other) = (samples::court(&venue), samples::court(&venue));
        court.groups = vec!["glass".parse().unwrap()];
        assert!(conditions(json!({ "groups": ["glass"] })).hold_of(&court));
        assert!(!conditions(json!({ "groups": ["glass"] })).hold_of(&other));
        let either = conditions(json!({ "groups": ["glass"], "courts": [other.id] }));
        assert!(either.hold_of(&court) && either.hold_of(&other));
    }

    #[test]
    fn a_guest_is_who_is_nothing_else() {
        let guests = conditions(json!({ "guest_booker": true }));
        assert!(guests.hold_for(&[Role::Guest]) && !guests.hold_for(&[Role::Guest, Role::Member]));
        let vip = conditions(json!({ "roles": ["vip"] }));
        assert!(vip.hold_for(&[Role::Member, "vip".parse().unwrap()]));
        assert!(!vip.hold_for(&[Role::Member]));
    }

    #[test]
    fn early_and_last_minute_meet_without_a_gap() {
        let early = conditions(json!({ "lead": { "at_least_hours": 48 } }));
        let late = conditions(json!({ "lead": { "less_than_hours": 48 } }));
        for seconds in [0, 48 * 3600 - 1, 48 * 3600, 90 * 3600] {
            assert_ne!(early.hold_before(seconds), late.hold_before(seconds), "{seconds}");
        }
    }
}
