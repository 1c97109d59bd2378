//! Whether everybody who may book anything finds a price, and which categories nobody ever pays.
//!
//! Each condition asks one thing alone: the court, the customer, how early, or the clock. So it is enough to
//! know, for every different answer to each of the four, which categories it leaves; a category matches where
//! all four leave it. Which ones are left is a set of bits, and equal sets need to be looked at once.

use std::collections::HashSet;

use facilities::{Interval, Name, STEP_MINUTES, VenueWithCourts};
use kernel::{
    CourtId, Role, Weekday,
    jiff::{
        SignedDuration, ToSpan,
        civil::{Date, DateTime},
    },
};
use serde::Serialize;

use crate::{Category, PriceBook};

/// How many gaps are told.
const GAPS: usize = 5;
/// A customer of a kind that no category names.
const NOBODY_NAMED: &str = "some_other_role";
const WEEK_DAYS: i32 = 7;

/// Something that could be booked and has no price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// On which court.
    pub court_id: CourtId,
    /// On which weekday.
    pub weekday: Weekday,
    /// When, for example: on the wall clock.
    pub local_time: DateTime,
    /// For whom.
    pub roles: Vec<Role>,
    /// Booked so long before, or a moment longer.
    pub hours_before_start: i64,
}

/// What a price book's categories leave out, and leave over.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// A few examples of what has no price.
    pub gaps: Vec<Gap>,
    /// Categories that are never the first to match.
    pub dead: Vec<Name>,
}

/// Looks at every active court, every hour that the venue opens from the book's start on, every kind of customer.
pub fn coverage(book: &PriceBook, at: &VenueWithCourts) -> Coverage {
    let categories = book.categories.all();
    let courts = different(
        at.active_courts()
            .map(|court| (left(categories, |category| category.when.hold_of(court)), court.id)),
    );
    let times =
        different(moments(book, at).into_iter().map(|wall| {
            (left(categories, |category| category.when.hold_at(&at.venue, wall)), wall)
        }));
    let customers = different(
        customers(categories)
            .into_iter()
            .map(|roles| (left(categories, |category| category.when.hold_for(&roles)), roles)),
    );
    let leads = different(leads(categories).into_iter().map(|hours| {
        (left(categories, |category| category.when.hold_before(hours * 3600)), hours)
    }));
    let places = both(&courts, &times);
    let people = both(&customers, &leads);
    let (mut gaps, mut first) = (Vec::new(), 0_u64);
    for (here, (court_id, wall)) in &places {
        for (who, (roles, hours)) in &people {
            let matching = here & who;
            if matching != 0 {
                first |= matching & matching.wrapping_neg();
            } else if gaps.len() < GAPS {
                gaps.push(Gap {
                    court_id: *court_id,
                    weekday: wall.date().weekday().into(),
                    local_time: *wall,
                    roles: roles.clone(),
                    hours_before_start: *hours,
                });
            }
        }
    }
    let dead = categories.iter().enumerate().filter(|(place, _)| first & (1 << place) == 0);
    Coverage { gaps, dead: dead.map(|(_, category)| category.name.clone()).collect() }
}

/// The categories that an answer leaves, a bit each.
fn left(categories: &[Category], holds: impl Fn(&Category) -> bool) -> u64 {
    let bit = |(place, category)| u64::from(holds(category)) << place;
    categories.iter().enumerate().map(bit).sum()
}

/// One example of each set.
fn different<T>(answers: impl Iterator<Item = (u64, T)>) -> Vec<(u64, T)> {
    let mut seen = HashSet::new();
    answers.filter(|(left, _)| seen.insert(*left)).collect()
}

fn both<A: Clone, B: Clone>(ones: &[(u64, A)], others: &[(u64, B)]) -> Vec<(u64, (A, B))> {
    different(ones.iter().flat_map(|(left, one)| {
        others.iter().map(move |(right, other)| (left & right, (one.clone(), other.clone())))
    }))
}

/// Every five minutes in which the venue is open, of every week that differs from the others by a date range,
/// and of every day with hours of its own.
fn moments(book: &PriceBook, at: &VenueWithCourts) -> Vec<DateTime> {
    let exceptions = at.venue.hours_exceptions.iter().map(|exception| exception.date);
    let mut days: Vec<_> = exceptions.filter(|date| *date >= book.starts_on).collect();
    for first in turns(book) {
        days.extend(first.series(1.day()).take(usize::try_from(WEEK_DAYS).unwrap_or_default()));
    }
    days.sort_unstable();
    days.dedup();
    let mut moments = Vec::new();
    for day in days {
        // A feast day shortens its week, not what its weekday is like in the next.
        let usual = at.venue.opening_hours.on(day.weekday());
        for interval in at.venue.hours_on(day).iter().chain(usual) {
            moments.extend(steps(day, *interval));
        }
    }
    moments
}

