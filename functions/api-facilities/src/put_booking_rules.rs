//! `PUT /v1/venues/{venue_id}/booking-rules`.

use audit::Entry;
use axum::extract::State;
use booking::{RuleBook, Rules};
use facilities::stale;
use futures::future::try_join;
use garde::Validate;
use kernel::{Permission, VenueId};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

/// All of the rules; what is absent is as without rules.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(transparent)]
#[garde(allow_unvalidated)]
pub(crate) struct NewBookingRules(Rules);

/// Say what the club asks of bookings at a venue. Bookings made before stay as they are.
#[utoipa::path(
    put,
    path = "/v1/venues/{venue_id}/booking-rules",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = NewBookingRules,
    responses(
        (status = 200, body = Envelope<Rules>, description = "As they are now, with their ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED."),
        (status = 412, body = Problem, description = "STALE_VERSION: they changed since they were read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    IfMatch(version): IfMatch,
    Body(NewBookingRules(rules)): Body<NewBookingRules>,
) -> Outcome<Rules> {
    let table = app.tenant_table(&caller)?;
    let (venue, before) =
        try_join(facilities::venue(&table, id), booking::rule_book(&table, id)).await?;
    caller.require_at(Permission::FacilityManage, id)?;
    venue.editable(None)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(stale().into());
    }
    rules.check(&venue)?;
    if rules == before.rules {
        return Ok(Reply::ok(rules).etag(before.version));
    }
    let after = RuleBook { rules, version: before.version + 1 };
    let writes = vec![booking::put_rule_book(&table, id, &after)?];
    let told = Entry::new(caller.origin(), "booking_rules.changed", id)
        .changing(&before.rules, &after.rules)?;
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::ok(after.rules).etag(after.version))
}
