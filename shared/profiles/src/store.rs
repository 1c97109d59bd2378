//! Keys, reads and writes of people in a club.

mod availability;
mod consents;
mod emergency;
mod erasures;
mod exports;
mod families;
mod fields;
mod people;
mod profiles;
mod sports;

pub use availability::{availability, put_availability};
pub use consents::{
    add_consent, consents, document, document_unchanged, document_version, documents, publish,
};
pub use emergency::{emergency_contact, put_emergency_contact, remove_emergency_contact};
pub use erasures::{begin_erasure, complete_erasure, count_removed, erasure, erasure_running};
pub use exports::{
    drop_export, export, exports_of, fail_export, finish_export, request_export, start_export,
};
pub use families::{
    FamilyCount, children, children_count, family_key, guardians, guardianship, leave_children,
    link, mark_invited, unlink,
};
pub use fields::{person_fields, put_person_fields};
pub use people::{Everything, erase, everything};
pub use profiles::{profile, profile_key, profile_unchanged, put_profile};
pub use sports::{put_sport, remove_sport, sport, sport_key, sports};

use std::fmt::Display;

use kernel::{AccountId, Error, stale_version};
use table::{Condition, Key, TenantTable};

/// An item of a person: `T#<club>#PERSON#<account>` / `<item>`.
fn person_key(table: &TenantTable, account: AccountId, item: impl Display) -> Key {
    table.key(format_args!("PERSON#{account}"), item)
}

/// It is still this version; 0 of an item that was not there.
fn unchanged(version: u64) -> Condition {
    match version {
        0 => Condition::absent("PK"),
        version => Condition::equals("version", version),
    }
}

/// `stale`, `STALE_VERSION`.
fn stale() -> Error {
    stale_version("this")
}
