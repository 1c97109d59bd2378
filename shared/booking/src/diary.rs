//! A member's diary: what they have booked, and what the club holds against them. Quotas, overlaps and
//! suspensions are decided by it, in the same transaction that changes it.

use std::{collections::BTreeMap, fmt};

use facilities::{Court, Tag, Venue};
use kernel::{
    BookingId, CourtId, Money, PaymentId, Result, VenueId,
    jiff::{SignedDuration, Timestamp, civil::Date},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{Booking, StrikeTerms, error::booking_suspended};

/// What the attribute of an entry is called: this, and the booking's id.
pub(crate) const ENTRY_PREFIX: &str = "b_";
/// What the attribute of a strike is called: this, and the booking's id.
pub(crate) const STRIKE_PREFIX: &str = "s_";
/// What the attribute of a debt is called: this, and the payment's id.
pub(crate) const DEBT_PREFIX: &str = "d_";
/// An entry stays so long after its booking, because quotas are counted by the month.
const ENTRY_KEPT: SignedDuration = SignedDuration::from_hours(40 * 24);
/// A strike stays so long: no policy counts longer.
const STRIKE_KEPT: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A member's diary. Each entry is an attribute of its own, like the holds of a court's day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diary {
    /// Bookings of this month and later, ended holds that nobody has cleared included.
    pub entries: Vec<Entry>,
    /// Late cancellations, and bookings to which they did not come.
    pub strikes: Vec<Strike>,
    /// What they owe.
    pub debts: Vec<Debt>,
    /// Until when they book nothing, if they are suspended from booking.
    pub suspended_until: Option<Timestamp>,
    /// Grows with every change; zero where there is none yet.
    pub version: u64,
}

/// A booking in a diary: what rules ask of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which.
    pub booking_id: BookingId,
    /// Where.
    pub venue_id: VenueId,
    /// On which court.
    pub court_id: CourtId,
    /// The groups that its court is counted in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Tag>,
    /// The venue's local day on which it starts.
    pub date: Date,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Its minutes in the venue's named hours, those without any left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub named_minutes: BTreeMap<Tag, u32>,
    /// How many guests play.
    #[serde(default)]
    pub guests: u8,
    /// Its end as a hold: from then on it counts no more. None once it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Something held against a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strike {
    /// About which booking.
    pub booking_id: BookingId,
    /// For what.
    pub kind: StrikeKind,
    /// Since when.
    pub at: Timestamp,
}

/// For what something is held against a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrikeKind {
    /// Cancelled when it was too late to.
    LateCancellation,
    /// Did not come.
    NoShow,
}

/// Something that a member owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// By which payment it is paid.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Money,
    /// Since when.
    pub since: Timestamp,
}

impl Entry {
    /// What a booking is in a diary.
    pub fn of(booking: &Booking, venue: &Venue, court: &Court) -> Self {
        Self {
            booking_id: booking.id,
            venue_id: booking.venue_id,
            court_id: booking.court_id,
            groups: court.groups.clone(),
            date: booking.date(),
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            named_minutes: named_minutes(venue, booking.starts_at, booking.ends_at),
            guests: u8::try_from(booking.party.guests()).unwrap_or(u8::MAX),
            until: booking.hold_expires_at,
        }
    }

    /// How long it is, in minutes.
    pub fn minutes(&self) -> i64 {
        self.ends_at.duration_since(self.starts_at).as_mins()
    }

    /// Whether it counts: its hold, if it is one, has not ended.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// An ended hold is not over by that: it may still be paid.
    fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at.saturating_add(ENTRY_KEPT).is_ok_and(|end| end <= now)
    }
}

/// The minutes of a time in the venue's named hours, those without any left out.
pub(crate) fn named_minutes(
    venue: &Venue,
    starts_at: Timestamp,
    ends_at: Timestamp,
) -> BTreeMap<Tag, u32> {
    let zone = venue.time_zone.rules();
    let (from, until) = (zone.to_datetime(starts_at), zone.to_datetime(ends_at));
    let minutes = venue.named_hours.iter().filter_map(|named| {
        let minutes = named.minutes_within(from, until);
        (minutes > 0).then(|| (named.name.clone(), minutes))
    });
    minutes.collect()
}

