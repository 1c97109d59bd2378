//! The record of making a club: which step is where, and what may still happen.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use kernel::{ClubId, Currency, Email, Error, Kind, OnboardingId, PersonName, Result, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ClubName, Template, TimeZoneName};

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The slug becomes the club's.
    ReserveSlug,
    /// The club's record is made, not yet open.
    CreateClub,
    /// Roles, defaults and notification texts are written.
    ApplyTemplate,
    /// The payment provider's credentials move to where the functions read them.
    CreateProviderSecret,
    /// The owner gets an account and an invitation.
    CreateOwner,
    /// The club opens.
    Activate,
    /// The owner is told.
    SendInvitation,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 7] = [
        Self::ReserveSlug,
        Self::CreateClub,
        Self::ApplyTemplate,
        Self::CreateProviderSecret,
        Self::CreateOwner,
        Self::Activate,
        Self::SendInvitation,
    ];

    /// Its name in the workflow and in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReserveSlug => "reserve_slug",
            Self::CreateClub => "create_club",
            Self::ApplyTemplate => "apply_template",
            Self::CreateProviderSecret => "create_provider_secret",
            Self::CreateOwner => "create_owner",
            Self::Activate => "activate",
            Self::SendInvitation => "send_invitation",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Step {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|step| step.as_str() == text).ok_or(())
    }
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Not begun.
    Pending,
    /// Begun.
    Running,
    /// Done.
    Succeeded,
    /// Given up, or about to be tried again.
    Failed,
    /// Was done and is undone.
    Compensated,
}

impl StepStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Compensated => "compensated",
        }
    }
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepFailure {
    /// Stable.
    pub code: String,
    /// For the operator.
    pub message: String,
}

impl From<&Error> for StepFailure {
    fn from(error: &Error) -> Self {
        // What went wrong inside is in the log; the record says only that it did.
        let message = match error.kind() {
            Kind::Internal => "something went wrong on our side; see the log",
            _ => error.message(),
        };
        Self { code: error.code().to_owned(), message: message.to_owned() }
    }
}

/// One step's progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepRecord {
    /// How far it is.
    pub status: StepStatus,
    /// When its last try began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it was done, given up or undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepFailure>,
}

impl StepRecord {
    const PENDING: Self =
        Self { status: StepStatus::Pending, started_at: None, ended_at: None, error: None };
}

/// How an onboarding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnboardingStatus {
    /// Under way, forward or backward.
    Running,
    /// The club is open.
    Succeeded,
    /// Everything is undone.
    Failed,
}

/// Who will own the club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Where the invitation goes.
    pub email: Email,
    /// How they are addressed.
    pub name: PersonName,
}

/// What an operator asked for. The provider's credentials are not part of it: they are a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnboardingRequest {
    /// The club's name.
    pub name: ClubName,
    /// Its name in addresses.
    pub slug: Slug,
    /// The zone its days are counted in.
    pub time_zone: TimeZoneName,
    /// What it charges in.
    pub currency: Currency,
    /// Who will own it.
    pub owner: Owner,
    /// What it starts with.
    pub template: Template,
    /// Whether credentials of a payment provider came with the request.
    pub has_payment_provider: bool,
}

/// One onboarding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarding {
    /// The id.
    pub id: OnboardingId,
    /// The club that is being made.
    pub club_id: ClubId,
    /// Of the request that started it.
    pub correlation_id: String,
    /// What was asked for.
    pub request: OnboardingRequest,
    /// How it goes.
    pub status: OnboardingStatus,
    /// Set with the first compensation: from then on no step may go forward.
    #[serde(default)]
    pub undoing: bool,
    /// Every step's progress.
    pub steps: BTreeMap<Step, StepRecord>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: u64,
}

/// What a call of a step has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forward {
    /// Do it.
    Run,
    /// An earlier call did it.
    Done,
}

/// What a call of a compensation has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backward {
    /// Undo what is there, then give the step this status.
    Undo(StepStatus),
    /// An earlier call did it, or the onboarding has failed as a whole.
    Done,
}

impl Onboarding {
    /// An onboarding that has not begun.
    pub fn new(request: OnboardingRequest, correlation_id: String, now: Timestamp) -> Self {
        Self {
            id: OnboardingId::new(),
            club_id: ClubId::new(),
            correlation_id,
            request,
            status: OnboardingStatus::Running,
            undoing: false,
            steps: Step::ALL.into_iter().map(|step| (step, StepRecord::PENDING)).collect(),
            created_at: now,
            version: 1,
        }
    }

    /// The step's progress.
    pub fn step(&self, step: Step) -> &StepRecord {
        const PENDING: StepRecord = StepRecord::PENDING;
        self.steps.get(&step).unwrap_or(&PENDING)
    }

