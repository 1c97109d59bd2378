//! Families: who acts for whom.

use kernel::{AccountId, Error, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Most children that one person acts for.
pub const CHILDREN_LIMIT: u64 = 20;
/// Most guardians of one child.
pub const GUARDIANS_LIMIT: u64 = 4;

/// That one person acts for another until that one is of age. Kept at both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardianship {
    /// Who acts.
    pub guardian_id: AccountId,
    /// For whom.
    pub child_id: AccountId,
    /// Who said so: the guardian themselves, or the club's staff.
    pub added_by: AccountId,
    /// Since when.
    pub since: Timestamp,
}

/// `forbidden`, `NOT_GUARDIAN`.
pub fn not_guardian() -> Error {
    Error::forbidden(
        "NOT_GUARDIAN",
        "only they themselves, a guardian while they are under age, or the club's staff may do this",
    )
}

/// `conflict`, `GUARDIAN_NEEDED`: these children, `child_ids` in the details, would have no guardian any more.
pub fn guardian_needed(children: &[AccountId]) -> Error {
    let message = "the children of the details would be left without a guardian; have the club's staff add \
                   another guardian for each of them, or erase them first, and repeat";
    Error::conflict("GUARDIAN_NEEDED", message).with_details(json!({ "child_ids": children }))
}
