//! The rules of a booking: a pipeline of named rules, each a pure function of what was read. All are asked, and
//! every reason is told at once: who mends one and meets the next asks for a court ten times.
//!
//! What the venue and the court say themselves is asked of everybody; what the club writes into its rule book, of
//! those whom a line is for. The only rules that end the questions are those without which the others mean
//! nothing: a start in the past, beyond the calendar, or longer than a day.

mod book;
mod counts;
mod needs;
mod person;
mod place;
#[cfg(test)]
mod properties;
mod reason;
#[cfg(test)]
mod tests;
mod times;

use std::collections::BTreeMap;

use facilities::{Court, DAY_MINUTES, Tag, Venue};
use kernel::{
    AccountId, Result, Role,
    jiff::{Timestamp, civil::Date},
};

pub use book::{
    AgeRule, Amount, ConcurrentRule, CountedFor, DurationRule, FirstWeekday, GuestRule, LevelRule,
    NoticeRule, OpeningTime, Period, QuotaRule, RuleBook, Rules, Scope, Whom, WindowOpens,
    WindowRule,
};
pub use needs::Needs;
pub use reason::{Reason, RuleName};

use crate::{
    CourtDays, Diary, Party, Plan, Wish,
    diary::named_minutes,
    local_day::day_of,
    opening::Opening,
    plan::{end, planned},
};
use reason::{Refusal, refused};

/// Everything that decides about a booking.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Where.
    pub venue: &'a Venue,
    /// On which court.
    pub court: &'a Court,
    /// When, and how long.
    pub wish: Wish,
    /// Who plays along.
    pub party: &'a Party,
    /// What the club asks.
    pub rules: &'a Rules,
    /// Whose booking it will be.
    pub person: &'a Person,
    /// The members who play along, where rules ask about them.
    pub players: &'a [Player],
    /// Who has which slots.
    pub days: &'a CourtDays,
    /// What the member has booked.
    pub diary: &'a Diary,
    /// What the others of the family have.
    pub family: &'a [Diary],
    /// When it is asked.
    pub now: Timestamp,
}

/// What rules ask about a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// What they are in the club and at the venue.
    pub roles: Vec<Role>,
    /// How well they play the court's sport, 0 to 700, if anybody knows.
    pub level_hundredths: Option<u16>,
    /// How old they are on the day of the booking, if anybody knows.
    pub age_years: Option<i16>,
    /// Whether the club has suspended them from everything.
    pub is_barred: bool,
}

/// A member who plays along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// Who.
    pub account_id: AccountId,
    /// What rules ask about them.
    pub person: Person,
    /// Until when they book nothing, if they are suspended from booking.
    pub suspended_until: Option<Timestamp>,
}

/// What the rules say.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// The booking as it would be; none where nobody could ever have it.
    pub plan: Option<Plan>,
    /// Everything against it, in the order of the rules.
    pub reasons: Vec<Reason>,
}

impl Ruling {
    /// The same without what these overrides overcome.
    #[must_use]
    pub fn without(mut self, overrides: &[RuleName]) -> Self {
        self.reasons.retain(|reason| !reason.is_overcome_by(overrides));
        self
    }

    /// The plan, and the rules that were overridden for it, each once. Whatever is not named, or cannot be
    /// overridden, refuses: the first reason's code, and all of them under `details.reasons`.
    pub fn allow(self, overrides: &[RuleName]) -> Result<(Plan, Vec<RuleName>)> {
        let (overridden, against): (Vec<_>, Vec<_>) =
            self.reasons.into_iter().partition(|reason| reason.is_overcome_by(overrides));
        match self.plan {
            Some(plan) if against.is_empty() => {
                let mut names: Vec<_> = overridden.iter().map(|reason| reason.rule).collect();
                names.dedup();
                Ok((plan, names))
            }
            _ => Err(refused(&against)),
        }
    }
}

/// A situation, put on the calendar.
struct Case<'a> {
    of: &'a Situation<'a>,
    plan: Plan,
    /// The local day on which it starts.
    date: Date,
    /// Its minutes in the venue's named hours.
    named_minutes: BTreeMap<Tag, u32>,
    opening: Opening<'a>,
    /// Since when it can be booked, where the club says so.
    window_opens: Option<Timestamp>,
}

