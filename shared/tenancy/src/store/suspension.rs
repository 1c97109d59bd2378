//! Suspension of a club. Its slug stays its own, and whoever signs in hears why they may not.

use kernel::{ClubId, Error};
use table::{Condition, PlatformTable, TenantTable, Update, Write, read_item};

use super::{club_key, settings_key};
use crate::{Club, ClubStatus, club::not_found};

/// Update `P#CLUB#<club>` / `CLUB` and `T#<club>#SETTINGS` / `CLUB` from active to suspended: else `not_found`, `CLUB_NOT_FOUND`, or
/// `conflict`, `CLUB_NOT_ACTIVE`.
pub fn suspend_club(table: &PlatformTable, own: &TenantTable, id: ClubId) -> Vec<Write> {
    turn(table, own, id, ("active", "suspended"), || {
        Error::conflict("CLUB_NOT_ACTIVE", "only a club that is open can be suspended")
    })
}

/// Update `P#CLUB#<club>` / `CLUB` and `T#<club>#SETTINGS` / `CLUB` from suspended to active: else `not_found`, `CLUB_NOT_FOUND`, or
/// `conflict`, `CLUB_NOT_SUSPENDED`.
pub fn reinstate_club(table: &PlatformTable, own: &TenantTable, id: ClubId) -> Vec<Write> {
    turn(table, own, id, ("suspended", "active"), || {
        Error::conflict("CLUB_NOT_SUSPENDED", "this club is not suspended")
    })
}

/// Update `T#<club>#SETTINGS` / `CLUB`, beside the record that it copies, whose condition decides.
pub(super) fn status_copied(own: &TenantTable, status: &str) -> Write {
    let update = Update::new().set("status", status);
    Write::update(settings_key(own), update).when(Condition::item_exists()).or(|_| not_found())
}

fn turn(
    table: &PlatformTable,
    own: &TenantTable,
    id: ClubId,
    (from, to): (&str, &str),
    refused: fn() -> Error,
) -> Vec<Write> {
    let update = Update::new().set("status", to).add("version", 1_u64);
    let record = Write::update(club_key(table, id), update)
        .when(Condition::equals("status", from))
        .or(move |old| {
            let old = old.and_then(|item| read_item::<Club>(item).ok());
            match old.map(|club| club.status) {
                None | Some(ClubStatus::Removed) => not_found(),
                Some(_) => refused(),
            }
        });
    vec![record, status_copied(own, to)]
}
