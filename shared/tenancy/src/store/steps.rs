//! What each step of an onboarding writes, and what takes it away again.

use kernel::{Error, Result, timestamp_text};
use table::{Condition, PlatformTable, TenantTable, Update, Write};

use super::{
    club_key, clubs_partition, settings_key, slug, slug_key, suspension::status_copied,
    venue_defaults_key,
};
use crate::{Club, ClubSettings, ClubStatus, Onboarding, SlugRecord, Template, Tier};

/// Put `P#SLUG#<slug>` / `SLUG` if nobody else has it, else `conflict`, `SLUG_TAKEN`.
pub fn reserve_slug(table: &PlatformTable, onboarding: &Onboarding) -> Result<Vec<Write>> {
    let record = SlugRecord {
        club_id: onboarding.club_id,
        onboarding_id: onboarding.id,
        status: ClubStatus::Onboarding,
    };
    let ours = Condition::equals("onboarding_id", onboarding.id.to_string());
    let write = Write::put(slug_key(table, &onboarding.request.slug), "Slug", &record)?
        .when(Condition::any([Condition::absent("PK"), ours]))
        .or(|_| slug_taken());
    Ok(vec![write])
}

/// `conflict`, `SLUG_TAKEN`: another club has the slug.
pub fn slug_taken() -> Error {
    Error::conflict("SLUG_TAKEN", "another club has this slug; choose another")
}

/// Delete `P#SLUG#<slug>` / `SLUG` if this onboarding reserved it (one read before).
pub async fn release_slug(table: &PlatformTable, onboarding: &Onboarding) -> Result<Vec<Write>> {
    let record = slug(table, &onboarding.request.slug).await?;
    if record.is_none_or(|record| record.onboarding_id != onboarding.id) {
        return Ok(Vec::new());
    }
    let ours = Condition::equals("onboarding_id", onboarding.id.to_string());
    Ok(vec![Write::delete(slug_key(table, &onboarding.request.slug)).when(ours)])
}

/// Put `P#CLUB#<club>` / `CLUB`, not open yet, and `T#<club>#SETTINGS` / `CLUB`.
pub fn create_club(
    table: &PlatformTable,
    own: &TenantTable,
    onboarding: &Onboarding,
) -> Result<Vec<Write>> {
    let request = &onboarding.request;
    let club = Club {
        id: onboarding.club_id,
        slug: request.slug.clone(),
        name: request.name.clone(),
        time_zone: request.time_zone.clone(),
        currency: request.currency,
        status: ClubStatus::Onboarding,
        tier: Tier::Pool,
        created_at: onboarding.created_at,
        version: 1,
    };
    let settings = ClubSettings {
        name: request.name.clone(),
        slug: request.slug.clone(),
        currency: request.currency,
        time_zone: request.time_zone.clone(),
        locale: request.template.locale(),
        status: ClubStatus::Onboarding,
    };
    let age = format!("{}#{}", timestamp_text(club.created_at), club.id);
    Ok(vec![
        Write::put(club_key(table, club.id), "Club", &club)?.gsi1(&clubs_partition(table), age),
        Write::put(settings_key(own), "ClubSettings", &settings)?,
    ])
}

/// Update `P#CLUB#<club>` / `CLUB` to removed and out of the list, if it is there (one read before);
/// delete `T#<club>#SETTINGS` / `CLUB`.
pub async fn remove_club(
    table: &PlatformTable,
    own: &TenantTable,
    onboarding: &Onboarding,
) -> Result<Vec<Write>> {
    let mut writes = vec![Write::delete(settings_key(own))];
    if table.get::<Club>(&club_key(table, onboarding.club_id)).await?.is_some() {
        let update = Update::new()
            .set("status", "removed")
            .remove("GSI1PK")
            .remove("GSI1SK")
            .add("version", 1_u64);
        let key = club_key(table, onboarding.club_id);
        writes.push(Write::update(key, update).when(Condition::item_exists()));
    }
    Ok(writes)
}

/// Put `T#<club>#SETTINGS` / `VENUE_DEFAULTS`.
pub fn apply_template(table: &TenantTable, template: Template) -> Result<Vec<Write>> {
    let defaults = template.venue_defaults();
    Ok(vec![Write::put(venue_defaults_key(table), "VenueDefaults", &defaults)?])
}

/// Delete `T#<club>#SETTINGS` / `VENUE_DEFAULTS`.
pub fn withdraw_template(table: &TenantTable) -> Vec<Write> {
    vec![Write::delete(venue_defaults_key(table))]
}

/// Update `P#CLUB#<club>` / `CLUB`, `T#<club>#SETTINGS` / `CLUB` and `P#SLUG#<slug>` / `SLUG`: the club is open.
pub fn activate(table: &PlatformTable, own: &TenantTable, onboarding: &Onboarding) -> Vec<Write> {
    open_or_close(table, own, onboarding, ("onboarding", "active"))
}

/// The same three, closed again, if the club is open (one read before).
pub async fn deactivate(
    table: &PlatformTable,
    own: &TenantTable,
    onboarding: &Onboarding,
) -> Result<Vec<Write>> {
    let club = table.get::<Club>(&club_key(table, onboarding.club_id)).await?;
    Ok(match club.map(|club| club.status) {
        Some(ClubStatus::Active) => open_or_close(table, own, onboarding, ("active", "onboarding")),
        _ => Vec::new(),
    })
}

fn open_or_close(
    table: &PlatformTable,
    own: &TenantTable,
    onboarding: &Onboarding,
    (from, to): (&str, &str),
) -> Vec<Write> {
    let ours = Condition::equals("onboarding_id", onboarding.id.to_string());
    let club = Write::update(
        club_key(table, onboarding.club_id),
        Update::new().set("status", to).add("version", 1_u64),
    );
    let guard =
        Write::update(slug_key(table, &onboarding.request.slug), Update::new().set("status", to));
    vec![club.when(Condition::equals("status", from)), status_copied(own, to), guard.when(ours)]
}
