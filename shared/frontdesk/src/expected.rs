//! What a venue's rules will want to know, guessed before they are read, so that one round is enough.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use booking::Needs;
use kernel::{ClubId, VenueId};
use moka::future::Cache;
use table::TenantTable;

const KEPT: Duration = Duration::from_mins(10);
const KEPT_MOST: u64 = 1_000;

/// Of this process. The club is part of the key. A wrong guess costs a second round, and nothing else.
static NEEDS: LazyLock<Cache<(ClubId, VenueId), Arc<Needs>>> =
    LazyLock::new(|| Cache::builder().max_capacity(KEPT_MOST).time_to_live(KEPT).build());

/// What the rules wanted to know last time.
pub(crate) async fn needs(table: &TenantTable, venue: VenueId) -> Arc<Needs> {
    NEEDS.get(&(table.tenant().club(), venue)).await.unwrap_or_default()
}

/// What they wanted to know this time.
pub(crate) async fn remember(table: &TenantTable, venue: VenueId, needs: Arc<Needs>) {
    NEEDS.insert((table.tenant().club(), venue), needs).await;
}
