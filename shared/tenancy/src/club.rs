//! What a club is.

use jiff::Timestamp;
use kernel::{ClubId, Currency, Error, OnboardingId, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ClubName, TimeZoneName};

/// Where a club is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClubStatus {
    /// Being made; nobody can register or log in.
    Onboarding,
    /// Open.
    Active,
    /// Closed until the platform lifts it.
    Suspended,
    /// No longer, or never, a club.
    Removed,
}

/// Where a club's data lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// In the shared table.
    Pool,
}

/// A club as the platform sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Club {
    /// The id.
    pub id: ClubId,
    /// Its name in addresses.
    pub slug: Slug,
    /// Its name.
    pub name: ClubName,
    /// The zone its days are counted in.
    pub time_zone: TimeZoneName,
    /// What it charges in.
    pub currency: Currency,
    /// Where it is in its life.
    pub status: ClubStatus,
    /// Where its data lies.
    pub tier: Tier,
    /// When its onboarding began.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

/// The guard that makes a slug one club's alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugRecord {
    /// Whose it is.
    pub club_id: ClubId,
    /// The onboarding that reserved it.
    pub onboarding_id: OnboardingId,
    /// `Active` once the club is open.
    pub status: ClubStatus,
}

impl SlugRecord {
    /// The club, if it is open to its members.
    pub fn active(&self) -> Option<ClubId> {
        (self.status == ClubStatus::Active).then_some(self.club_id)
    }
}

/// Nobody has the slug, or whoever has it is not open.
pub(crate) fn not_found() -> Error {
    Error::not_found("CLUB_NOT_FOUND", "there is no such club, or it is not open")
}
