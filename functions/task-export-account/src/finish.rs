//! `finish` and `fail`.

use kernel::{Error, Result};
use profiles::{Export, store};

use crate::work::Work;

/// The export is ready, if its file is there.
pub(crate) async fn finish(work: &Work<'_>) -> Result<()> {
    let file = work.storage.head(&work.file()).await?.ok_or_else(|| {
        Error::conflict("EXPORT_STEP_EARLY", "a step of this export that comes before is not done")
    })?;
    store::finish_export(&work.table, &work.export, file.bytes).await?;
    remove_parts(work).await
}

/// The export has failed: nothing of it stays.
pub(crate) async fn fail(work: &Work<'_>) -> Result<()> {
    store::fail_export(&work.table, &work.export).await?;
    work.storage.delete(&work.file()).await?;
    remove_parts(work).await
}

async fn remove_parts(work: &Work<'_>) -> Result<()> {
    for name in Export::PARTS {
        work.storage.delete(&work.part(name)).await?;
    }
    Ok(())
}
