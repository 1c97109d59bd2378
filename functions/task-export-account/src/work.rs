//! What every step works on.

use cloud::Storage;
use kernel::{ClubId, ExportId, Result, Tenant};
use profiles::{Export, store};
use runtime::App;
use table::{PlatformTable, TenantTable};

/// One call's view of one export.
pub(crate) struct Work<'a> {
    pub(crate) platform: PlatformTable,
    pub(crate) table: TenantTable,
    pub(crate) storage: &'a Storage,
    pub(crate) export: Export,
    club: ClubId,
}

impl<'a> Work<'a> {
    pub(crate) async fn load(app: &'a App, id: ExportId, club: ClubId) -> Result<Self> {
        let named = app.table().tenant(&Tenant::from_platform_record(club, id.to_string()));
        let export = store::export(&named, id, app.clock().now()).await?;
        let tenant = Tenant::from_platform_record(club, &export.correlation_id);
        let table = app.table().tenant(&tenant);
        Ok(Self { platform: app.table().platform(), table, storage: app.storage()?, export, club })
    }

    /// Where a part of the export lies meanwhile.
    pub(crate) fn part(&self, name: &str) -> String {
        self.export.part_key(self.club, name)
    }

    /// Where the export will lie.
    pub(crate) fn file(&self) -> String {
        self.export.file_key(self.club)
    }
}