    /// What a call of this step has to do now.
    ///
    /// Once compensation has begun, or the onboarding is over, only a step that is done already is let
    /// through: `conflict`, `ONBOARDING_OVER`.
    pub fn forward(&self, step: Step) -> Result<Forward> {
        if self.step(step).status == StepStatus::Succeeded {
            return Ok(Forward::Done);
        }
        if self.undoing || self.status != OnboardingStatus::Running {
            return Err(over());
        }
        Ok(Forward::Run)
    }

    /// What a call of this step's compensation has to do now. A club that is open is not undone:
    /// `conflict`, `ONBOARDING_OVER`.
    pub fn backward(&self, step: Step) -> Result<Backward> {
        match self.status {
            OnboardingStatus::Succeeded => return Err(over()),
            OnboardingStatus::Failed => return Ok(Backward::Done),
            OnboardingStatus::Running => {}
        }
        Ok(match self.step(step).status {
            StepStatus::Compensated => Backward::Done,
            StepStatus::Succeeded => Backward::Undo(StepStatus::Compensated),
            // It may have half happened, so there may be something to undo.
            StepStatus::Running | StepStatus::Failed => Backward::Undo(StepStatus::Failed),
            StepStatus::Pending => Backward::Undo(StepStatus::Pending),
        })
    }
}

pub(crate) fn over() -> Error {
    Error::conflict("ONBOARDING_OVER", "this onboarding has ended, or is being undone")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn onboarding() -> Onboarding {
        let request = OnboardingRequest {
            name: "Club Norte".parse().unwrap(),
            slug: "norte".parse().unwrap(),
            time_zone: "America/Argentina/Buenos_Aires".parse().unwrap(),
            currency: Currency::Ars,
            owner: Owner {
                email: "olga@example.org".parse().unwrap(),
                name: "Olga".parse().unwrap(),
            },
            template: Template::Standard,
            has_payment_provider: false,
        };
        Onboarding::new(request, "correlation".to_owned(), Timestamp::UNIX_EPOCH)
    }

    fn with(step: Step, status: StepStatus) -> Onboarding {
        let mut onboarding = onboarding();
        onboarding.steps.insert(step, StepRecord { status, ..StepRecord::PENDING });
        onboarding
    }

    #[test]
    fn names_read_back_and_order_is_the_workflow_s() {
        for step in Step::ALL {
            assert_eq!(step.as_str().parse(), Ok(step));
            assert_eq!(serde_json::to_value(step).unwrap(), step.as_str());
        }
        let names: Vec<_> = onboarding().steps.into_keys().collect();
        assert_eq!(names, Step::ALL);
    }

    #[test]
    fn a_step_that_is_done_is_not_done_again() {
        use StepStatus::{Failed, Pending, Running, Succeeded};
        for status in [Pending, Running, Failed] {
            let onboarding = with(Step::CreateClub, status);
            assert_eq!(onboarding.forward(Step::CreateClub).unwrap(), Forward::Run);
        }
        let onboarding = with(Step::CreateClub, Succeeded);
        assert_eq!(onboarding.forward(Step::CreateClub).unwrap(), Forward::Done);
    }

    #[test]
    fn nothing_goes_forward_once_compensation_has_begun() {
        let mut onboarding = onboarding();
        onboarding.undoing = true;
        assert_eq!(onboarding.forward(Step::Activate).unwrap_err().code(), "ONBOARDING_OVER");
        onboarding.undoing = false;
        onboarding.status = OnboardingStatus::Failed;
        assert_eq!(onboarding.forward(Step::Activate).unwrap_err().code(), "ONBOARDING_OVER");
    }

    #[test]
    fn a_compensation_says_what_became_of_the_step() {
        use StepStatus::{Compensated, Failed, Pending, Running, Succeeded};
        let after = |status| with(Step::Activate, status).backward(Step::Activate).unwrap();
        assert_eq!(after(Succeeded), Backward::Undo(Compensated));
        assert_eq!(after(Running), Backward::Undo(Failed));
        assert_eq!(after(Failed), Backward::Undo(Failed));
        assert_eq!(after(Pending), Backward::Undo(Pending));
        assert_eq!(after(Compensated), Backward::Done);
    }

    #[test]
    fn an_open_club_is_not_undone_and_a_failed_one_not_twice() {
        let mut onboarding = onboarding();
        onboarding.status = OnboardingStatus::Succeeded;
        assert_eq!(onboarding.backward(Step::Activate).unwrap_err().code(), "ONBOARDING_OVER");
        onboarding.status = OnboardingStatus::Failed;
        assert_eq!(onboarding.backward(Step::Activate).unwrap(), Backward::Done);
    }

    #[test]
    fn what_went_wrong_inside_stays_in_the_log() {
        let shown = StepFailure::from(&Error::internal("table secret-name is gone"));
        assert!(!shown.message.contains("secret-name"));
        let shown = StepFailure::from(&Error::conflict("SLUG_TAKEN", "taken"));
        assert_eq!((shown.code.as_str(), shown.message.as_str()), ("SLUG_TAKEN", "taken"));
    }
}
