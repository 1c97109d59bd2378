//! Photos in the table: `PHOTOS#<venue>` / `VENUE` and `COURT#<court>`.

use kernel::{CourtId, Result, VenueId};
use table::{Condition, Key, TenantTable, Write};

use crate::{Gallery, error::stale};

fn gallery_key(table: &TenantTable, venue: VenueId, court: Option<CourtId>) -> Key {
    let partition = format!("PHOTOS#{venue}");
    match court {
        Some(court) => table.key(partition, format_args!("COURT#{court}")),
        None => table.key(partition, "VENUE"),
    }
}

/// Get the photos of a venue or a court; none where nobody has put any.
pub async fn gallery(
    table: &TenantTable,
    venue: VenueId,
    court: Option<CourtId>,
) -> Result<Gallery> {
    let found = table.get(&gallery_key(table, venue, court)).await?;
    Ok(found.unwrap_or_else(|| Gallery::empty(venue, court)))
}

/// Put the photos of a venue or a court if they are still of the version before: else `STALE_VERSION`.
pub fn put_gallery(table: &TenantTable, gallery: &Gallery) -> Result<Write> {
    let before = match gallery.version - 1 {
        0 => Condition::absent("PK"),
        version => Condition::equals("version", version),
    };
    let key = gallery_key(table, gallery.venue_id, gallery.court_id);
    Ok(Write::put(key, "gallery", gallery)?.when(before).or(|_| stale()))
}
