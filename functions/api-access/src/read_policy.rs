//! `GET /v1/sign-in-policy`.

use axum::extract::State;
use identity::{RegistrationPolicy, SecondFactorPolicy, SignInPolicy, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// How one signs in to the club.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyView {
    /// Whom it asks for a second factor.
    second_factor: SecondFactorPolicy,
    /// Who becomes a member by registering.
    registration: RegistrationPolicy,
    /// Whether the platform's identity providers, such as Google, let people in.
    platform_providers: bool,
}

impl From<SignInPolicy> for PolicyView {
    fn from(policy: SignInPolicy) -> Self {
        Self {
            second_factor: policy.second_factor,
            registration: policy.registration,
            platform_providers: policy.platform_providers,
        }
    }
}

/// Read the club's policy of sign-in. Where it has chosen none, nobody needs a second factor.
#[utoipa::path(
    get,
    path = "/v1/sign-in-policy",
    tag = "access",
    responses((status = 200, body = Envelope<PolicyView>, description = "With its ETag."))
)]
pub(crate) async fn read(State(app): State<App>, caller: Caller) -> Outcome<PolicyView> {
    let policy = store::sign_in_policy(&app.tenant_table(&caller)?).await?;
    let version = policy.version;
    Ok(Reply::ok(PolicyView::from(policy)).etag(version))
}
