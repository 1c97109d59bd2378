//! What is counted in diaries: quotas, bookings ahead, guests, and bookings at the same time.

use kernel::{
    Error,
    jiff::{Timestamp, civil::Date},
};
use serde_json::json;

use super::{
    Case, Refusal,
    book::{Amount, CountedFor, Period, QuotaRule, Scope},
    fits,
};
use crate::Entry;

impl<'a> Case<'a> {
    /// The bookings at this venue that count, the member's or the family's.
    fn counted(&self, of: CountedFor) -> impl Iterator<Item = &'a Entry> {
        let family = if of == CountedFor::Family { self.of.family } else { &[] };
        let (venue, now) = (self.of.venue.id, self.of.now);
        let diaries = std::iter::once(self.of.diary).chain(family);
        diaries.flat_map(move |diary| diary.counted(now)).filter(move |it| it.venue_id == venue)
    }

    /// The first day of the period that it lies in.
    fn first_of(&self, period: Period, date: Date) -> Date {
        period.first(date, self.rules().first_weekday)
    }

    fn in_period(&self, period: Period) -> impl Fn(&&Entry) -> bool + '_ {
        let first = self.first_of(period, self.date);
        move |entry| self.first_of(period, entry.date) == first
    }
}

fn is_about(scope: &Scope, entry: &Entry) -> bool {
    fits(scope, &entry.groups, &entry.named_minutes)
}

fn is_ahead(entry: &Entry, now: Timestamp) -> bool {
    entry.ends_at > now
}

/// No quota is passed.
pub(super) fn quota(case: &Case<'_>) -> Vec<Refusal> {
    let own = case.rules().quotas.iter().filter(|rule| case.is_for(&rule.whom, &rule.scope));
    own.filter_map(|rule| passed(case, rule)).collect()
}

fn passed(case: &Case<'_>, rule: &QuotaRule) -> Option<Refusal> {
    let counted = case
        .counted(rule.of)
        .filter(|entry| is_about(&rule.scope, entry))
        .filter(case.in_period(rule.per))
        .filter(|entry| rule.past_counts || is_ahead(entry, case.of.now));
    let hours = rule.scope.hours.as_ref();
    let (had, asked, most) = match rule.most {
        Amount::Bookings { count } => (counted.count() as u64, 1, count),
        Amount::Minutes { count } => {
            let minutes = |entry: &Entry| match hours {
                Some(hours) => entry.named_minutes.get(hours).copied().unwrap_or_default().into(),
                None => u64::try_from(entry.minutes()).unwrap_or_default(),
            };
            let asked = match hours {
                Some(hours) => case.named_minutes.get(hours).copied().unwrap_or_default().into(),
                None => u64::from(case.of.wish.duration_minutes),
            };
            (counted.map(minutes).sum(), asked, count)
        }
    };
    (had + asked > most.into()).then(|| {
        let message = format!("that would pass the quota {}", rule.name);
        let details = json!({
            "quota": rule.name, "most": rule.most, "per": rule.per, "of": rule.of, "had": had,
            "asked": asked, "since": case.first_of(rule.per, case.date),
        });
        Refusal::soft(Error::conflict("QUOTA_REACHED", message).with_details(details))
    })
}

/// There are not too many bookings ahead.
pub(super) fn concurrent(case: &Case<'_>) -> Vec<Refusal> {
    let own = case.rules().concurrent.iter().filter(|rule| case.is_for(&rule.whom, &rule.scope));
    let refused = own.filter_map(|rule| {
        let ahead = case
            .counted(rule.of)
            .filter(|entry| is_about(&rule.scope, entry) && is_ahead(entry, case.of.now));
        let mut ends: Vec<_> = ahead.map(|entry| entry.ends_at).collect();
        let most = usize::try_from(rule.most).unwrap_or(usize::MAX);
        if ends.len() < most {
            return None;
        }
        let message = format!("one has at most {most} bookings ahead");
        let details = json!({ "most": most, "of": rule.of, "had": ends.len() });
        let error = Error::conflict("TOO_MANY_BOOKINGS", message).with_details(details);
        ends.sort_unstable();
        // When so many are over that there is room for one.
        let room = ends.get(ends.len() - most).copied();
        let in_time = room.filter(|room| *room < case.plan.starts_at);
        let refusal = Refusal::soft(error);
        Some(match in_time {
            Some(room) => refusal.until(room),
            None => refusal,
        })
    });
    refused.collect()
}

/// The member is nowhere else, at whatever venue.
pub(super) fn overlap(case: &Case<'_>) -> Vec<Refusal> {
    if case.rules().may_overlap {
        return Vec::new();
    }
    let (from, until) = (case.plan.starts_at, case.plan.ends_at);
    let mut own = case.of.diary.counted(case.of.now);
    let other = own.find(|entry| entry.starts_at < until && from < entry.ends_at);
    let refused = other.map(|entry| {
        let error =
            Error::conflict("ALREADY_BOOKED_THEN", "they have another booking at that time");
        Refusal::soft(error.with_details(json!({ "booking_id": entry.booking_id })))
    });
    refused.into_iter().collect()
}

/// There are not too many guests, in this booking and in the month.
pub(super) fn guests(case: &Case<'_>) -> Vec<Refusal> {
    let guests = case.of.party.guests();
    if guests == 0 {
        return Vec::new();
    }
    let brought = || {
        let month = case.counted(CountedFor::Member).filter(case.in_period(Period::Month));
        month.map(|entry| usize::from(entry.guests)).sum::<usize>()
    };
    let limit = |most: Option<u32>| most.and_then(|most| usize::try_from(most).ok());
    let roles = &case.of.person.roles;
    let mut refused = Vec::new();
    for rule in case.rules().guests.iter().filter(|rule| rule.whom.has(roles)) {
        if let Some(most) = limit(rule.most_per_booking).filter(|most| guests > *most) {
            let message = format!("one brings at most {most} guests");
            let details = json!({ "most": most, "guests": guests });
            let error = Error::invalid("TOO_MANY_GUESTS", message).with_details(details);
            refused.push(Refusal::soft(error));
        }
        if let Some(most) = limit(rule.most_per_month).filter(|most| brought() + guests > *most) {
            let message = format!("one brings at most {most} guests in a month");
            let details = json!({ "most": most, "had": brought(), "guests": guests });
            let error = Error::conflict("GUEST_QUOTA_REACHED", message).with_details(details);
            refused.push(Refusal::soft(error));
        }
    }
    refused
}
