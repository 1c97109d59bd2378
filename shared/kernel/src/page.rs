//! Pages of lists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The key after which the next page starts: attribute name → value. All our keys are strings.
pub type LastKey = BTreeMap<String, String>;

/// How many items a page may hold, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLimit(u8);

impl PageLimit {
    /// The most that one page holds.
    pub const MAX: u8 = 100;

    /// `None` outside 1 to 100.
    pub fn new(limit: u8) -> Option<Self> {
        (1..=Self::MAX).contains(&limit).then_some(Self(limit))
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(20)
    }
}

/// Which page of a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// The most items to return.
    pub limit: PageLimit,
    /// Where the page starts; `None` is the beginning.
    pub after: Option<LastKey>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<LastKey>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}