/// The days on which a date range begins or has ended, from the book's start on.
fn turns(book: &PriceBook) -> Vec<Date> {
    let ranges = book.categories.all().iter().flat_map(|category| &category.when.dates);
    let ends = ranges.flat_map(|range| {
        [Some(range.from.get()), range.until.get().tomorrow().ok()].into_iter().flatten()
    });
    let mut turns: Vec<_> = ends.filter(|turn| *turn > book.starts_on).collect();
    turns.push(book.starts_on);
    turns
}

fn steps(day: Date, interval: Interval) -> impl Iterator<Item = DateTime> {
    let minutes = interval.opens.minutes()..interval.closes.minutes();
    minutes.step_by(usize::from(STEP_MINUTES)).filter_map(move |minute| {
        day.at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(i64::from(minute))).ok()
    })
}

/// Every role of a club, those that are named, one that is not, and each of them held by a guest, too. Who has
/// more roles matches all that one of them does.
fn customers(categories: &[Category]) -> Vec<Vec<Role>> {
    let named = categories.iter().flat_map(|category| category.when.roles.iter().cloned());
    let roles = Role::OF_CLUBS.into_iter().chain(named).chain(NOBODY_NAMED.parse().ok());
    roles.flat_map(|role| [vec![role.clone()], vec![role, Role::Guest]]).collect()
}

/// An hour in every stretch between the leads that are named: they are whole hours.
fn leads(categories: &[Category]) -> Vec<i64> {
    let named = categories.iter().filter_map(|category| category.when.lead);
    let turns = named.flat_map(|lead| [lead.at_least_hours, lead.less_than_hours]);
    turns.flatten().map(i64::from).chain([0]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::samples::{self, always, category};

    fn of(categories: &Value) -> Coverage {
        coverage(&samples::book(categories), &samples::place())
    }

    #[test]
    fn a_category_without_conditions_covers_everything_and_kills_what_follows() {
        let coverage = of(&json!([always("All", 1), always("Never", 2)]));
        assert!(coverage.gaps.is_empty());
        assert_eq!(coverage.dead.iter().map(Name::as_str).collect::<Vec<_>>(), ["Never"]);
    }

    #[test]
    fn hours_that_are_closed_need_no_price() {
        let open = json!({ "times": [{ "from": "08:00", "until": "23:00" }] });
        assert!(of(&json!([category("Open", &open, 1)])).gaps.is_empty());
        let late = json!({ "times": [{ "from": "08:05", "until": "23:00" }] });
        let gaps = of(&json!([category("Late", &late, 1)])).gaps;
        assert_eq!(gaps[0].local_time.time().to_string(), "08:00:00");
    }

    #[test]
    fn a_gap_names_the_customer_the_lead_and_the_court() {
        let members = json!({ "roles": ["member"] });
        let gaps = of(&json!([category("Members", &members, 1)])).gaps;
        assert!(gaps.iter().all(|gap| !gap.roles.contains(&Role::Member)) && !gaps.is_empty());
        let early = json!({ "lead": { "at_least_hours": 24 } });
        assert_eq!(of(&json!([category("Early", &early, 1)])).gaps[0].hours_before_start, 0);
        let place = samples::place();
        let one = json!({ "courts": [place.courts[0].id] });
        let gaps = coverage(&samples::book(&json!([category("One", &one, 1)])), &place).gaps;
        assert!(gaps.iter().all(|gap| gap.court_id == place.courts[1].id) && !gaps.is_empty());
    }

    #[test]
    fn a_range_of_dates_leaves_a_gap_before_and_after_it() {
        let summer = json!({ "dates": [{ "from": "2027-01-01", "until": "2027-02-28" }] });
        let gaps = of(&json!([category("Summer", &summer, 1)])).gaps;
        assert_eq!(gaps[0].local_time.date().to_string(), "2026-11-20");
        let open = json!({ "dates": [{ "from": "2026-11-20", "until": "2027-02-28" }] });
        let gaps = of(&json!([category("Until", &open, 1)])).gaps;
        assert_eq!(gaps[0].local_time.date().to_string(), "2027-03-01");
    }

    #[test]
    fn weekends_and_workdays_make_a_week() {
        let weekend = json!({ "weekdays": ["saturday", "sunday"] });
        let work = json!({ "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"] });
        let both = json!([category("Weekend", &weekend, 2), category("Work", &work, 1)]);
        let coverage = of(&both);
        assert!(coverage.gaps.is_empty() && coverage.dead.is_empty());
        let gaps = of(&json!([category("Work", &work, 1)])).gaps;
        assert_eq!(gaps[0].weekday, Weekday::Saturday);
    }
}
