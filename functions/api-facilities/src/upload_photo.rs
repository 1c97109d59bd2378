//! `POST /v1/venues/{venue_id}/photo-uploads`.

use axum::extract::State;
use kernel::{Permission, VenueId};
use runtime::{App, PhotoUpload, UploadPhoto};
use web::{Body, Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::photos::{Of, gallery};

/// Ask where to upload a photo of a venue or a court.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/photo-uploads",
    tag = "facilities",
    params(("venue_id" = VenueId, Path), Of),
    request_body = UploadPhoto,
    responses(
        (status = 201, body = Envelope<PhotoUpload>, description = "Upload it within 10 minutes, then add it."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "TOO_MANY_PHOTOS, VENUE_RETIRED, COURT_RETIRED."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, QUERY_INVALID."),
    )
)]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
    Params(of): Params<Of>,
    Body(input): Body<UploadPhoto>,
) -> Outcome<PhotoUpload> {
    let (table, club) = (app.tenant_table(&caller)?, caller.club()?);
    let gallery = gallery(&table, venue, &of, true).await?;
    caller.require_at(Permission::FacilityManage, venue)?;
    gallery.check_room()?;
    let upload = app.photo_upload(&input, |id| gallery.upload_place(club, id)).await?;
    Ok(Reply::created(format!("/v1/venues/{venue}/photos"), upload))
}
