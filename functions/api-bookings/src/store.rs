//! How this function stores what it decided.

use audit::Entry;
use kernel::{Result, jiff::Timestamp};
use table::{TenantTable, Write};

/// One transaction; with its record where staff act on what is somebody else's.
pub(crate) async fn store(
    table: &TenantTable,
    told: Option<Entry>,
    now: Timestamp,
    writes: Vec<Write>,
) -> Result<()> {
    match told {
        Some(told) => audit::write(table, told, now, writes).await.map(drop),
        None => table.write(writes).await,
    }
}
