//! A court's day: which slots are taken, and which of them only for a while.

use std::fmt;

use facilities::Court;
use kernel::{
    BookingId, CourtId,
    jiff::{Timestamp, civil::Date},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

use crate::{Booking, Part, Slots};

/// What the attribute of a hold is called: this, and the booking's id.
pub(crate) const HOLD_PREFIX: &str = "hold_";

/// One court on one local day, as it is stored. Each hold is an attribute of its own, so that the first
/// booking of a day needs no map to put it into, and two of them never touch the same path.
#[derive(Debug, Clone, PartialEq)]
pub struct CourtDay {
    /// Which court.
    pub court_id: CourtId,
    /// Slots of held and confirmed bookings, expired holds that nobody has met yet included.
    pub taken: Slots,
    /// Which of them are held, and until when.
    pub holds: Vec<Hold>,
    /// Slots in which the court is closed, whoever has them.
    pub closed: Slots,
    /// Grows with every change.
    pub version: u64,
}

/// Slots kept for an unpaid booking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    /// Whose they are.
    pub booking_id: BookingId,
    /// Which slots.
    pub slots: Slots,
    /// Its end: from then on the slots are free.
    pub until: Timestamp,
}

impl CourtDay {
    /// The holds that have ended, and that nobody has released yet.
    pub fn expired(&self, now: Timestamp) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.until <= now)
    }

    /// The slots that somebody has now.
    pub fn had(&self, now: Timestamp) -> Slots {
        self.expired(now).fold(self.taken, |had, hold| had.without(hold.slots))
    }

    /// The slots that nobody else can have now.
    pub fn busy(&self, now: Timestamp) -> Slots {
        self.had(now).with(self.closed)
    }
}

/// The days of the courts that a booking may touch, as one round of reads found them; a day without any
/// booking has no item.
#[derive(Debug, Clone, Default)]
pub struct CourtDays(pub Vec<((CourtId, Date), Option<CourtDay>)>);

impl CourtDays {
    /// A day's item.
    pub fn on(&self, court: CourtId, date: Date) -> Option<&CourtDay> {
        self.0.iter().find(|(of, _)| *of == (court, date))?.1.as_ref()
    }

    /// The items of the days on which these parts lie, each with its part.
    fn under<'a>(&'a self, parts: &'a [Part]) -> impl Iterator<Item = (Part, &'a CourtDay)> {
        let of_day = |((_, date), day): &'a ((CourtId, Date), Option<CourtDay>)| {
            let day = day.as_ref()?;
            let part = parts.iter().find(|part| part.date == *date)?;
            Some((*part, day))
        };
        self.0.iter().filter_map(of_day)
    }

    /// Whether somebody has any of the slots now.
    pub fn are_had(&self, parts: &[Part], now: Timestamp) -> bool {
        self.under(parts).any(|(part, day)| day.had(now).meets(part.slots()))
    }

    /// Whether a court is closed in any of the slots.
    pub fn are_closed(&self, parts: &[Part]) -> bool {
        self.under(parts).any(|(part, day)| day.closed.meets(part.slots()))
    }

    /// The days as if a booking had no slots on them: what it may be moved to. Their versions stay.
    #[must_use]
    pub fn without(mut self, booking: &Booking) -> Self {
        for ((court, date), day) in &mut self.0 {
            let own = booking.slots_on(*court, *date);
            if let Some(day) = day {
                day.taken = day.taken.without(own);
            }
        }
        self
    }

    /// The days as if a booking had its slots on them: what is left for others. Their versions stay.
    #[must_use]
    pub fn with(mut self, booking: &Booking) -> Self {
        for ((court, date), day) in &mut self.0 {
            let own = booking.slots_on(*court, *date);
            if own == Slots::default() {
                continue;
            }
            let day = day.get_or_insert_with(|| CourtDay {
                court_id: *court,
                taken: Slots::default(),
                holds: Vec::new(),
                closed: Slots::default(),
                version: 0,
            });
            day.taken = day.taken.with(own);
        }
        self
    }

    /// The expired holds that are in the way of these parts.
    pub fn in_the_way(&self, parts: &[Part], now: Timestamp) -> Vec<BookingId> {
        let mut ids = Vec::new();
        for (part, day) in self.under(parts) {
            let expired = day.expired(now).filter(|hold| hold.slots.meets(part.slots()));
            ids.extend(expired.map(|hold| hold.booking_id));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// All courts' items of one local day of a venue.
#[derive(Debug, Clone)]
pub struct VenueDay {
    /// The local day.
    pub date: Date,
    /// Items of the courts that have had a booking.
    pub courts: Vec<CourtDay>,
}

impl VenueDay {
    /// A court's slots that are busy on this day, on any of the courts that it is made of.
    pub fn busy(&self, court: &Court, now: Timestamp) -> Slots {
        let days = self.courts.iter().filter(|day| court.takes().contains(&day.court_id));
        days.fold(Slots::default(), |busy, day| busy.with(day.busy(now)))
    }
}

impl<'de> Deserialize<'de> for CourtDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ItemVisitor)
    }
}

