//! `GET /v1/venues/{venue_id}/waitlist-policy`.

use axum::extract::State;
use futures::future::try_join;
use kernel::VenueId;
use runtime::App;
use waitlist::PolicyTerms;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// Read how a venue's waiting list works. Where it has chosen nothing: offers in turn, first come.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/waitlist-policy",
    tag = "waitlist",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<PolicyTerms>, description = "With its ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
) -> Outcome<PolicyTerms> {
    let table = app.tenant_table(&caller)?;
    let venue = facilities::venue(&table, id);
    let (_, policy) = try_join(venue, waitlist::policy(&table, id)).await?;
    Ok(Reply::ok(policy.terms).etag(policy.version))
}
