//! `DELETE /v1/venues/{venue_id}/photos/{photo_id}`.

use axum::extract::State;
use kernel::{Permission, VenueId, same_version};
use runtime::App;
use web::{Caller, Ids, IfMatch, Outcome, Params, Problem, Reply};

use crate::photos::{Of, PhotoId, gallery};

/// Remove a photo of a venue or a court. Removing it again removes nothing.
#[utoipa::path(
    delete,
    path = "/v1/venues/{venue_id}/photos/{photo_id}",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        ("photo_id" = String, Path),
        Of,
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: they changed since they were read."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Ids(venue, PhotoId(photo)): Ids<VenueId, PhotoId>,
    Params(of): Params<Of>,
    IfMatch(version): IfMatch,
) -> Outcome<()> {
    let (table, club) = (app.tenant_table(&caller)?, caller.club()?);
    let before = gallery(&table, venue, &of, false).await?;
    caller.require_at(Permission::FacilityManage, venue)?;
    same_version(version, before.version, "this")?;
    if before.has(&photo) {
        table.write(vec![facilities::put_gallery(&table, &before.without(&photo))?]).await?;
    }
    // Also where it is shown no more: a removal before this one may have ended half-way.
    app.storage()?.delete(&before.photo_place(club, &photo)).await?;
    Ok(Reply::no_content())
}
