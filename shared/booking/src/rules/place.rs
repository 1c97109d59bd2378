//! What the venue and the court say, and who has the court.

use facilities::{STEP_MINUTES, Status, court_retired, venue_retired};
use kernel::Error;
use serde_json::json;

use super::{Case, Refusal, Situation};
use crate::{
    error::{court_closed, slot_taken},
    plan::{check_duration, every},
};

/// Both take bookings.
pub(super) fn active(situation: &Situation<'_>) -> Vec<Refusal> {
    let venue = (situation.venue.status == Status::Retired).then(venue_retired);
    let court = (situation.court.status == Status::Retired).then(court_retired);
    venue.into_iter().chain(court).map(Refusal::firm).collect()
}

/// The court is booked for so long. Staff may choose any length in whole slots.
pub(super) fn court_duration(situation: &Situation<'_>) -> Option<Refusal> {
    let minutes = situation.wish.duration_minutes;
    let whole =
        (1..=facilities::DAY_MINUTES).contains(&minutes) && minutes.is_multiple_of(STEP_MINUTES);
    let refusal = if whole { Refusal::soft } else { Refusal::firm };
    check_duration(situation.court, minutes).err().map(refusal)
}

/// The court's durations, and what the club says for some, prime time say.
pub(super) fn duration(case: &Case<'_>) -> Vec<Refusal> {
    let minutes = case.of.wish.duration_minutes;
    let own = case.rules().durations.iter().filter(|rule| case.is_for(&rule.whom, &rule.scope));
    let broken = own.filter(|rule| {
        rule.min_minutes.is_some_and(|least| minutes < least)
            || rule.max_minutes.is_some_and(|most| minutes > most)
    });
    let refused = broken.map(|rule| {
        let (least, most) = (rule.min_minutes, rule.max_minutes);
        let error = Error::invalid("DURATION_NOT_ALLOWED", "the club wants another length then");
        let details =
            json!({ "min_minutes": least, "max_minutes": most, "hours": rule.scope.hours });
        Refusal::soft(error.with_details(details))
    });
    court_duration(case.of).into_iter().chain(refused).collect()
}

/// It starts when bookings start. Staff may start at any slot.
pub(super) fn grid(case: &Case<'_>) -> Vec<Refusal> {
    let wall = case.of.wish.start.wall();
    let whole = u16::try_from(wall.minute())
        .is_ok_and(|minute| minute.is_multiple_of(STEP_MINUTES))
        && (wall.second(), wall.subsec_nanosecond()) == (0, 0);
    let refusal = if whole { Refusal::soft } else { Refusal::firm };
    let every = every(case.of.venue, case.of.court);
    case.opening.check_grid(every, case.plan.starts_at).err().map(refusal).into_iter().collect()
}

/// The venue is open all the time.
pub(super) fn opening_hours(case: &Case<'_>) -> Vec<Refusal> {
    let open = case.opening.check_hours(case.plan.starts_at, case.plan.ends_at);
    open.err().map(Refusal::soft).into_iter().collect()
}

/// The club has not closed the court.
pub(super) fn closed(case: &Case<'_>) -> Vec<Refusal> {
    let closed = case.of.days.are_closed(&case.plan.parts);
    closed.then(|| Refusal::waiting(court_closed())).into_iter().collect()
}

/// Nobody has it.
pub(super) fn slot(case: &Case<'_>) -> Vec<Refusal> {
    let had = case.of.days.are_had(&case.plan.parts, case.of.now);
    had.then(|| Refusal::waiting(slot_taken())).into_iter().collect()
}

/// The court has room for all.
pub(super) fn capacity(case: &Case<'_>) -> Vec<Refusal> {
    let players = case.of.party.participants().len() + 1;
    let Some(most) = case.of.court.capacity.filter(|most| players > usize::from(*most)) else {
        return Vec::new();
    };
    let message = format!("at most {most} play on this court");
    let error = Error::invalid("TOO_MANY_PLAYERS", message);
    vec![Refusal::soft(error.with_details(json!({ "capacity": most, "players": players })))]
}