impl Diary {
    /// The bookings that count now.
    pub fn counted(&self, now: Timestamp) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.counts(now))
    }

    /// The bookings that begin after this, ended holds included.
    pub fn ahead(&self, now: Timestamp) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.starts_at > now)
    }

    /// Whether they may book: `BOOKING_SUSPENDED`, with its end.
    pub fn check_suspension(&self, now: Timestamp) -> Result<()> {
        match self.suspended_until {
            Some(until) if until > now => Err(booking_suspended(until)),
            _ => Ok(()),
        }
    }

    /// Until when they book nothing, if one more strike is one too many.
    pub(crate) fn suspended_by_one_more(
        &self,
        terms: StrikeTerms,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let days = |count: u16| SignedDuration::from_hours(24 * i64::from(count));
        let since = now.saturating_sub(days(terms.per_days)).ok()?;
        let counted = self.strikes.iter().filter(|strike| strike.at > since).count();
        let until = now.saturating_add(days(terms.suspend_days)).ok()?;
        (counted + 1 >= usize::from(terms.limit))
            .then(|| self.suspended_until.map_or(until, |old| old.max(until)))
    }

    /// The booking's own entry left out: what else they have booked.
    #[must_use]
    pub fn without(mut self, booking: BookingId) -> Self {
        self.entries.retain(|entry| entry.booking_id != booking);
        self
    }

    /// The attributes that nobody asks for any more.
    pub(crate) fn outdated(&self, now: Timestamp) -> Vec<String> {
        let entries = self.entries.iter().filter(|entry| entry.is_over(now));
        let entries = entries.map(|entry| format!("{ENTRY_PREFIX}{}", entry.booking_id));
        let is_old =
            |strike: &&Strike| strike.at.saturating_add(STRIKE_KEPT).is_ok_and(|end| end <= now);
        let strikes = self.strikes.iter().filter(is_old);
        entries.chain(strikes.map(|one| format!("{STRIKE_PREFIX}{}", one.booking_id))).collect()
    }
}

impl<'de> Deserialize<'de> for Diary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Diary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's diary")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Diary, A::Error> {
        let mut diary = Diary::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == "version" {
                diary.version = map.next_value()?;
            } else if name == "suspended_until" {
                diary.suspended_until = Some(map.next_value()?);
            } else if name.starts_with(ENTRY_PREFIX) {
                diary.entries.push(map.next_value()?);
            } else if name.starts_with(STRIKE_PREFIX) {
                diary.strikes.push(map.next_value()?);
            } else if name.starts_with(DEBT_PREFIX) {
                diary.debts.push(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(diary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_diary_is_read_and_forgets_what_is_over() {
        let (kept, ended, old) = (BookingId::new(), BookingId::new(), BookingId::new());
        let entry = |id: BookingId, date: &str, until: Option<&str>| {
            let mut entry = serde_json::json!({
                "booking_id": id, "venue_id": VenueId::new(), "court_id": CourtId::new(), "date": date,
                "starts_at": format!("{date}T18:00:00Z"), "ends_at": format!("{date}T19:30:00Z"),
                "named_minutes": { "prime_time": 90 },
            });
            if let Some(until) = until {
                entry["until"] = until.into();
            }
            entry
        };
        let payment = PaymentId::new();
        let json = serde_json::json!({
            "PK": "T#…", "SK": "DIARY", "kind": "diary", "version": 3,
            format!("b_{kept}"): entry(kept, "2026-11-21", None),
            format!("b_{ended}"): entry(ended, "2026-11-21", Some("2026-11-21T11:00:00Z")),
            format!("b_{old}"): entry(old, "2026-10-01", None),
            format!("s_{old}"): { "booking_id": old, "kind": "no_show", "at": "2026-10-01T18:15:00Z" },
            format!("d_{payment}"): { "payment_id": payment, "amount": { "amount": 900, "currency": "ARS" }, "since": "2026-11-01T00:00:00Z" },
            "suspended_until": "2026-12-01T00:00:00Z",
        });
        let diary: Diary = serde_json::from_value(json).unwrap();
        assert_eq!((diary.version, diary.strikes.len(), diary.debts.len()), (3, 1, 1));
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let counted: Vec<_> = diary.counted(now).map(|entry| entry.booking_id).collect();
        assert!(counted.contains(&kept) && !counted.contains(&ended));
        assert_eq!(diary.entries[0].minutes(), 90);
        assert_eq!(diary.outdated(now), [format!("b_{old}")]);
    }

    #[test]
    fn strikes_of_the_period_suspend_at_the_limit_and_end_by_themselves() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let days = |count: i64| SignedDuration::from_hours(24 * count);
        let strike = |ago: i64| Strike {
            booking_id: BookingId::new(),
            kind: StrikeKind::NoShow,
            at: now - days(ago),
        };
        let terms = StrikeTerms { limit: 3, per_days: 30, suspend_days: 7 };
        // The strike of exactly thirty days ago counts no more.
        let mut diary = Diary { strikes: vec![strike(30), strike(29)], ..Diary::default() };
        assert_eq!(diary.suspended_by_one_more(terms, now), None);
        diary.strikes.push(strike(1));
        assert_eq!(diary.suspended_by_one_more(terms, now), Some(now + days(7)));
        // A longer suspension is not cut short.
        diary.suspended_until = Some(now + days(20));
        assert_eq!(diary.suspended_by_one_more(terms, now), Some(now + days(20)));
        assert_eq!(diary.check_suspension(now).unwrap_err().code(), "BOOKING_SUSPENDED");
        assert!(diary.check_suspension(now + days(20)).is_ok());
    }
}
