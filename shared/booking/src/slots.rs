//! Slots: a local day of a court in steps of five minutes, numbered from the day's first instant.
//!
//! A booking takes a range of them on each local day it touches. Ranges of one day overlap exactly if the
//! times do, whatever the clocks show.

use kernel::{
    Error, Result,
    jiff::{Timestamp, civil::Date, tz::TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::local_day::{day_of, first_instant, out_of_range};

/// How long a slot is.
pub const SLOT_MINUTES: u16 = facilities::STEP_MINUTES;

const SLOT_SECONDS: i64 = SLOT_MINUTES as i64 * 60;
const WORDS: u16 = 5;
/// Slots of half an hour. Most bookings take whole ones, and one number instead of six is stored, sent and read.
const HALF: u16 = 6;
/// What the day's first half hour is stored as: beyond the number of every slot.
const FIRST_HALF: u16 = 1_000;

/// Slots of one day, at most 320 of them: a day of 25 hours has 300, the longest of any zone 312.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slots([u64; WORDS as usize]);

impl Slots {
    /// One more than the highest number of a slot.
    pub const CAPACITY: u16 = 64 * WORDS;

    /// Adds a slot; one beyond the longest day does not exist and is left out.
    pub fn insert(&mut self, slot: u16) {
        if let Some(word) = self.0.get_mut(usize::from(slot / 64)) {
            *word |= 1 << (slot % 64);
        }
    }

    /// Whether any slot is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    /// The slots of either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// The slots that are not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// The numbers, in order.
    pub fn numbers(self) -> impl Iterator<Item = u16> {
        let has = move |slot: &u16| self.0[usize::from(slot / 64)] >> (slot % 64) & 1 == 1;
        (0..Self::CAPACITY).filter(has)
    }

    /// What such numbers stand for, as they are stored: a slot, or from 1000 on a half hour of the day.
    pub(crate) fn stored(numbers: impl IntoIterator<Item = u16>) -> Self {
        let slots = |number: u16| match number.checked_sub(FIRST_HALF) {
            Some(half) => half * HALF..half.saturating_add(1).saturating_mul(HALF),
            None => number..number + 1,
        };
        numbers
            .into_iter()
            .filter(|number| *number < FIRST_HALF + Self::CAPACITY)
            .flat_map(slots)
            .collect()
    }

    /// Numbers that stand for exactly these, as few as there are. Of a booking, and of nothing that lies side by side
    /// with others': a half hour is stored as one number only where one booking has all of it.
    pub fn compact(self) -> impl Iterator<Item = u16> {
        let single = self.numbers().filter(move |slot| !self.has_half(slot / HALF));
        self.whole_halves().chain(single)
    }

    /// Every number that stands for some of these and for nothing else.
    pub(crate) fn every_number(self) -> impl Iterator<Item = u16> {
        self.whole_halves().chain(self.numbers())
    }

    /// Every number that stands for some of these, perhaps with others: none of them is there where all are free.
    pub(crate) fn any_number(self) -> impl Iterator<Item = u16> {
        let halves =
            (0..Self::CAPACITY.div_ceil(HALF)).filter(move |half| half_of(*half).meets(self));
        halves.map(|half| FIRST_HALF + half).chain(self.numbers())
    }

    fn whole_halves(self) -> impl Iterator<Item = u16> {
        let halves = (0..Self::CAPACITY / HALF).filter(move |half| self.has_half(*half));
        halves.map(|half| FIRST_HALF + half)
    }

    fn has_half(self, half: u16) -> bool {
        half_of(half).without(self) == Self::default() && half < Self::CAPACITY / HALF
    }
}

fn half_of(half: u16) -> Slots {
    (half * HALF..(half + 1) * HALF).collect()
}

/// The numbers one of which stands for this slot.
pub(crate) fn names_of(slot: u16) -> [u16; 2] {
    [slot, FIRST_HALF + slot / HALF]
}

impl FromIterator<u16> for Slots {
    fn from_iter<I: IntoIterator<Item = u16>>(numbers: I) -> Self {
        let mut slots = Self::default();
        numbers.into_iter().for_each(|slot| slots.insert(slot));
        slots
    }
}

/// What a booking takes of one local day: `count` slots from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The local day.
    pub date: Date,
    /// Number of the first slot.
    pub first: u16,
    /// How many.
    pub count: u16,
}

impl Part {
    /// The slots.
    pub fn slots(self) -> Slots {
        (self.first..self.first + self.count).collect()
    }
}

/// The slots from one instant to another, day by day. A booking of up to a day touches at most three days.
pub fn parts(zone: &TimeZone, starts_at: Timestamp, ends_at: Timestamp) -> Result<Vec<Part>> {
    let mut parts = Vec::with_capacity(1);
    let mut date = day_of(zone, starts_at)?;
    let mut day_starts = first_instant(zone, date)?;
    let mut from = starts_at;
    while from < ends_at {
        let tomorrow = date.tomorrow().map_err(out_of_range)?;
        let day_ends = first_instant(zone, tomorrow)?;
        let until = ends_at.min(day_ends);
        if from < until {
            parts.push(part(date, day_starts, from, until)?);
            from = until;
        }
        (date, day_starts) = (tomorrow, day_ends);
    }
    Ok(parts)
}

fn part(date: Date, day_starts: Timestamp, from: Timestamp, until: Timestamp) -> Result<Part> {
    let seconds = |instant: Timestamp| instant.as_second() - day_starts.as_second();
    let first = seconds(from) / SLOT_SECONDS;
    let end = (seconds(until) + SLOT_SECONDS - 1) / SLOT_SECONDS;
    let number = |slot: i64| {
        u16::try_from(slot)
            .ok()
            .filter(|slot| *slot <= Slots::CAPACITY)
            .ok_or_else(|| Error::internal(format!("{date} has no slot {slot}")))
    };
    Ok(Part { date, first: number(first)?, count: number(end - first)? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn taken(zone: &str, from: &str, until: &str) -> Vec<(String, u16, u16)> {
        let zone = TimeZone::get(zone).unwrap();
        let parts = parts(&zone, from.parse().unwrap(), until.parse().unwrap()).unwrap();
        parts.into_iter().map(|part| (part.date.to_string(), part.first, part.count)).collect()
    }

    #[test]
    fn slots_are_counted_from_the_day_s_first_instant() {
        assert_eq!(
            taken("America/New_York", "2026-11-21T18:00-05", "2026-11-21T19:30-05"),
            [("2026-11-21".into(), 216, 18)]
        );
        // The clocks have gone forward: 18:00 is the 17th hour of this day.
        assert_eq!(
            taken("America/New_York", "2026-03-08T18:00-04", "2026-03-08T19:00-04"),
            [("2026-03-08".into(), 204, 12)]
        );
        // Both 01:30 of a day of 25 hours.
        assert_eq!(
            taken("America/New_York", "2026-11-01T01:30-04", "2026-11-01T02:30-05"),
            [("2026-11-01".into(), 18, 24)]
        );
        // A day that starts at 01:00.
        assert_eq!(
            taken("America/Santiago", "2026-09-06T01:00-03", "2026-09-06T02:00-03"),
            [("2026-09-06".into(), 0, 12)]
        );
    }

    #[test]
    fn a_booking_over_midnight_has_a_part_on_each_day() {
        assert_eq!(
            taken("America/Lima", "2026-11-21T23:30-05", "2026-11-22T00:30-05"),
            [("2026-11-21".into(), 282, 6), ("2026-11-22".into(), 0, 6)]
        );
        assert_eq!(
            taken("America/New_York", "2026-03-07T23:30-05", "2026-03-09T00:30-04"),
            [
                ("2026-03-07".into(), 282, 6),
                ("2026-03-08".into(), 0, 276),
                ("2026-03-09".into(), 0, 6)
            ]
        );
    }

    #[test]
    fn sets_know_what_they_share() {
        let evening: Slots = (216..234).collect();
        assert!(evening.meets((233..240).collect()) && !evening.meets((234..240).collect()));
        assert_eq!(
            evening.without((216..230).collect()).numbers().collect::<Vec<_>>(),
            [230, 231, 232, 233]
        );
        assert_eq!(evening.with((0..2).collect()).numbers().count(), 20);
    }

    #[test]
    fn whole_half_hours_are_stored_as_one_number() {
        let compact = |first: u16, count: u16| {
            (first..first + count).collect::<Slots>().compact().collect::<Vec<_>>()
        };
        assert_eq!(compact(216, 18), [1036, 1037, 1038]);
        assert_eq!(compact(220, 9), [1037, 220, 221, 228]);
        assert_eq!(compact(0, 5), [0, 1, 2, 3, 4]);
        // The longest day ends within a half hour of its own number.
        assert_eq!(compact(310, 2), [310, 311]);
        assert_eq!(Slots::stored([1036, 3, 999, 1999]), (216..222).chain([3]).collect());
        let three_hours_and_a_half: Slots = (217..217 + 42).collect();
        assert_eq!(three_hours_and_a_half.any_number().count(), 50);
    }

    /// What is asked of a stored set: a booking comes, where no number of its slots is there; one goes; or one comes
    /// whatever is there, as the set is written anew.
    #[derive(Debug, Clone)]
    enum Step {
        Take(u16, u16),
        Leave(proptest::sample::Index),
        Rewrite(u16, u16),
    }

    fn step() -> impl Strategy<Value = Step> {
        let place = || (0_u16..40, 1_u16..30);
        prop_oneof![
            4 => place().prop_map(|(first, count)| Step::Take(first, count)),
            3 => any::<proptest::sample::Index>().prop_map(Step::Leave),
            1 => place().prop_map(|(first, count)| Step::Rewrite(first, count)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn stored_numbers_are_the_slots_of_the_bookings_that_are_there(
            steps in prop::collection::vec(step(), 1..60),
        ) {
            let mut stored = BTreeSet::<u16>::new();
            let mut bookings = Vec::<Slots>::new();
            for step in steps {
                let taken = bookings.iter().fold(Slots::default(), |all, one| all.with(*one));
                match step {
                    Step::Take(first, count) => {
                        let slots: Slots = (first..first + count).collect();
                        let is_free = !slots.any_number().any(|number| stored.contains(&number));
                        prop_assert_eq!(is_free, !slots.meets(taken));
                        if is_free {
                            stored.extend(slots.compact());
                            bookings.push(slots);
                        }
                    }
                    Step::Leave(_) if bookings.is_empty() => {}
                    Step::Leave(which) => {
                        let slots = bookings.swap_remove(which.index(bookings.len()));
                        let first = slots.numbers().next().unwrap();
                        prop_assert!(names_of(first).iter().any(|name| stored.contains(name)));
                        for number in slots.every_number() {
                            stored.remove(&number);
                        }
                    }
                    Step::Rewrite(first, count) => {
                        let slots: Slots = (first..first + count).collect();
                        if !slots.meets(taken) {
                            stored = taken.numbers().chain(slots.compact()).collect();
                            bookings.push(slots);
                        }
                    }
                }
                let taken = bookings.iter().fold(Slots::default(), |all, one| all.with(*one));
                prop_assert_eq!(Slots::stored(stored.iter().copied()), taken);
            }
            prop_assert!(!bookings.is_empty() || stored.is_empty());
        }
    }
}
