//! What every step works on.

use kernel::{
    AccountId, ClubId, Error, InvitationId, OnboardingId, Result, Tenant, jiff::Timestamp,
};
use runtime::App;
use serde::Deserialize;
use table::{PlatformTable, TenantTable};
use tenancy::{Onboarding, StepFailure};

/// One call's view of one onboarding.
pub(crate) struct Work<'a> {
    pub(crate) app: &'a App,
    pub(crate) platform: PlatformTable,
    /// The data of the club that is being made.
    pub(crate) own: TenantTable,
    pub(crate) onboarding: Onboarding,
}

impl<'a> Work<'a> {
    pub(crate) async fn load(app: &'a App, id: OnboardingId, club: ClubId) -> Result<Self> {
        let platform = app.table().platform();
        let onboarding = tenancy::store::onboarding(&platform, id).await?;
        if onboarding.club_id != club {
            let message = "this onboarding is of another club";
            return Err(Error::malformed("TASK_MALFORMED", message));
        }
        let tenant = Tenant::from_platform_record(club, &onboarding.correlation_id);
        let own = app.table().tenant(&tenant);
        Ok(Self { app, platform, own, onboarding })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.clock().now()
    }

    /// The owner's account, if the onboarding has to make one: the same in every call.
    pub(crate) fn owner_account(&self) -> AccountId {
        AccountId::from_uuid(self.onboarding.id.uuid())
    }

    /// The owner's invitation: the same in every call.
    pub(crate) fn invitation(&self) -> InvitationId {
        InvitationId::from_uuid(self.onboarding.id.uuid())
    }
}

/// The error that Step Functions caught.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkflowError {
    error: String,
}

impl WorkflowError {
    /// For a step that was cut short before it could say why. The cause stays out: it may be anything.
    pub(crate) fn failure(error: Option<&Self>) -> StepFailure {
        let name = error.map_or("unknown", |error| error.error.as_str());
        StepFailure {
            code: "STEP_INTERRUPTED".to_owned(),
            message: format!("the step was cut short: {name}"),
        }
    }
}