type Ask = fn(&Case<'_>) -> Vec<Refusal>;

/// The pipeline.
const RULES: [(RuleName, Ask); 17] = [
    (RuleName::Active, |case| place::active(case.of)),
    (RuleName::Duration, place::duration),
    (RuleName::Notice, times::notice),
    (RuleName::Window, times::window),
    (RuleName::Grid, place::grid),
    (RuleName::OpeningHours, place::opening_hours),
    (RuleName::Closed, place::closed),
    (RuleName::Slot, place::slot),
    (RuleName::Capacity, place::capacity),
    (RuleName::Guests, counts::guests),
    (RuleName::Overlap, counts::overlap),
    (RuleName::Quota, counts::quota),
    (RuleName::Concurrent, counts::concurrent),
    (RuleName::Suspension, person::suspension),
    (RuleName::Debts, person::debts),
    (RuleName::Level, person::level),
    (RuleName::Age, person::age),
];

/// Asks every rule. An error is a time that the venue's clock does not show, or a defect.
pub fn ruling(situation: &Situation<'_>) -> Result<Ruling> {
    let zone = situation.venue.time_zone.rules();
    let starts_at = situation.wish.start.resolve(zone)?;
    let unreachable = unreachable(situation, starts_at);
    if !unreachable.is_empty() {
        return Ok(Ruling { plan: None, reasons: unreachable });
    }
    let case = Case::of(situation, starts_at)?;
    let answers = RULES.iter().flat_map(|(rule, ask)| {
        ask(&case).into_iter().map(|refusal| refusal.of(*rule)).collect::<Vec<_>>()
    });
    let reasons = answers.collect();
    Ok(Ruling { plan: Some(case.plan), reasons })
}

/// What makes every other question pointless, with what comes before it; empty where nothing does.
fn unreachable(situation: &Situation<'_>, starts_at: Timestamp) -> Vec<Reason> {
    let minutes = situation.wish.duration_minutes;
    let too_long = minutes == 0 || minutes > DAY_MINUTES;
    let past = times::past(situation, starts_at);
    let far = times::too_far_ahead(situation);
    if !too_long && past.is_none() && far.is_none() {
        return Vec::new();
    }
    let active = place::active(situation).into_iter().map(|no| no.of(RuleName::Active));
    let duration = place::court_duration(situation).map(|no| no.of(RuleName::Duration));
    active
        .chain(duration)
        .chain(past.map(|no| no.of(RuleName::Notice)))
        .chain(far.map(|no| no.of(RuleName::Window)))
        .collect()
}

impl<'a> Case<'a> {
    fn of(situation: &'a Situation<'a>, starts_at: Timestamp) -> Result<Self> {
        let Situation { venue, court, wish, .. } = *situation;
        let ends_at = end(starts_at, wish.duration_minutes)?;
        let date = day_of(venue.time_zone.rules(), starts_at)?;
        Ok(Self {
            of: situation,
            plan: planned(venue, court, (starts_at, ends_at), wish.duration_minutes)?,
            date,
            named_minutes: named_minutes(venue, starts_at, ends_at),
            opening: Opening::from(venue, wish.start.date())?,
            window_opens: times::window_opens(situation, (starts_at, date))?,
        })
    }

    fn rules(&self) -> &'a Rules {
        self.of.rules
    }

    /// Whether a line is for the member, and about this booking.
    fn is_for(&self, whom: &Whom, scope: &Scope) -> bool {
        self.is_about(whom, scope, self.of.person)
    }

    /// Whether a line is for somebody, and about this booking.
    fn is_about(&self, whom: &Whom, scope: &Scope, person: &Person) -> bool {
        whom.has(&person.roles) && fits(scope, &self.of.court.groups, &self.named_minutes)
    }
}

/// Whether a booking on a court of these groups, with these minutes in named hours, is one that the line is about.
fn fits(scope: &Scope, groups: &[Tag], named_minutes: &BTreeMap<Tag, u32>) -> bool {
    let in_group = scope.groups.is_empty() || scope.groups.iter().any(|tag| groups.contains(tag));
    in_group && scope.hours.as_ref().is_none_or(|hours| named_minutes.contains_key(hours))
}
