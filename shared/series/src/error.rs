//! What can be wrong with a series. The codes are stable.

use kernel::Error;
use serde_json::json;

use crate::{DAYS_LIMIT, OCCURRENCES_LIMIT, Occurrence};

/// 422: not an RRULE of RFC 5545 3.3.10.
pub(crate) fn rule_invalid(why: impl std::fmt::Display) -> Error {
    Error::invalid("RRULE_INVALID", format!("the rule cannot be read: {why}"))
}

/// 422: RFC 5545 has it, and calendars disagree about what it means, or it makes no sense for a court. The part
/// is in the details.
pub(crate) fn rule_unsupported(part: &str, why: &'static str) -> Error {
    Error::invalid("RRULE_UNSUPPORTED", format!("{part}: {why}"))
        .with_details(json!({ "part": part }))
}

/// 422: it would never end.
pub(crate) fn rule_unbounded() -> Error {
    Error::invalid("RRULE_UNBOUNDED", "the rule has no end; give it COUNT or UNTIL")
}

/// 422: more than one series holds.
pub(crate) fn rule_too_long() -> Error {
    Error::invalid(
        "RRULE_TOO_LONG",
        format!(
            "a series has at most {OCCURRENCES_LIMIT} occurrences within {DAYS_LIMIT} days; end it earlier"
        ),
    )
}

/// 422: a date is left out that the rule does not have.
pub(crate) fn exdate_unknown(date: impl std::fmt::Display) -> Error {
    Error::invalid("EXDATE_UNKNOWN", format!("the rule has no occurrence at {date} to leave out"))
}

/// 404: no such series in this club.
pub fn series_not_found() -> Error {
    Error::not_found("SERIES_NOT_FOUND", "this club has no such series")
}

/// 404: the series has no such occurrence.
pub fn occurrence_not_found() -> Error {
    Error::not_found("OCCURRENCE_NOT_FOUND", "the series has no occurrence of that recurrence_id")
}

/// 409: the series is not what it was when it was read.
pub fn series_changed() -> Error {
    Error::conflict(
        "SERIES_CHANGED",
        "the series changed at the same moment; read it again and repeat",
    )
}

/// 403: its dates cost something, and are paid at the club.
pub fn needs_desk() -> Error {
    let message = "these dates cost something; the club's staff can book such a series for you";
    Error::forbidden("SERIES_NEEDS_DESK", message)
}

/// 422: its dates can be shifted, but no rule would say so.
pub(crate) fn cannot_shift() -> Error {
    let message = "its dates follow the days of the month, which a shift by days does not keep; make a new series";
    Error::invalid("SERIES_CANNOT_SHIFT", message)
}

/// 422: a change that names nothing that shall be another.
pub fn nothing_changes() -> Error {
    Error::invalid(
        "NOTHING_CHANGES",
        "say what shall be another: time, length, court, players or extras",
    )
}

/// 409: whoever books it has not finished.
pub(crate) fn series_unfinished() -> Error {
    let message =
        "its dates are still being booked; repeat the request that makes it, or cancel it";
    Error::conflict("SERIES_UNFINISHED", message)
}

/// 503: somebody else changes it at this moment.
pub fn series_changing() -> Error {
    let message = "somebody is changing this series; repeat the request as it was in a moment";
    Error::unavailable("SERIES_CHANGING", message)
}

/// 409: somebody else has changed it since, or before this request was through.
pub fn series_overtaken() -> Error {
    let message =
        "the series was changed by somebody else before this change was through; read it again";
    Error::conflict("SERIES_OVERTAKEN", message)
}

/// 409: dates of it cannot be changed, and so none was. What came of each is in the details.
pub fn change_conflict(dates: &[Occurrence]) -> Error {
    let refused = dates.iter().filter_map(|one| one.mark.as_ref().map(|mark| (one, mark)));
    let refused = refused.filter(|(_, mark)| mark.came.is_refusal());
    let dates: Vec<_> = refused
        .map(|(one, mark)| {
            json!({ "recurrence_id": one.recurrence_id, "result": mark.came, "reason": mark.reason })
        })
        .collect();
    Error::conflict("SERIES_CONFLICT", "dates of the series cannot be changed; none was")
        .with_details(json!({ "occurrences": dates }))
}

/// 409: not all of it can be booked, or nothing of it. Each date's reason is in the details.
pub fn series_conflict(refused: &[Occurrence]) -> Error {
    let dates: Vec<_> = refused
        .iter()
        .map(|one| json!({ "recurrence_id": one.recurrence_id, "outcome": one.outcome, "reason": one.reason }))
        .collect();
    Error::conflict("SERIES_CONFLICT", "dates of the series cannot be booked; nothing was")
        .with_details(json!({ "occurrences": dates }))
}

/// 409: the same key, and another series.
pub fn series_exists() -> Error {
    let message = "this Idempotency-Key has made another series; choose a new one";
    Error::conflict("SERIES_EXISTS", message)
}

/// 409: it is cancelled or was given up.
pub fn series_over() -> Error {
    Error::conflict("SERIES_OVER", "the series is cancelled; make a new one")
}

/// 503: others book the same court all the time. What is booked stays; no answer is kept for the
/// `Idempotency-Key`, so the same request goes on.
pub fn series_busy() -> Error {
    let message = "others are booking this court at this moment; repeat the request as it was";
    Error::unavailable("SERIES_BUSY", message)
}
