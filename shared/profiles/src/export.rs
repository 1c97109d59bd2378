//! Exports: everything that a club has of a person, as a file that they can keep.

use kernel::{
    AccountId, ClubId, Error, ExportId,
    jiff::{SignedDuration, Timestamp},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long an export can be fetched.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A run that has not ended after this never will: longer than its workflow may take.
const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(24);

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportStatus {
    /// Asked for.
    Pending,
    /// Being made.
    Running,
    /// There to be fetched.
    Ready,
    /// Not made; ask again.
    Failed,
}

impl ExportStatus {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// One export of one person's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// Whose data it is.
    pub account_id: AccountId,
    /// Who asked for it.
    pub requested_by: AccountId,
    /// The thread that the request belongs to.
    pub correlation_id: String,
    /// How far it is.
    pub status: ExportStatus,
    /// When it was asked for.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub requested_at: Timestamp,
    /// When it is dropped.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub expires_at: Timestamp,
    /// The file's length, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl Export {
    /// The files that it is packed of.
    pub const PARTS: [&str; 6] = [
        "identity.json",
        "profile.json",
        "bookings.json",
        "payments.json",
        "wallet.json",
        "activity.json",
    ];

    /// A new one.
    pub fn new(account: AccountId, by: AccountId, correlation: &str, now: Timestamp) -> Self {
        Self {
            id: ExportId::new(),
            account_id: account,
            requested_by: by,
            correlation_id: correlation.to_owned(),
            status: ExportStatus::Pending,
            requested_at: now,
            expires_at: now.saturating_add(KEPT).unwrap_or(now),
            bytes: None,
        }
    }

    /// Until when it keeps the person's other exports from starting, if it never ends.
    pub(crate) fn runs_until(&self) -> Timestamp {
        self.requested_at.saturating_add(LONGEST_RUN).unwrap_or(self.requested_at)
    }

    /// Where the file lies in the bucket of files.
    pub fn file_key(&self, club: ClubId) -> String {
        format!("exports/{club}/{}/{}.zip", self.account_id, self.id)
    }

    /// Where a part of it lies while it is made.
    pub fn part_key(&self, club: ClubId, part: &str) -> String {
        format!("exports/{club}/{}/{}/{part}", self.account_id, self.id)
    }
}

/// `not_found`, `EXPORT_NOT_FOUND`.
pub fn export_not_found() -> Error {
    Error::not_found("EXPORT_NOT_FOUND", "there is no such export, or it was dropped after a week")
}
