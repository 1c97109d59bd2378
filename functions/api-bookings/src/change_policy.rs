//! `PUT /v1/venues/{venue_id}/booking-policy`.

use audit::Entry;
use axum::extract::State;
use booking::{BookingPolicy, PolicyTerms};
use garde::Validate;
use kernel::{Permission, VenueId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

/// The whole policy; what it does not name is not asked.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(transparent)]
#[garde(allow_unvalidated)]
pub(crate) struct NewPolicy(PolicyTerms);

/// Replace what a venue asks of bookings once they are made.
///
/// When bookings are given up, and what then goes back, is judged by the policy of that moment. When players check in
/// and how they come in stays, for bookings made before, as it was.
#[utoipa::path(
    put,
    path = "/v1/venues/{venue_id}/booking-policy",
    tag = "bookings",
    params(
        ("venue_id" = VenueId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = PolicyTerms,
    responses(
        (status = 200, body = Envelope<PolicyTerms>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn change_policy(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    IfMatch(version): IfMatch,
    Body(NewPolicy(terms)): Body<NewPolicy>,
) -> Outcome<PolicyTerms> {
    let table = app.tenant_table(&caller)?;
    facilities::venue(&table, id).await?;
    caller.require_at(Permission::FacilityManage, id)?;
    terms.check()?;
    let before = booking::policy(&table, id).await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(booking::policy_stale().into());
    }
    if terms == before.terms {
        return Ok(Reply::ok(before.terms).etag(before.version));
    }
    let policy = BookingPolicy { terms, version: before.version + 1, ..before.clone() };
    let told = Entry::new(caller.origin(), "booking_policy.changed", id);
    let told = told.changing(&before.terms, &policy.terms)?;
    let writes = vec![booking::change_policy(&table, &policy)?];
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::ok(policy.terms).etag(policy.version))
}
