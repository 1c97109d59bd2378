//! What a club starts with: roles, defaults for venues, the wording of its mails.

use kernel::Result;
use table::Write;
use tenancy::store;

use crate::work::Work;

pub(crate) fn run(work: &Work<'_>) -> Result<Vec<Write>> {
    let mut writes = store::apply_template(&work.own, work.onboarding.request.template)?;
    writes.extend(notification::default_templates(&work.own)?);
    Ok(writes)
}

pub(crate) fn undo(work: &Work<'_>) -> Vec<Write> {
    let mut writes = store::withdraw_template(&work.own);
    writes.extend(notification::remove_templates(&work.own));
    writes
}
