//! Whether a club is open, and how that changes.

use audit::Entry;
use kernel::{ClubId, Tenant};
use runtime::App;
use table::{PlatformTable, TenantTable, Write};
use web::{Outcome, Reply};

use crate::club::ClubView;

/// Changes the club's record and its edge record, and tells it, in one transaction; answers the club as it
/// is then.
pub(crate) async fn give_standing(
    app: &App,
    tenant: &Tenant,
    told: Entry,
    record: fn(&PlatformTable, &TenantTable, ClubId) -> Vec<Write>,
    edge: fn(&TenantTable) -> Write,
) -> Outcome<ClubView> {
    let (platform, table) = (app.table().platform(), app.table().tenant(tenant));
    let mut writes = record(&platform, &table, tenant.club());
    writes.push(edge(&table));
    audit::write(&table, told, app.clock().now(), writes).await?;
    let club = tenancy::store::club(&platform, tenant.club()).await?;
    let version = club.version;
    Ok(Reply::ok(club.into()).etag(version))
}
