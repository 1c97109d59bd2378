//! `POST /v1/admin/clubs`.

use axum::extract::State;
use garde::Validate;
use kernel::{ClubId, Currency, Email, OnboardingId, PersonName, Result, Slug};
use runtime::App;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tenancy::{
    ClubName, Onboarding, OnboardingRequest, OnboardingStatus, Owner, Template, TimeZoneName, store,
};
use utoipa::ToSchema;
use web::{Body, Correlation, Envelope, Outcome, Problem, Reply};

/// The club to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewClub {
    name: ClubName,
    slug: Slug,
    time_zone: TimeZoneName,
    currency: Currency,
    owner: NewOwner,
    /// `standard`, if absent.
    #[serde(default)]
    template: Template,
    /// The club's own account at the payment provider.
    #[garde(dive)]
    payment_provider: Option<ProviderAccount>,
}

/// Who will own it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOwner {
    email: Email,
    name: PersonName,
}

/// Credentials at MercadoPago, as the provider's panel shows them.
#[derive(Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderAccount {
    #[garde(length(min = 1, max = 500))]
    access_token: String,
    #[garde(length(min = 1, max = 500))]
    webhook_secret: String,
    /// The seller's user id.
    #[garde(length(min = 1, max = 20), pattern("^[0-9]+$"))]
    collector_id: String,
}

/// Where the onboarding is to be watched.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnboardingStarted {
    onboarding_id: OnboardingId,
    club_id: ClubId,
    status: OnboardingStatus,
}

/// Start to onboard a club.
#[utoipa::path(
    post,
    path = "/v1/admin/clubs",
    tag = "clubs",
    request_body = NewClub,
    responses(
        (status = 202, body = Envelope<OnboardingStarted>, description = "Started; Location says where to watch it."),
        (status = 409, body = Problem, description = "SLUG_TAKEN."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn onboard(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<NewClub>,
) -> Outcome<OnboardingStarted> {
    let platform = app.table().platform();
    // Only to say so at once; it is the workflow's first step that decides.
    if store::slug(&platform, &input.slug).await?.is_some() {
        return Err(store::slug_taken().into());
    }
    let (request, provider) = split(input);
    let onboarding = Onboarding::new(request, correlation, app.clock().now());
    store::record(&platform, &onboarding).await?;
    if let Err(error) = launch(&app, &onboarding, provider.as_ref()).await {
        // Nothing runs, so nothing else would ever end the record.
        if let Err(stuck) = store::fail(&platform, onboarding.id, &[], app.clock().now()).await {
            tracing::error!(onboarding.id = %onboarding.id, error = ?stuck, "a record stays open");
        }
        return Err(error.into());
    }
    let Onboarding { id, club_id, status, .. } = onboarding;
    let started = OnboardingStarted { onboarding_id: id, club_id, status };
    Ok(Reply::accepted(format!("/v1/admin/onboardings/{id}"), started))
}

fn split(input: NewClub) -> (OnboardingRequest, Option<ProviderAccount>) {
    let NewClub { name, slug, time_zone, currency, owner, template, payment_provider } = input;
    let NewOwner { email, name: owner_name } = owner;
    let request = OnboardingRequest {
        name,
        slug,
        time_zone,
        currency,
        owner: Owner { email, name: owner_name },
        template,
        has_payment_provider: payment_provider.is_some(),
    };
    (request, payment_provider)
}

/// The credentials wait in a secret of their own, so that no workflow's history ever holds them.
async fn launch(
    app: &App,
    onboarding: &Onboarding,
    provider: Option<&ProviderAccount>,
) -> Result<()> {
    if let Some(provider) = provider {
        let prefix = app.config().provider_secret_prefix()?;
        let name = format!("{prefix}intake/{}/mercadopago", onboarding.id);
        app.secrets().put(&name, provider).await?;
    }
    let input = json!({ "onboarding_id": onboarding.id, "club_id": onboarding.club_id });
    let workflow = app.config().onboarding_state_machine_arn()?;
    app.workflows().start(workflow, &onboarding.id.to_string(), &input).await
}
