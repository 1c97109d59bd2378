//! What is asked about the member.

use kernel::Error;
use serde_json::json;

use super::{Case, Refusal};
use crate::error::booking_suspended;

/// They are not suspended, from booking or altogether: what others book for them is for them.
pub(super) fn suspension(case: &Case<'_>) -> Vec<Refusal> {
    if case.of.person.is_barred {
        let message = "the club has suspended this member";
        return vec![Refusal::firm(Error::forbidden("MEMBER_SUSPENDED", message))];
    }
    let until = case.of.diary.suspended_until.filter(|until| *until > case.of.now);
    let refused = until.map(|until| Refusal::soft(booking_suspended(until)).until(until));
    refused.into_iter().collect()
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
    let sport = case.of.court.sport;
    let own = case.rules().levels.iter();
    let own = own.filter(|rule| rule.sport == sport && case.is_for(&rule.whom, &rule.scope));
    let refused = own.filter_map(|rule| {
        let details = json!({
            "sport": sport, "min_hundredths": rule.min_hundredths,
            "max_hundredths": rule.max_hundredths,
        });
        let (code, message) = match case.of.person.level_hundredths {
            None => ("LEVEL_UNKNOWN", "nobody has said how well they play"),
            Some(level) if rule.min_hundredths.is_some_and(|least| level < least) => {
                ("LEVEL_TOO_LOW", "the court is for better players then")
            }
            Some(level) if rule.max_hundredths.is_some_and(|most| level > most) => {
                ("LEVEL_TOO_HIGH", "the court is for beginners then")
            }
            Some(_) => return None,
        };
        Some(Refusal::soft(Error::forbidden(code, message).with_details(details)))
    });
    refused.collect()
}

/// They are old enough, and not too old.
pub(super) fn age(case: &Case<'_>) -> Vec<Refusal> {
    let own = case.rules().ages.iter().filter(|rule| case.is_for(&rule.whom, &rule.scope));
    let refused = own.filter_map(|rule| {
        let details = json!({ "min_years": rule.min_years, "max_years": rule.max_years });
        let is_under = |age: i16, least: u16| i32::from(age) < i32::from(least);
        let (code, message) = match case.of.person.age_years {
            None => ("AGE_UNKNOWN", "nobody has said when they were born"),
            Some(age) if rule.min_years.is_some_and(|least| is_under(age, least)) => {
                ("TOO_YOUNG", "the court is for older players then")
            }
            Some(age) if rule.max_years.is_some_and(|most| i32::from(age) > i32::from(most)) => {
                ("TOO_OLD", "the court is for younger players then")
            }
            Some(_) => return None,
        };
        Some(Refusal::soft(Error::forbidden(code, message).with_details(details)))
    });
    refused.collect()
}
