//! `PUT /v1/venues/{venue_id}/waitlist-policy`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join3;
use garde::Validate;
use kernel::{Error, Permission, Result, Role, VenueId, same_version};
use runtime::App;
use serde::Deserialize;
use tenancy::CustomRole;
use utoipa::ToSchema;
use waitlist::{Order, PolicyTerms};
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

/// The whole policy; what it does not name is as the default says.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(transparent)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangeWaitlistPolicy(PolicyTerms);

/// Replace a venue's policy. It holds from the next court that comes free; offers that stand, stand.
///
/// A lottery is one of days whose seed was committed to while it was the policy.
#[utoipa::path(
    put,
    path = "/v1/venues/{venue_id}/waitlist-policy",
    tag = "waitlist",
    params(
        ("venue_id" = VenueId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeWaitlistPolicy,
    responses(
        (status = 200, body = Envelope<PolicyTerms>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "ROLE_UNKNOWN, ROLES_OUT_OF_RANGE, BODY_INVALID."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    IfMatch(version): IfMatch,
    Body(ChangeWaitlistPolicy(terms)): Body<ChangeWaitlistPolicy>,
) -> Outcome<PolicyTerms> {
    let table = app.tenant_table(&caller)?;
    let (_, before, own_roles) = Box::pin(try_join3(
        facilities::venue(&table, id),
        waitlist::policy(&table, id),
        tenancy::store::roles(&table),
    ))
    .await?;
    caller.require_at(Permission::FacilityManage, id)?;
    same_version(version, before.version, "this policy")?;
    if let Order::Priority { roles } = &terms.order {
        check_roles(roles, &own_roles)?;
    }
    let (policy, differs) = before.changed(terms);
    if differs {
        let told = Entry::new(caller.origin(), "waitlist_policy.changed", id);
        let told = told.changing(&before, &policy)?;
        let writes = vec![waitlist::change_policy(&table, &policy)?];
        audit::write(&table, told, app.clock().now(), writes).await?;
    }
    Ok(Reply::ok(policy.terms).etag(policy.version))
}

fn check_roles(roles: &[Role], own: &[CustomRole]) -> Result<()> {
    if !(1..=Order::ROLES_MOST).contains(&roles.len()) {
        let message = format!("a priority names 1 to {} roles", Order::ROLES_MOST);
        return Err(Error::invalid("ROLES_OUT_OF_RANGE", message));
    }
    let exists =
        |role: &Role| Role::OF_CLUBS.contains(role) || own.iter().any(|it| it.role == *role);
    let unknown: Vec<_> = roles.iter().filter(|role| !exists(role)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::invalid("ROLE_UNKNOWN", "the club has no such role")
        .with_details(serde_json::json!({ "roles": unknown })))
}
