//! What a rule book must know beside the member's own diary, and whether it can be kept.

use facilities::Venue;
use kernel::{Error, Result, Sport, Violation};

use super::{
    RuleBook,
    book::{CountedFor, Rules, Scope, WindowOpens},
};

/// The most lines of any list of rules.
const MOST_LINES: usize = 30;
const MOST_NOTICE_MINUTES: u32 = 30 * 24 * 60;
const MOST_DAYS_AHEAD: u16 = 365;
const HIGHEST_LEVEL_HUNDREDTHS: u16 = 700;

/// What is read for a rule book, so that clubs pay for the rules that they have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The diaries of the family.
    pub family: bool,
    /// When the member was born.
    pub birth_date: bool,
    /// How well they play these, each once.
    pub levels: Vec<Sport>,
    /// The same of members who play along, and whether they are suspended.
    pub participants: bool,
}

impl Needs {
    /// Whether what was read for these is enough for the others.
    pub fn cover(&self, others: &Self) -> bool {
        (self.family || !others.family)
            && (self.birth_date || !others.birth_date)
            && (self.participants || !others.participants)
            && others.levels.iter().all(|sport| self.levels.contains(sport))
    }
}

impl RuleBook {
    /// What must be known to decide by it.
    pub fn needs(&self) -> Needs {
        let Rules { quotas, concurrent, ages, levels, .. } = &self.rules;
        let mut sports: Vec<_> = levels.iter().map(|rule| rule.sport).collect();
        sports.sort_unstable();
        sports.dedup();
        let mut counted =
            quotas.iter().map(|one| one.of).chain(concurrent.iter().map(|one| one.of));
        Needs {
            family: counted.any(|of| of == CountedFor::Family),
            birth_date: !ages.is_empty(),
            levels: sports,
            participants: self.rules.participants_must_fit,
        }
    }
}

impl Rules {
    /// Refuses rules that no venue of this kind can keep: `VALIDATION_FAILED` with each place.
    pub fn check(&self, venue: &Venue) -> Result<()> {
        let mut wrong = Vec::new();
        let mut ask = |path: String, fits: bool, message: &str| {
            if !fits {
                wrong.push(Violation { path, message: message.to_owned() });
            }
        };
        for (list, lines) in self.lengths() {
            ask(list.to_owned(), lines <= MOST_LINES, "must have at most 30 lines");
        }
        for (path, scope) in self.scopes() {
            let known = scope.hours.as_ref().is_none_or(|hours| venue.named(hours).is_some());
            ask(format!("{path}.scope.hours"), known, "must be named hours of the venue");
        }
        for (place, rule) in self.notice.iter().enumerate() {
            let fits = rule.minutes <= MOST_NOTICE_MINUTES;
            ask(format!("notice[{place}].minutes"), fits, "must be 0 to 43200");
        }
        for (place, rule) in self.windows.iter().enumerate() {
            let fits = match rule.opens {
                WindowOpens::DaysAhead { days, .. } => days <= MOST_DAYS_AHEAD,
                WindowOpens::HoursAhead { hours } => hours <= MOST_DAYS_AHEAD * 24,
            };
            ask(format!("windows[{place}].opens"), fits, "must be at most a year");
        }
        for (path, least, most) in self.ranges() {
            let fits = least.zip(most).is_none_or(|(least, most)| least <= most);
            ask(path.clone(), fits, "the least must not be more than the most");
            ask(path, least.or(most).is_some(), "must have a least or a most");
        }
        for (place, rule) in self.levels.iter().enumerate() {
            let most = rule.min_hundredths.max(rule.max_hundredths).unwrap_or_default();
            let fits = most <= HIGHEST_LEVEL_HUNDREDTHS;
            ask(format!("levels[{place}]"), fits, "levels are 0 to 700 hundredths");
        }
        for (place, rule) in self.quotas.iter().enumerate() {
            let once = self.quotas.iter().filter(|other| other.name == rule.name).count() == 1;
            ask(format!("quotas[{place}].name"), once, "must be another quota's name");
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violations(&wrong)) }
    }

    fn lengths(&self) -> [(&'static str, usize); 8] {
        [
            ("notice", self.notice.len()),
            ("windows", self.windows.len()),
            ("durations", self.durations.len()),
            ("quotas", self.quotas.len()),
            ("concurrent", self.concurrent.len()),
            ("guests", self.guests.len()),
            ("levels", self.levels.len()),
            ("ages", self.ages.len()),
        ]
    }

    fn scopes(&self) -> Vec<(String, &Scope)> {
        fn of<'a>(
            list: &'static str,
            scopes: impl Iterator<Item = &'a Scope>,
        ) -> impl Iterator<Item = (String, &'a Scope)> {
            scopes.enumerate().map(move |(place, scope)| (format!("{list}[{place}]"), scope))
        }
        of("durations", self.durations.iter().map(|rule| &rule.scope))
            .chain(of("quotas", self.quotas.iter().map(|rule| &rule.scope)))
            .chain(of("concurrent", self.concurrent.iter().map(|rule| &rule.scope)))
            .chain(of("levels", self.levels.iter().map(|rule| &rule.scope)))
            .chain(of("ages", self.ages.iter().map(|rule| &rule.scope)))
            .collect()
    }

    fn ranges(&self) -> Vec<(String, Option<u16>, Option<u16>)> {
        let durations = self.durations.iter().enumerate();
        let levels = self.levels.iter().enumerate();
        let ages = self.ages.iter().enumerate();
        durations
            .map(|(at, rule)| (format!("durations[{at}]"), rule.min_minutes, rule.max_minutes))
            .chain(levels.map(|(at, rule)| {
                (format!("levels[{at}]"), rule.min_hundredths, rule.max_hundredths)
            }))
            .chain(ages.map(|(at, rule)| (format!("ages[{at}]"), rule.min_years, rule.max_years)))
            .collect()
    }
}
