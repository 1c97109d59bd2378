//! Which records are asked for.

use kernel::{AccountId, jiff::Timestamp};

use crate::Record;

/// Which records of a log; all of them, if nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What this account did.
    pub actor: Option<AccountId>,
    /// Actions that begin so: `member.` for instance.
    pub action: Option<String>,
    /// What was done to this.
    pub target: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

impl Filter {
    /// Whether the record is asked for.
    pub(crate) fn takes(&self, record: &Record) -> bool {
        self.actor.is_none_or(|actor| record.actor == actor)
            && self.action.as_deref().is_none_or(|action| record.action.starts_with(action))
            && self.target.as_deref().is_none_or(|target| record.target == target)
            && self.to.is_none_or(|to| record.at < to)
            && !self.is_past(record)
    }

    /// Whether this and every earlier record is too old.
    pub(crate) fn is_past(&self, record: &Record) -> bool {
        self.from.is_some_and(|from| record.at < from)
    }
}