/// Reads the item attribute by attribute: flattening into a map would copy every one first.
struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = CourtDay;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a court's day")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CourtDay, A::Error> {
        #[derive(Deserialize)]
        struct StoredHold {
            first: u16,
            count: u16,
            until: Timestamp,
        }
        let (mut court_id, mut taken, mut closed, mut holds, mut version) =
            (None, Slots::default(), Slots::default(), Vec::new(), 0);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "SK" => {
                    let sort: String = map.next_value()?;
                    court_id = sort.strip_prefix("COURT#").and_then(|id| id.parse().ok());
                }
                "taken" => taken = Slots::stored(map.next_value::<Vec<u16>>()?),
                "closed" => closed = Slots::stored(map.next_value::<Vec<u16>>()?),
                "version" => version = map.next_value()?,
                name => match name.strip_prefix(HOLD_PREFIX) {
                    Some(id) => {
                        let booking_id = id.parse().map_err(A::Error::custom)?;
                        let StoredHold { first, count, until } = map.next_value()?;
                        let slots = (first..first.saturating_add(count)).collect();
                        holds.push(Hold { booking_id, slots, until });
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        let court_id = court_id.ok_or_else(|| A::Error::missing_field("SK"))?;
        Ok(CourtDay { court_id, taken, holds, closed, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_day_is_read_and_its_expired_holds_are_free() {
        let (court, held, expired) = (CourtId::new(), BookingId::new(), BookingId::new());
        let json = serde_json::json!({
            "PK": "T#…", "SK": format!("COURT#{court}"), "kind": "court_day", "ttl": 1, "version": 7,
            "taken": [1, 2, 3, 10, 11, 1002], "closed": [30],
            format!("hold_{held}"): { "first": 1, "count": 3, "until": "2026-11-21T12:10:00.000Z" },
            format!("hold_{expired}"): { "first": 10, "count": 2, "until": "2026-11-21T12:00:00.000Z" },
        });
        let day: CourtDay = serde_json::from_value(json).unwrap();
        assert_eq!((day.court_id, day.version, day.holds.len()), (court, 7, 2));
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let busy = [1, 2, 3, 12, 13, 14, 15, 16, 17, 30];
        assert_eq!(day.busy(now).numbers().collect::<Vec<_>>(), busy);
        let date = "2026-11-21".parse().unwrap();
        let days = CourtDays(vec![((court, date), Some(day))]);
        let part = |first| [Part { date, first, count: 3 }];
        assert!(days.are_had(&part(3), now) && !days.are_had(&part(9), now));
        assert!(days.are_closed(&part(28)) && !days.are_closed(&part(20)));
        assert_eq!(days.in_the_way(&part(9), now), [expired]);
        assert!(days.in_the_way(&part(20), now).is_empty());
    }
}
