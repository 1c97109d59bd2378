//! Venues' posters in the table: `POSTER#<venue>` / `POSTER`.

use kernel::{Result, VenueId, stale_version};
use table::{Attempt, Condition, Key, TenantTable, Write};

use crate::Poster;

fn poster_key(table: &TenantTable, venue: VenueId) -> Key {
    table.key(format_args!("POSTER#{venue}"), "POSTER")
}

/// Get a venue's poster; none before anybody asked for it.
pub async fn poster(table: &TenantTable, venue: VenueId) -> Result<Option<Poster>> {
    table.get(&poster_key(table, venue)).await
}

/// Put a venue's first poster: of several at once, all answer the one that was first.
pub async fn first_poster(table: &TenantTable, first: Poster) -> Result<Poster> {
    match table.attempt(put_poster(table, &first)?).await? {
        Attempt::Done(_) => Ok(first),
        Attempt::Refused(_) => Ok(poster(table, first.venue_id).await?.unwrap_or(first)),
    }
}

/// Put a venue's poster if it is still of the version before, or there is none: else `STALE_VERSION`.
pub fn put_poster(table: &TenantTable, poster: &Poster) -> Result<Write> {
    let before = match poster.version - 1 {
        0 => Condition::absent("PK"),
        version => Condition::equals("version", version),
    };
    let put = Write::put(poster_key(table, poster.venue_id), "poster", poster)?;
    Ok(put.when(before).or(|_| stale_version("this poster")))
}
