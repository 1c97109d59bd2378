//! `GET /v1/admin/onboardings/{onboarding_id}`.

use axum::extract::State;
use kernel::{ClubId, OnboardingId, Slug, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use tenancy::{Onboarding, OnboardingStatus, Step, StepFailure, StepRecord, StepStatus};
use utoipa::ToSchema;
use web::{Envelope, Id, Outcome, Problem, Reply};

/// How far an onboarding is.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnboardingProgress {
    id: OnboardingId,
    club_id: ClubId,
    slug: Slug,
    status: OnboardingStatus,
    /// In the order in which they run.
    steps: Vec<StepProgress>,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
}

/// How far one step is.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepProgress {
    name: Step,
    status: StepStatus,
    /// When its last try began.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    started_at: Option<Timestamp>,
    /// When it was done, given up or undone.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    ended_at: Option<Timestamp>,
    /// Why it failed.
    error: Option<StepFailure>,
}

impl From<Onboarding> for OnboardingProgress {
    fn from(onboarding: Onboarding) -> Self {
        let step = |name: Step| {
            let StepRecord { status, started_at, ended_at, error } = onboarding.step(name).clone();
            StepProgress { name, status, started_at, ended_at, error }
        };
        Self {
            id: onboarding.id,
            club_id: onboarding.club_id,
            slug: onboarding.request.slug.clone(),
            status: onboarding.status,
            steps: Step::ALL.into_iter().map(step).collect(),
            created_at: onboarding.created_at,
        }
    }
}

/// Read how far an onboarding is, step by step.
#[utoipa::path(
    get,
    path = "/v1/admin/onboardings/{onboarding_id}",
    tag = "clubs",
    params(("onboarding_id" = OnboardingId, Path)),
    responses(
        (status = 200, body = Envelope<OnboardingProgress>, description = "As of this moment."),
        (status = 404, body = Problem, description = "ONBOARDING_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    Id(id): Id<OnboardingId>,
) -> Outcome<OnboardingProgress> {
    let onboarding = tenancy::store::onboarding(&app.table().platform(), id).await?;
    Ok(Reply::ok(onboarding.into()))
}
