//! What a query reads: one partition, in sort-key order.

use kernel::{LastKey, PageRequest};

use crate::{Partition, Value, expression::Placeholders};

/// A secondary index. Reads of one are eventually consistent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// `GSI1PK`, `GSI1SK`.
    Gsi1,
    /// `GSI2PK`, `GSI2SK`.
    Gsi2,
}

#[derive(Debug, Clone)]
enum Sort {
    All,
    BeginsWith(String),
    AtMost(String),
    Between(String, String),
}

/// A query of one partition.
#[derive(Debug, Clone)]
pub struct Query {
    partition: Partition,
    pub(crate) index: Option<Index>,
    sort: Sort,
    pub(crate) descending: bool,
    pub(crate) consistent: bool,
    pub(crate) limit: Option<i32>,
    pub(crate) after: Option<LastKey>,
}

impl Query {
    /// All of a partition of the table.
    pub fn of(partition: Partition) -> Self {
        Self {
            partition,
            index: None,
            sort: Sort::All,
            descending: false,
            consistent: true,
            limit: None,
            after: None,
        }
    }

    /// All of a partition of an index.
    pub fn index(index: Index, partition: Partition) -> Self {
        Self { index: Some(index), consistent: false, ..Self::of(partition) }
    }

    /// Only sort keys with this beginning.
    #[must_use]
    pub fn begins_with(mut self, prefix: impl Into<String>) -> Self {
        self.sort = Sort::BeginsWith(prefix.into());
        self
    }

    /// Only sort keys up to this one.
    #[must_use]
    pub fn at_most(mut self, last: impl Into<String>) -> Self {
        self.sort = Sort::AtMost(last.into());
        self
    }

    /// Only sort keys from the first to the last.
    #[must_use]
    pub fn between(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.sort = Sort::Between(first.into(), last.into());
        self
    }

    /// Last sort key first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Reads what may be a moment old, for half the price: for answers that are checked again before
    /// anything follows from them.
    #[must_use]
    pub fn eventually(mut self) -> Self {
        self.consistent = false;
        self
    }

    /// This page of it.
    #[must_use]
    pub fn page(mut self, page: PageRequest) -> Self {
        self.limit = Some(i32::from(page.limit.get()));
        self.after = page.after;
        self
    }

    pub(crate) fn index_name(&self) -> Option<&'static str> {
        self.index.map(|index| match index {
            Index::Gsi1 => "GSI1",
            Index::Gsi2 => "GSI2",
        })
    }

    pub(crate) fn render(&self, placeholders: &mut Placeholders) -> String {
        let (pk, sk) = match self.index {
            None => ("PK", "SK"),
            Some(Index::Gsi1) => ("GSI1PK", "GSI1SK"),
            Some(Index::Gsi2) => ("GSI2PK", "GSI2SK"),
        };
        let mut value = |text: &str| placeholders.value(&Value::from(text));
        let partition = format!("{pk} = {}", value(self.partition.as_str()));
        match &self.sort {
            Sort::All => partition,
            Sort::BeginsWith(prefix) => {
                format!("{partition} AND begins_with({sk}, {})", value(prefix))
            }
            Sort::AtMost(last) => format!("{partition} AND {sk} <= {}", value(last)),
            Sort::Between(first, last) => {
                format!("{partition} AND {sk} BETWEEN {} AND {}", value(first), value(last))
            }
        }
    }
}
