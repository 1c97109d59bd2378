//! The club opens: its members can register and log in.

use kernel::Result;
use table::Write;
use tenancy::store;

use crate::work::Work;

pub(crate) fn run(work: &Work<'_>) -> Vec<Write> {
    store::activate(&work.platform, &work.own, &work.onboarding)
}

pub(crate) async fn undo(work: &Work<'_>) -> Result<Vec<Write>> {
    store::deactivate(&work.platform, &work.own, &work.onboarding).await
}
