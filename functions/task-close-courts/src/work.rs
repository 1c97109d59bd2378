//! What every step works on.

use booking::DayOfCourt;
use closures::{Closure, CourtDay, store};
use kernel::{ClosureId, ClubId, Result, Tenant, jiff::Timestamp};
use runtime::App;
use table::{PlatformTable, TenantTable};

/// Calls of the table that run at the same time.
pub(crate) const AT_ONCE: usize = 10;

/// One call's view of one closure.
pub(crate) struct Work {
    pub(crate) platform: PlatformTable,
    pub(crate) table: TenantTable,
    pub(crate) closure: Closure,
    pub(crate) now: Timestamp,
}

impl Work {
    pub(crate) async fn load(app: &App, id: ClosureId, club: ClubId) -> Result<Self> {
        let named = app.table().tenant(&Tenant::from_platform_record(club, id.to_string()));
        let closure = store::closure(&named, id).await?;
        let tenant = Tenant::from_platform_record(club, &closure.correlation_id);
        let table = app.table().tenant(&tenant);
        Ok(Self { platform: app.table().platform(), table, closure, now: app.clock().now() })
    }

    /// Keeps how far the closure is.
    pub(crate) async fn save(&self, next: &Closure) -> Result<()> {
        self.table.write(vec![store::save(&self.table, next)?]).await
    }

    pub(crate) fn place(&self, day: &CourtDay) -> DayOfCourt {
        let (court_id, date) = (day.court_id, day.date);
        DayOfCourt { venue_id: self.closure.venue_id, date, court_id }
    }
}
