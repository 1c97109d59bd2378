//! The poster of a venue: what hangs there, and is scanned to check in.

use kernel::{AccountId, Error, Result, VenueId, jiff::Timestamp};
use serde::{Deserialize, Serialize};

use crate::VenueCode;

/// The code of a venue. It is kept as it is, for the poster is printed again; it says no more than that somebody
/// could read a wall. It is an item of its own, so that nobody reads it with the venue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poster {
    /// Where it hangs.
    pub venue_id: VenueId,
    /// What it says.
    pub code: VenueCode,
    /// Since when.
    pub made_at: Timestamp,
    /// Who asked for it.
    pub made_by: AccountId,
    /// Grows with every new code.
    pub version: u64,
}

impl Poster {
    /// The first of a venue.
    pub fn first(venue_id: VenueId, made_by: AccountId, made_at: Timestamp) -> Result<Self> {
        Ok(Self { venue_id, code: VenueCode::make()?, made_at, made_by, version: 1 })
    }

    /// Another code in its place: the one that hangs there is good no more.
    pub fn rotated(&self, made_by: AccountId, made_at: Timestamp) -> Result<Self> {
        let version = self.version + 1;
        Ok(Self { code: VenueCode::make()?, made_at, made_by, version, ..self.clone() })
    }

    /// Whether it says this: else `invalid`, `VENUE_CODE_WRONG`.
    pub fn check(&self, scanned: &str) -> Result<()> {
        self.code.is(scanned).then_some(()).ok_or_else(venue_code_wrong)
    }
}

/// 422: of another venue, of an older poster, or made up.
pub fn venue_code_wrong() -> Error {
    let message = "it is not the code that hangs at this venue now; scan it again, or ask the desk";
    Error::invalid("VENUE_CODE_WRONG", message)
}
