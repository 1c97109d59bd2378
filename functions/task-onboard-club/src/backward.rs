//! Compensations, going backward.

use kernel::Result;
use table::Write;
use tenancy::{Backward, OnboardingStatus, Step, StepFailure, StepStatus, store};

use crate::{
    activate, apply_template, create_club, create_owner, create_provider_secret, reserve_slug,
    work::{Work, WorkflowError},
};

/// Takes away what the step did, wholly or in part, unless an earlier call did.
pub(crate) async fn undo(work: &Work<'_>, step: Step, error: Option<&WorkflowError>) -> Result<()> {
    if work.onboarding.backward(step)? == Backward::Done {
        return Ok(());
    }
    // Only from here on is it certain that no step goes forward beside this.
    let onboarding = store::begin_undoing(&work.platform, work.onboarding.id).await?;
    let Backward::Undo(status) = onboarding.backward(step)? else { return Ok(()) };
    let mut writes = effect(work, step).await?;
    if status != StepStatus::Pending {
        let silent = status == StepStatus::Failed && onboarding.step(step).error.is_none();
        let failure = silent.then(|| WorkflowError::failure(error));
        let became = (status, failure.as_ref());
        let id = onboarding.id;
        writes.push(store::step_undone(&work.platform, id, step, became, work.now())?);
    }
    work.platform.write(writes).await
}

async fn effect(work: &Work<'_>, step: Step) -> Result<Vec<Write>> {
    match step {
        Step::ReserveSlug => reserve_slug::undo(work).await,
        Step::CreateClub => create_club::undo(work).await,
        Step::ApplyTemplate => Ok(apply_template::undo(work)),
        Step::CreateProviderSecret => create_provider_secret::undo(work).await,
        Step::CreateOwner => create_owner::undo(work).await,
        Step::Activate => activate::undo(work).await,
        // A mail cannot be called back; its link is dead once the invitation is withdrawn.
        Step::SendInvitation => Ok(Vec::new()),
    }
}

/// Writes down that the club will not be, and which step was cut short.
pub(crate) async fn fail(work: &Work<'_>, error: Option<&WorkflowError>) -> Result<()> {
    // The workflow may have failed before the credentials were taken in.
    create_provider_secret::clear_away(work).await?;
    if work.onboarding.status == OnboardingStatus::Failed {
        return Ok(());
    }
    let running = |step: &Step| work.onboarding.step(*step).status == StepStatus::Running;
    let failed: Vec<(Step, StepFailure)> = Step::ALL
        .into_iter()
        .filter(running)
        .map(|step| (step, WorkflowError::failure(error)))
        .collect();
    store::fail(&work.platform, work.onboarding.id, &failed, work.now()).await
}
