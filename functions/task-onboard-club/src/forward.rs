//! Steps, going forward.

use kernel::{Error, Result};
use table::Write;
use tenancy::{Forward, OnboardingStatus, Step, StepFailure, StepStatus, store};

use crate::{
    activate, apply_template, create_club, create_owner, create_provider_secret, reserve_slug,
    send_invitation, work::Work,
};

/// Does the step, unless an earlier call did.
pub(crate) async fn run(work: &Work<'_>, step: Step) -> Result<()> {
    if work.onboarding.forward(step)? == Forward::Run {
        store::start_step(&work.platform, work.onboarding.id, step, work.now()).await?;
        if let Err(error) = complete(work, step).await {
            give_up(work, step, error).await?;
        }
    }
    // Again where an earlier call died between the two.
    clear_away(work, step).await
}

/// Writes down why the step failed. Where a twin of this call has done the step meanwhile, it has not.
async fn give_up(work: &Work<'_>, step: Step, error: Error) -> Result<()> {
    let id = work.onboarding.id;
    let onboarding = store::onboarding(&work.platform, id).await;
    if onboarding.is_ok_and(|it| it.step(step).status == StepStatus::Succeeded) {
        return Ok(());
    }
    let (failure, now) = (StepFailure::from(&error), work.now());
    if let Err(lost) = store::step_failed(&work.platform, id, step, &failure, now).await {
        tracing::error!(onboarding.id = %id, error = ?lost, "a failure was not recorded");
    }
    Err(error)
}

/// The effect and the mark that it is there, at once.
async fn complete(work: &Work<'_>, step: Step) -> Result<()> {
    let mut writes = effect(work, step).await?;
    writes.push(store::step_done(&work.platform, work.onboarding.id, step, work.now()));
    work.platform.write(writes).await
}

async fn effect(work: &Work<'_>, step: Step) -> Result<Vec<Write>> {
    match step {
        Step::ReserveSlug => reserve_slug::run(work),
        Step::CreateClub => create_club::run(work),
        Step::ApplyTemplate => apply_template::run(work),
        Step::CreateProviderSecret => create_provider_secret::run(work).await,
        Step::CreateOwner => create_owner::run(work).await,
        Step::Activate => Ok(activate::run(work)),
        Step::SendInvitation => send_invitation::run(work).await,
    }
}

async fn clear_away(work: &Work<'_>, step: Step) -> Result<()> {
    match step {
        Step::CreateProviderSecret => create_provider_secret::clear_away(work).await,
        _ => Ok(()),
    }
}

/// Writes down that the club is open.
pub(crate) async fn finish(work: &Work<'_>) -> Result<()> {
    if work.onboarding.status == OnboardingStatus::Succeeded {
        return Ok(());
    }
    store::finish(&work.platform, work.onboarding.id).await
}
