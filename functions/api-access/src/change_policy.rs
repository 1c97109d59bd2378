//! `PUT /v1/sign-in-policy`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join;
use garde::Validate;
use identity::{RegistrationPolicy, SecondFactorPolicy, store};
use kernel::{Error, Result, Role, same_version};
use runtime::App;
use serde::Deserialize;
use tenancy::CustomRole;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, IfMatch, Outcome, Problem, Reply};

use crate::read_policy::PolicyView;

/// The whole policy; what it does not name is as the default says.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangePolicy {
    second_factor: SecondFactorPolicy,
    /// Who becomes a member by registering.
    #[serde(default)]
    registration: RegistrationPolicy,
    /// Whether the platform's identity providers, such as Google, let people in; true, if absent. Sessions that
    /// they opened go on.
    platform_providers: Option<bool>,
}

/// Replace the club's policy of sign-in.
///
/// It holds from each person's next sign-in: who then needs a second factor and has none enrols one.
#[utoipa::path(
    put,
    path = "/v1/sign-in-policy",
    tag = "access",
    params(("If-Match" = Option<String>, Header, description = "The ETag of what was read.")),
    request_body = ChangePolicy,
    responses(
        (status = 200, body = Envelope<PolicyView>, description = "As it is now, with its ETag."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "ROLE_UNKNOWN, BODY_INVALID."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Body(input): Body<ChangePolicy>,
) -> Outcome<PolicyView> {
    let table = app.tenant_table(&caller)?;
    let (before, own_roles) =
        try_join(store::sign_in_policy(&table), tenancy::store::roles(&table)).await?;
    same_version(version, before.version, "this policy")?;
    roles_exist(input.second_factor.by_role.keys(), &own_roles)?;

    let (policy, differs) = before.changed(
        input.second_factor,
        input.registration,
        input.platform_providers.unwrap_or(true),
    );
    if differs {
        let told = Entry::new(caller.origin(), "sign_in_policy.changed", table.tenant().club());
        let told = told.changing(&before, &policy)?;
        let writes = vec![store::change_sign_in_policy(&table, &policy)?];
        audit::write(&table, told, app.clock().now(), writes).await?;
    }
    let version = policy.version;
    Ok(Reply::ok(PolicyView::from(policy)).etag(version))
}

fn roles_exist<'a>(named: impl Iterator<Item = &'a Role>, own: &[CustomRole]) -> Result<()> {
    let exists =
        |role: &Role| Role::OF_CLUBS.contains(role) || own.iter().any(|it| it.role == *role);
    let unknown: Vec<_> = named.filter(|role| !exists(role)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::invalid("ROLE_UNKNOWN", "the club has no such role")
        .with_details(serde_json::json!({ "roles": unknown })))
}
