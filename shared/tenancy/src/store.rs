//! Keys, reads and writes of clubs, their settings and their onboardings.

mod onboardings;
mod roles;
mod steps;
mod suspension;

pub use onboardings::{
    begin_undoing, fail, finish, onboarding, record, start_step, step_done, step_failed,
    step_undone,
};
pub use roles::{change_role, create_role, remove_role, roles};
pub use steps::{
    activate, apply_template, create_club, deactivate, release_slug, remove_club, reserve_slug,
    slug_taken, withdraw_template,
};
pub use suspension::{reinstate_club, suspend_club};

use kernel::{ClubId, Page, PageRequest, Result, Slug};
use table::{Index, Key, Partition, PlatformTable, Query, TenantTable};

use crate::{Club, ClubSettings, SlugRecord, Template, VenueDefaults, club::not_found};

/// The guard of a slug, `P#SLUG#<slug>` / `SLUG`: for a round of reads.
pub fn slug_key(table: &PlatformTable, slug: &Slug) -> Key {
    table.key(format_args!("SLUG#{slug}"), "SLUG")
}

/// A club: `P#CLUB#<club>` / `CLUB`.
fn club_key(table: &PlatformTable, club: ClubId) -> Key {
    table.key(format_args!("CLUB#{club}"), "CLUB")
}

/// All clubs by age: gsi1 `P#CLUBS`.
fn clubs_partition(table: &PlatformTable) -> Partition {
    table.partition("CLUBS")
}

/// The club's copy of what it is, `T#<club>#SETTINGS` / `CLUB`: for a round of reads.
pub fn settings_key(table: &TenantTable) -> Key {
    table.key("SETTINGS", "CLUB")
}

/// What a new venue starts with: `T#<club>#SETTINGS` / `VENUE_DEFAULTS`.
fn venue_defaults_key(table: &TenantTable) -> Key {
    table.key("SETTINGS", "VENUE_DEFAULTS")
}

/// Get `P#SLUG#<slug>` / `SLUG`: whose slug it is, open or not.
pub async fn slug(table: &PlatformTable, slug: &Slug) -> Result<Option<SlugRecord>> {
    table.get(&slug_key(table, slug)).await
}

/// Get `P#SLUG#<slug>` / `SLUG`: the open club of this slug, else `not_found`, `CLUB_NOT_FOUND`.
pub async fn open_club(table: &PlatformTable, name: &Slug) -> Result<ClubId> {
    let record = slug(table, name).await?;
    record.and_then(|record| record.active()).ok_or_else(not_found)
}

/// Get `P#CLUB#<club>` / `CLUB`: `not_found`, `CLUB_NOT_FOUND`, where there is none.
pub async fn club(table: &PlatformTable, id: ClubId) -> Result<Club> {
    table.get(&club_key(table, id)).await?.ok_or_else(not_found)
}

/// Query gsi1 `P#CLUBS`, oldest first: one page of clubs. Clubs that never opened are not among them.
pub async fn clubs(table: &PlatformTable, page: PageRequest) -> Result<Page<Club>> {
    table.query(&Query::index(Index::Gsi1, clubs_partition(table)).page(page)).await
}

/// Get `T#<club>#SETTINGS` / `CLUB`: `not_found`, `CLUB_NOT_FOUND`, where the club is not made yet.
pub async fn settings(table: &TenantTable) -> Result<ClubSettings> {
    table.get(&settings_key(table)).await?.ok_or_else(not_found)
}

/// Get `T#<club>#SETTINGS` / `VENUE_DEFAULTS`: the standard template's, where the club has none.
pub async fn venue_defaults(table: &TenantTable) -> Result<VenueDefaults> {
    let own = table.get(&venue_defaults_key(table)).await?;
    Ok(own.unwrap_or_else(|| Template::Standard.venue_defaults()))
}
