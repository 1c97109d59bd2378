//! Which dates of a series a change is about.

use kernel::{Result, jiff::civil::DateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Occurrence, occurrence_not_found};

/// Which dates, counted from the one that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeriesScope)]
pub enum Scope {
    /// That one alone.
    This,
    /// It and every later one.
    ThisAndFollowing,
    /// Every one.
    All,
}

impl Scope {
    /// The dates that it is about, whatever became of them.
    ///
    /// `OCCURRENCE_NOT_FOUND` where one must be named and is not one of them.
    pub fn of(
        self,
        occurrences: &[Occurrence],
        named: Option<DateTime>,
    ) -> Result<Vec<Occurrence>> {
        let is_there = |time| occurrences.iter().any(|one| one.recurrence_id == time);
        if self != Self::All && !named.is_some_and(is_there) {
            return Err(occurrence_not_found());
        }
        let within = |one: &&Occurrence| match self {
            Self::This => Some(one.recurrence_id) == named,
            Self::ThisAndFollowing => Some(one.recurrence_id) >= named,
            Self::All => true,
        };
        Ok(occurrences.iter().filter(within).cloned().collect())
    }
}
