//! What is asked about the member, and where the club asks it about those who play along, too.

use kernel::{AccountId, Error, jiff::Timestamp};
use serde_json::{Value, json};

use super::{Case, Person, Refusal};
use crate::error::booking_suspended;

/// Somebody who is asked about.
struct Subject<'a> {
    /// Who, where it is not whose booking it will be.
    account_id: Option<AccountId>,
    person: &'a Person,
    suspended_until: Option<Timestamp>,
}

impl Subject<'_> {
    /// A refusal; of a participant with who it is.
    fn about(&self, error: Error) -> Error {
        let Some(account) = self.account_id else { return error };
        let mut details = error.details().cloned().unwrap_or_else(|| json!({}));
        details["account_id"] = json!(account);
        error.with_details(details)
    }

    fn refused(&self, (code, message): (&'static str, &'static str), details: Value) -> Error {
        self.about(Error::forbidden(code, message).with_details(details))
    }
}

impl<'a> Case<'a> {
    /// Whose booking it will be, and who plays along where they must fit as well.
    fn subjects(&self) -> impl Iterator<Item = Subject<'a>> {
        let own = Subject {
            account_id: None,
            person: self.of.person,
            suspended_until: self.of.diary.suspended_until,
        };
        let players = if self.rules().participants_must_fit { self.of.players } else { &[] };
        let players = players.iter().map(|player| Subject {
            account_id: Some(player.account_id),
            person: &player.person,
            suspended_until: player.suspended_until,
        });
        std::iter::once(own).chain(players)
    }
}

/// They are not suspended, from booking or altogether: what others book for them is for them.
pub(super) fn suspension(case: &Case<'_>) -> Vec<Refusal> {
    let refused = case.subjects().filter_map(|subject| {
        if subject.person.is_barred {
            let message = "the club has suspended this member";
            let error = Error::forbidden("MEMBER_SUSPENDED", message);
            return Some(Refusal::firm(subject.about(error)));
        }
        let until = subject.suspended_until.filter(|until| *until > case.of.now)?;
        Some(Refusal::soft(subject.about(booking_suspended(until))).until(until))
    });
    refused.collect()
}

/// They owe nothing.
pub(super) fn debts(case: &Case<'_>) -> Vec<Refusal> {
    let debts = &case.of.diary.debts;
    if debts.is_empty() || case.rules().debtors_may_book {
        return Vec::new();
    }
    let payments: Vec<_> = debts.iter().map(|debt| debt.payment_id).collect();
    let error = Error::conflict("DEBTS_OPEN", "something has to be paid first");
    vec![Refusal::soft(error.with_details(json!({ "payment_ids": payments })))]
}

/// They play well enough, and not too well.
pub(super) fn level(case: &Case<'_>) -> Vec<Refusal> {
    case.subjects().flat_map(|subject| level_of(case, &subject)).collect()
}

fn level_of(case: &Case<'_>, subject: &Subject<'_>) -> Vec<Refusal> {
    let sport = case.of.court.sport;
    let own = case.rules().levels.iter().filter(|rule| {
        rule.sport == sport && case.is_about(&rule.whom, &rule.scope, subject.person)
    });
    let refused = own.filter_map(|rule| {
        let details = json!({
            "sport": sport, "min_hundredths": rule.min_hundredths,
            "max_hundredths": rule.max_hundredths,
        });
        let said = match subject.person.level_hundredths {
            None => ("LEVEL_UNKNOWN", "nobody has said how well they play"),
            Some(level) if rule.min_hundredths.is_some_and(|least| level < least) => {
                ("LEVEL_TOO_LOW", "the court is for better players then")
            }
            Some(level) if rule.max_hundredths.is_some_and(|most| level > most) => {
                ("LEVEL_TOO_HIGH", "the court is for beginners then")
            }
            Some(_) => return None,
        };
        Some(Refusal::soft(subject.refused(said, details)))
    });
    refused.collect()
}

/// They are old enough, and not too old.
pub(super) fn age(case: &Case<'_>) -> Vec<Refusal> {
    case.subjects().flat_map(|subject| age_of(case, &subject)).collect()
}

fn age_of(case: &Case<'_>, subject: &Subject<'_>) -> Vec<Refusal> {
    let own = case.rules().ages.iter();
    let own = own.filter(|rule| case.is_about(&rule.whom, &rule.scope, subject.person));
    let refused = own.filter_map(|rule| {
        let details = json!({ "min_years": rule.min_years, "max_years": rule.max_years });
        let is_under = |age: i16, least: u16| i32::from(age) < i32::from(least);
        let said = match subject.person.age_years {
            None => ("AGE_UNKNOWN", "nobody has said when they were born"),
            Some(age) if rule.min_years.is_some_and(|least| is_under(age, least)) => {
                ("TOO_YOUNG", "the court is for older players then")
            }
            Some(age) if rule.max_years.is_some_and(|most| i32::from(age) > i32::from(most)) => {
                ("TOO_OLD", "the court is for younger players then")
            }
            Some(_) => return None,
        };
        Some(Refusal::soft(subject.refused(said, details)))
    });
    refused.collect()
}
