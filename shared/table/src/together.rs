//! Several things' writes in one transaction, in which DynamoDB takes each item once.

use crate::{Write, transaction::TRANSACTION_LIMIT, write::Action};

/// The writes of several things that happen together.
#[derive(Clone, Default)]
pub struct Together(Vec<Write>);

impl Together {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One more thing with all of its writes; or nothing of it, and `false`, where the transaction is full or both
    /// write one item in ways that are not one write.
    ///
    /// What is one write: the same check twice; and updates on the same condition that set and remove different
    /// attributes, or the same ones to the same values. A `version` that each of them raises is raised once.
    pub fn take(&mut self, writes: Vec<Write>) -> bool {
        self.take_leaving(0, writes)
    }

    /// The same, where so many more items are still to be written with them.
    pub fn take_leaving(&mut self, more: usize, writes: Vec<Write>) -> bool {
        let mut all = self.0.clone();
        for write in writes {
            match all.iter_mut().find(|one| one.key == write.key) {
                None => all.push(write),
                Some(one) => {
                    if !one.join(&write) {
                        return false;
                    }
                }
            }
        }
        let fits = all.len() + more <= TRANSACTION_LIMIT;
        if fits {
            self.0 = all;
        }
        fits
    }

    /// All of them.
    pub fn into_writes(self) -> Vec<Write> {
        self.0
    }
}

impl Write {
    /// Makes one write of two, if they are.
    fn join(&mut self, other: &Self) -> bool {
        if self.condition != other.condition {
            return false;
        }
        match (&mut self.action, &other.action) {
            (Action::Check, Action::Check) => true,
            (Action::Update(one), Action::Update(other)) => {
                one.joined(other).map(|both| *one = both).is_some()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Condition, Key, Update, Value};

    fn key(name: &str) -> Key {
        Key::new("T#1".to_owned(), name.to_owned())
    }

    fn enter(name: &str) -> Write {
        let update = Update::new().set(name, "x").set("version", 4_u64);
        Write::update(key("DIARY"), update).when(Condition::equals("version", 3_u64))
    }

    fn slots(slot: u16) -> Write {
        let free = Condition::contains("taken", slot).negated();
        let update = Update::new().add("taken", Value::numbers([slot])).add("version", 1_u64);
        Write::update(key("DAY"), update).when(free)
    }

    #[test]
    fn each_item_is_written_once() {
        let mut all = Together::new();
        let court = || Write::check(key("COURT"), Condition::equals("version", 1_u64));
        assert!(all.take(vec![enter("b_1"), court()]));
        assert!(all.take(vec![enter("b_2"), court(), slots(1)]));
        let writes = all.clone().into_writes();
        assert_eq!(writes.len(), 3);
        let update = writes[0].render().update;
        assert_eq!(update.matches('=').count(), 3, "{update}");
        // Raised once by both.
        let raise = || Write::update(key("OTHER"), Update::new().remove("a").add("version", 1_u64));
        assert!(all.take(vec![raise()]) && all.take(vec![raise()]));
        assert_eq!(all.into_writes()[3].render().update.matches("ADD").count(), 1);
    }

    #[test]
    fn what_is_not_one_write_stays_out_as_a_whole() {
        let mut all = Together::new();
        assert!(all.take(vec![slots(1), enter("b_1")]));
        let stale = Write::update(key("DIARY"), Update::new().set("b_9", "x"));
        let other_value = Write::update(key("DIARY"), Update::new().set("b_1", "y"))
            .when(Condition::equals("version", 3_u64));
        let checked = Write::check(key("COURT"), Condition::equals("version", 1_u64));
        for other in [slots(1), slots(2), stale, other_value, Write::delete(key("DAY"))] {
            assert!(!all.take(vec![checked.clone(), other]));
        }
        let many =
            |count: usize| (0..count).map(|at| Write::delete(key(&at.to_string()))).collect();
        assert!(!all.take(many(99)));
        assert_eq!(all.clone().into_writes().len(), 2);
        assert!(all.take(many(98)));
    }
}
