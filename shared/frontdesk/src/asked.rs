//! What somebody asks for.

use booking::{ExtraWishes, InSeries, Party, Wish};
use kernel::{AccountId, CourtId, VenueId};

/// A court at a time, for somebody.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Where.
    pub venue_id: VenueId,
    /// On which court.
    pub court_id: CourtId,
    /// When, and how long.
    pub wish: Wish,
    /// Whose booking it will be.
    pub account_id: AccountId,
    /// Who asks: the same, or staff, a guardian, the waiting list.
    pub asked_by: AccountId,
    /// What is booked beside the court.
    pub extras: ExtraWishes,
    /// Who plays along.
    pub party: Party,
    /// The occurrence of a series that it will be.
    pub series: Option<InSeries>,
}
