//! The club's record, not open yet, and its own copy of it.

use kernel::Result;
use table::Write;
use tenancy::store;

use crate::work::Work;

pub(crate) fn run(work: &Work<'_>) -> Result<Vec<Write>> {
    store::create_club(&work.platform, &work.own, &work.onboarding)
}

pub(crate) async fn undo(work: &Work<'_>) -> Result<Vec<Write>> {
    store::remove_club(&work.platform, &work.own, &work.onboarding).await
}
