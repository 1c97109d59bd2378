//! The record of an onboarding: `P#ONB#<onboarding>` / `ONBOARDING`.

use jiff::Timestamp;
use kernel::{Error, OnboardingId, Result};
use table::{Attempt, Condition, Key, PlatformTable, Update, Value, Write, read_item};

use crate::{Onboarding, OnboardingStatus, Step, StepFailure, StepStatus, onboarding::over};

fn key(table: &PlatformTable, id: OnboardingId) -> Key {
    table.key(format_args!("ONB#{id}"), "ONBOARDING")
}

/// Where an attribute of a step lies in the record.
fn at(step: Step, attribute: &str) -> String {
    format!("steps.{step}.{attribute}")
}

/// The onboarding goes forward, and is not being undone.
fn forward() -> Condition {
    Condition::equals("status", "running").and(Condition::equals("undoing", false))
}

/// Put `P#ONB#<onboarding>` / `ONBOARDING` if absent.
pub async fn record(table: &PlatformTable, onboarding: &Onboarding) -> Result<()> {
    let write = Write::put(key(table, onboarding.id), "Onboarding", onboarding)?.if_absent();
    table.write(vec![write]).await
}

/// Get `P#ONB#<onboarding>` / `ONBOARDING`: `not_found`, `ONBOARDING_NOT_FOUND`, where there is none.
pub async fn onboarding(table: &PlatformTable, id: OnboardingId) -> Result<Onboarding> {
    let found = table.get(&key(table, id)).await?;
    found.ok_or_else(|| Error::not_found("ONBOARDING_NOT_FOUND", "there is no such onboarding"))
}

/// Update `P#ONB#<onboarding>` / `ONBOARDING`: the step runs, unless it is done or compensation has begun.
pub async fn start_step(
    table: &PlatformTable,
    id: OnboardingId,
    step: Step,
    now: Timestamp,
) -> Result<()> {
    let update = Update::new()
        .set(at(step, "status"), StepStatus::Running.as_str())
        .set(at(step, "started_at"), now)
        .remove(at(step, "ended_at"))
        .remove(at(step, "error"))
        .add("version", 1_u64);
    let undone = [StepStatus::Pending, StepStatus::Running, StepStatus::Failed];
    let may_run = Condition::one_of(at(step, "status"), undone.map(StepStatus::as_str));
    let write = Write::update(key(table, id), update).when(forward()).when(may_run).or(overtaken);
    table.write(vec![write]).await
}

/// The step is done: for the transaction that has its effect.
pub fn step_done(table: &PlatformTable, id: OnboardingId, step: Step, now: Timestamp) -> Write {
    let update = Update::new()
        .set(at(step, "status"), StepStatus::Succeeded.as_str())
        .set(at(step, "ended_at"), now)
        .add("version", 1_u64);
    let runs = Condition::equals(at(step, "status"), StepStatus::Running.as_str());
    Write::update(key(table, id), update).when(forward()).when(runs).or(overtaken)
}

/// Update `P#ONB#<onboarding>` / `ONBOARDING`: this try of the step failed. Where the step no longer runs,
/// nothing happens.
pub async fn step_failed(
    table: &PlatformTable,
    id: OnboardingId,
    step: Step,
    failure: &StepFailure,
    now: Timestamp,
) -> Result<()> {
    let update = Update::new()
        .set(at(step, "status"), StepStatus::Failed.as_str())
        .set(at(step, "ended_at"), now)
        .set(at(step, "error"), Value::of(failure)?)
        .add("version", 1_u64);
    let runs = Condition::equals(at(step, "status"), StepStatus::Running.as_str());
    table.attempt(Write::update(key(table, id), update).when(forward()).when(runs)).await?;
    Ok(())
}

/// Update `P#ONB#<onboarding>` / `ONBOARDING`: from now on no step goes forward; the record as it is then.
/// Where the onboarding is over already: `conflict`, `ONBOARDING_OVER`.
pub async fn begin_undoing(table: &PlatformTable, id: OnboardingId) -> Result<Onboarding> {
    let update = Update::new().set("undoing", true).add("version", 1_u64);
    let write = Write::update(key(table, id), update)
        .when(Condition::equals("status", "running"))
        .or(|_| over());
    let item = table.write_one(write).await?;
    read_item(item.ok_or_else(|| Error::internal("an update answered no item"))?)
}

/// The step's effect is gone: for the transaction that takes it away. `failure` says why the step failed,
/// where it could not say so itself.
pub fn step_undone(
    table: &PlatformTable,
    id: OnboardingId,
    step: Step,
    (status, failure): (StepStatus, Option<&StepFailure>),
    now: Timestamp,
) -> Result<Write> {
    let mut update = Update::new()
        .set(at(step, "status"), status.as_str())
        .set(at(step, "ended_at"), now)
        .add("version", 1_u64);
    if let Some(failure) = failure {
        update = update.set(at(step, "error"), Value::of(failure)?);
    }
    let undoing = Condition::equals("status", "running").and(Condition::equals("undoing", true));
    Ok(Write::update(key(table, id), update).when(undoing).or(overtaken))
}

/// Update `P#ONB#<onboarding>` / `ONBOARDING`: the club is open. Doing it again changes nothing.
pub async fn finish(table: &PlatformTable, id: OnboardingId) -> Result<()> {
    let update = Update::new().set("status", "succeeded").add("version", 1_u64);
    let all_done = Condition::all(
        Step::ALL.map(|step| Condition::equals(at(step, "status"), StepStatus::Succeeded.as_str())),
    );
    let write = Write::update(key(table, id), update).when(forward()).when(all_done);
    ended_as(table.attempt(write).await?, OnboardingStatus::Succeeded)
}

/// Update `P#ONB#<onboarding>` / `ONBOARDING`: the club will not be. `failed` are the steps that were cut
/// short, with why. Doing it again changes nothing.
pub async fn fail(
    table: &PlatformTable,
    id: OnboardingId,
    failed: &[(Step, StepFailure)],
    now: Timestamp,
) -> Result<()> {
    let mut update =
        Update::new().set("status", "failed").set("undoing", true).add("version", 1_u64);
    for (step, failure) in failed {
        update = update
            .set(at(*step, "status"), StepStatus::Failed.as_str())
            .set(at(*step, "ended_at"), now)
            .set(at(*step, "error"), Value::of(failure)?);
    }
    let write = Write::update(key(table, id), update).when(Condition::equals("status", "running"));
    ended_as(table.attempt(write).await?, OnboardingStatus::Failed)
}

fn ended_as(attempt: Attempt, wanted: OnboardingStatus) -> Result<()> {
    let Attempt::Refused(old) = attempt else { return Ok(()) };
    let old = old.map(read_item::<Onboarding>).transpose()?;
    if old.is_some_and(|old| old.status == wanted) { Ok(()) } else { Err(over()) }
}

/// A twin of this call was quicker; a repetition reads what it did.
fn overtaken(_: Option<table::Item>) -> Error {
    Error::unavailable("ONBOARDING_STEP_OVERTAKEN", "another call of this step was quicker")
}
