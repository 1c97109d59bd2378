//! Whether a chain is whole, and where it is not.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Record,
    record::{GENESIS, Head},
};

/// What is wrong at a place of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// There is no record of this sequence, though the chain goes on or the head says more.
    Missing,
    /// The record does not say what its hash was made of, or cannot be read.
    Changed,
    /// The record does not follow the one before it: one of the two was replaced.
    Unlinked,
    /// A record that the chain has no place for, or in another's place.
    Inserted,
    /// The last record is not the one that the head names.
    HeadDiffers,
}

/// Where a chain breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Break {
    /// The place in the chain, from 1.
    pub sequence: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What a walk along a chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many records were found good, from the walk's first on.
    pub records: u64,
    /// The place of the last good record; 0 where there is none.
    pub last_sequence: u64,
    /// Its hash: noted elsewhere, it proves later that nothing up to here was rewritten.
    pub last_hash: String,
    /// The first fault.
    pub broken: Option<Break>,
    /// Where the next walk begins, if this one ended before the chain did.
    pub next_sequence: Option<u64>,
}

/// A walk along a chain.
#[derive(Debug)]
pub(crate) struct Walk {
    log: String,
    first: u64,
    expected: u64,
    previous: String,
}

impl Walk {
    /// From the record after this one.
    pub(crate) fn after(log: &str, last: Option<&Record>) -> Self {
        let (sequence, previous) =
            last.map_or((0, GENESIS), |record| (record.sequence, record.hash.as_str()));
        let (log, previous) = (log.to_owned(), previous.to_owned());
        Self { log, first: sequence + 1, expected: sequence + 1, previous }
    }

    /// The place that comes next.
    pub(crate) fn expected(&self) -> u64 {
        self.expected
    }

    /// The record found at this place; `None` where what lies there is no record.
    pub(crate) fn step(&mut self, place: u64, record: Option<&Record>) -> Result<(), Break> {
        let broken = |sequence, fault| Err(Break { sequence, fault });
        if place > self.expected {
            return broken(self.expected, Fault::Missing);
        }
        if place < self.expected {
            return broken(place, Fault::Inserted);
        }
        let Some(record) = record else { return broken(place, Fault::Changed) };
        if record.sequence != place || record.log != self.log {
            return broken(place, Fault::Inserted);
        }
        if record.hash != record.computed_hash() {
            return broken(place, Fault::Changed);
        }
        if record.previous != self.previous {
            return broken(place, Fault::Unlinked);
        }
        self.expected += 1;
        self.previous.clone_from(&record.hash);
        Ok(())
    }

    /// At the end of what was found: does the head agree?
    pub(crate) fn end(&self, head: &Head) -> Result<(), Break> {
        let last = self.expected - 1;
        if last < head.sequence {
            return Err(Break { sequence: self.expected, fault: Fault::Missing });
        }
        if last == head.sequence && self.previous != head.hash {
            return Err(Break { sequence: last, fault: Fault::HeadDiffers });
        }
        Ok(())
    }

    pub(crate) fn verdict(self, broken: Option<Break>, next_sequence: Option<u64>) -> Verdict {
        Verdict {
            records: self.expected - self.first,
            last_sequence: self.expected - 1,
            last_hash: self.previous,
            broken,
            next_sequence,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{AuditRecordId, jiff::Timestamp};

    use super::*;
    use crate::record::tests::entry;

    fn chain(length: u64) -> (Vec<Record>, Head) {
        let (mut head, mut records) = (Head::empty(), Vec::new());
        for _ in 0..length {
            let now = Timestamp::from_second(1_800_000_000).unwrap();
            let record = Record::after(&head, "clb_1", AuditRecordId::new(), &entry("a.b"), now);
            head = Head::of(&record);
            records.push(record);
        }
        (records, head)
    }

    fn broken(records: &[Record], head: &Head) -> Option<(u64, Fault)> {
        let mut walk = Walk::after("clb_1", None);
        let steps = records.iter().try_for_each(|record| walk.step(record.sequence, Some(record)));
        steps.and_then(|()| walk.end(head)).err().map(|found| (found.sequence, found.fault))
    }

    #[test]
    fn every_way_to_bend_a_chain_shows() {
        let (records, head) = chain(5);
        assert_eq!(broken(&records, &head), None);
        assert_eq!(broken(&[], &Head::empty()), None);

        let mut changed = records.clone();
        changed[2].target = "acc_y".to_owned();
        assert_eq!(broken(&changed, &head), Some((3, Fault::Changed)));
        changed[2].hash = changed[2].computed_hash();
        assert_eq!(broken(&changed, &head), Some((4, Fault::Unlinked)));
        let mut last = records.clone();
        last[4].target = "acc_y".to_owned();
        last[4].hash = last[4].computed_hash();
        assert_eq!(broken(&last, &head), Some((5, Fault::HeadDiffers)));

        let mut removed = records.clone();
        removed.remove(1);
        assert_eq!(broken(&removed, &head), Some((2, Fault::Missing)));
        assert_eq!(broken(&records[..3], &head), Some((4, Fault::Missing)));
        assert_eq!(broken(&[], &head), Some((1, Fault::Missing)));

        let mut inserted = records.clone();
        inserted.insert(2, records[1].clone());
        assert_eq!(broken(&inserted, &head), Some((2, Fault::Inserted)));

        let mut reordered = records.clone();
        (reordered[1].sequence, reordered[2].sequence) = (3, 2);
        reordered.swap(1, 2);
        assert_eq!(broken(&reordered, &head), Some((2, Fault::Changed)));

        let mut foreign = records;
        foreign[0].log = "clb_2".to_owned();
        assert_eq!(broken(&foreign, &head), Some((1, Fault::Inserted)));
    }
}
