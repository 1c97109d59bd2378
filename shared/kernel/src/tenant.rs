//! Proof that code acts for one club.

use crate::{ClubId, Event};

/// The club that a piece of work acts for, and the thread it belongs to.
///
/// Every tenant key is made from one of these, and there are only these ways to get one. A test holds
/// the list of files that may call each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    club: ClubId,
    correlation: String,
}

impl Tenant {
    /// From a verified access token. For `web` alone.
    pub fn from_token(club: ClubId, correlation: impl Into<String>) -> Self {
        Self { club, correlation: correlation.into() }
    }

    /// From the envelope of an event or queue message that the platform itself wrote.
    pub fn from_envelope(club: ClubId, correlation: impl Into<String>) -> Self {
        Self { club, correlation: correlation.into() }
    }

    /// From an event.
    pub fn from_event(event: &Event) -> Self {
        Self::from_envelope(event.club_id, event.correlation_id.clone())
    }

    /// For a club that was found by a platform record (its slug at sign-in, its onboarding, a webhook's path).
    pub fn from_platform_record(club: ClubId, correlation: impl Into<String>) -> Self {
        Self { club, correlation: correlation.into() }
    }

    /// The club.
    pub fn club(&self) -> ClubId {
        self.club
    }

    /// Ties together everything that one request or event set off.
    pub fn correlation(&self) -> &str {
        &self.correlation
    }
}
