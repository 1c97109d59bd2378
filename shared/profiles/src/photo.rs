//! Where photos of people lie.

use kernel::{AccountId, ClubId};

/// Where somebody's photo lies: one place a person, so that a new one leaves nothing behind.
pub fn photo_key(club: ClubId, account: AccountId) -> String {
    format!("photos/{club}/{account}")
}

/// Where an upload lies until it is looked at; the bucket drops what nobody confirms.
pub fn upload_key(club: ClubId, account: AccountId, upload: &str) -> String {
    format!("uploads/{club}/{account}/{upload}")
}
