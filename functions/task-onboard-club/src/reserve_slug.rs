//! The slug becomes the club's, and nobody else's.

use kernel::Result;
use table::Write;
use tenancy::store;

use crate::work::Work;

pub(crate) fn run(work: &Work<'_>) -> Result<Vec<Write>> {
    store::reserve_slug(&work.platform, &work.onboarding)
}

pub(crate) async fn undo(work: &Work<'_>) -> Result<Vec<Write>> {
    store::release_slug(&work.platform, &work.onboarding).await
}
