//! Erasures: what was removed of a person, what was kept and why.

use std::collections::BTreeMap;

use kernel::{AccountId, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::store::Everything;

/// What stays, and why (GDPR, article 17, paragraph 3).
const KEPT: [(&str, &str); 8] = [
    (
        "bookings",
        "the club's records of its courts, those ahead cancelled; they name the account's id alone",
    ),
    ("payments", "the law asks that they be kept; they name the account's id alone"),
    ("ledger", "the law asks that it be kept; it names payments and the account's id alone"),
    ("audit_log", "it proves who did what, also this erasure; a chain that is cut proves nothing"),
    (
        "notifications",
        "that a message was sent, without its text and address; dropped after 90 days",
    ),
    ("invitations", "the address that one was sent to; dropped 30 days after they expire"),
    ("repeated_requests", "answers to requests with an Idempotency-Key; dropped after a day"),
    ("backups", "they cannot be changed; dropped after 35 days"),
];

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStatus {
    /// They are no member any more; something of them is still there. Ask again to go on.
    Running,
    /// Nothing is left but what is kept.
    Completed,
}

/// Something that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptData {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The certificate of an erasure. It names nobody but by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Whose data it was.
    pub account_id: AccountId,
    /// Who asked for it.
    pub requested_by: AccountId,
    /// How far it is.
    pub status: ErasureStatus,
    /// When they stopped being a member.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub started_at: Timestamp,
    /// When the last of it was gone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "kernel::serialize_optional_timestamp"
    )]
    pub completed_at: Option<Timestamp>,
    /// How many items of each kind were found when it began, and are gone. Bookings ahead, places in waiting lists
    /// and calendar feeds are counted as they go.
    pub removed: BTreeMap<String, u64>,
    /// What was kept.
    pub kept: Vec<KeptData>,
    /// Of the certificate before, where somebody came back and was erased again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_hash: Option<String>,
    /// SHA-256 of the completed certificate without this member; the audit log has it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl Erasure {
    /// Of everything that the club knows of the person, and so many sessions and exports.
    pub fn new(
        account: AccountId,
        by: AccountId,
        everything: &Everything,
        (sessions, exports): (usize, usize),
        now: Timestamp,
    ) -> Self {
        let one = usize::from;
        let found = [
            ("membership", 1),
            ("profile", one(everything.profile.is_some())),
            ("photo", one(everything.photo_key.is_some())),
            ("sports", everything.sports.len()),
            ("availability", one(everything.availability.is_some())),
            ("emergency_contact", one(everything.emergency_contact.is_some())),
            ("consents", everything.consents.len()),
            ("guardians", everything.guardians.len()),
            ("children", everything.children.len()),
            ("sessions", sessions),
            ("exports", exports),
        ];
        let removed = found.into_iter().map(|(kind, count)| (kind.to_owned(), count as u64));
        let kept = KEPT.map(|(what, why)| KeptData { what: what.to_owned(), why: why.to_owned() });
        Self {
            account_id: account,
            requested_by: by,
            status: ErasureStatus::Running,
            started_at: now,
            completed_at: None,
            removed: removed.filter(|(_, count)| *count > 0).collect(),
            kept: kept.into(),
            previous_hash: None,
            hash: None,
        }
    }

    /// When nothing is left; `account_removed` tells whether this was their last club.
    #[must_use]
    pub fn completed(mut self, account_removed: bool, now: Timestamp) -> Self {
        if account_removed {
            self.removed.insert("account".to_owned(), 1);
        } else {
            let why = "they are in another club, or run the platform";
            self.kept.push(KeptData { what: "account".to_owned(), why: why.to_owned() });
        }
        Self { status: ErasureStatus::Completed, completed_at: Some(now), ..self }
    }
}
