//! `fail`: the workflow gives up.

use kernel::Result;

use crate::work::Work;

/// Notes that nothing works on the closure any more. One that is done stays so.
pub(crate) async fn fail(work: &Work) -> Result<bool> {
    if work.closure.stuck || !work.closure.phase.is_under_way() {
        return Ok(false);
    }
    let mut next = work.closure.next();
    next.stuck = true;
    work.save(&next).await?;
    Ok(false)
}
