//! How early and how late one may book.

use kernel::{
    Error, Result,
    jiff::{SignedDuration, Timestamp, ToSpan, civil::Date},
    timestamp_text,
};
use serde_json::json;

use super::{Case, Refusal, Situation, book::WindowOpens};
use crate::{
    error::start_in_past,
    local_day::{first_showing, out_of_range},
    plan::check_far_ahead,
};

/// The start is over.
pub(super) fn past(situation: &Situation<'_>, starts_at: Timestamp) -> Option<Refusal> {
    (starts_at <= situation.now).then(|| Refusal::firm(start_in_past()))
}

/// Nobody plans that far.
pub(super) fn too_far_ahead(situation: &Situation<'_>) -> Option<Refusal> {
    let date = situation.wish.start.date();
    check_far_ahead(situation.venue, date, situation.now).err().map(Refusal::firm)
}

/// The court's notice, or in its place what the club says for some; the longest of several.
pub(super) fn notice(case: &Case<'_>) -> Vec<Refusal> {
    let roles = &case.of.person.roles;
    let own = case.rules().notice.iter().filter(|rule| rule.whom.has(roles));
    let minutes = own
        .map(|rule| rule.minutes)
        .max()
        .unwrap_or_else(|| case.of.court.terms.notice.create_minutes.minutes().into());
    let left = case.plan.starts_at.duration_since(case.of.now);
    if left >= SignedDuration::from_mins(minutes.into()) {
        return Vec::new();
    }
    let message = format!("book at least {minutes} minutes before the start");
    let error = Error::invalid("NOTICE_TOO_SHORT", message);
    vec![Refusal::soft(error.with_details(json!({ "notice_minutes": minutes })))]
}

/// The latest of the instants at which the windows that are for the member open.
pub(super) fn window_opens(
    situation: &Situation<'_>,
    (starts_at, date): (Timestamp, Date),
) -> Result<Option<Timestamp>> {
    let zone = situation.venue.time_zone.rules();
    let windows = situation.rules.windows.iter();
    let own = windows.filter(|rule| rule.whom.has(&situation.person.roles));
    let opens = own.map(|rule| match rule.opens {
        WindowOpens::DaysAhead { days, at } => {
            let day = date.checked_sub(i32::from(days).days()).map_err(out_of_range)?;
            first_showing(zone, day.to_datetime(at.civil()))
        }
        WindowOpens::HoursAhead { hours } => {
            let hours = SignedDuration::from_hours(hours.into());
            starts_at.checked_sub(hours).map_err(out_of_range)
        }
    });
    Ok(opens.collect::<Result<Vec<_>>>()?.into_iter().max())
}

/// The window is open.
pub(super) fn window(case: &Case<'_>) -> Vec<Refusal> {
    let Some(opens_at) = case.window_opens.filter(|opens_at| *opens_at > case.of.now) else {
        return Vec::new();
    };
    let zone = case.of.venue.time_zone.rules();
    let shown = crate::local_text(zone, opens_at);
    let error = Error::conflict("WINDOW_NOT_OPEN", format!("it can be booked from {shown} on"));
    let error = error.with_details(json!({ "opens_at": timestamp_text(opens_at) }));
    vec![Refusal::soft(error).until(opens_at)]
}
