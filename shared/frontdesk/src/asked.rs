//! What somebody asks for.

use booking::{InSeries, Party, Wish};
use kernel::{AccountId, CourtId, Role, VenueId};

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
    /// What they whose booking it will be are in the club.
    pub roles: Vec<Role>,
    /// Who plays along.
    pub party: Party,
    /// The occurrence of a series that it will be.
    pub series: Option<InSeries>,
}
