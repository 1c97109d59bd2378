//! `POST /v1/users/{account_id}/photo`.

use axum::extract::State;
use kernel::Permission;
use profiles::upload_key;
use runtime::{App, PhotoUpload, UploadPhoto};
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::acting::acting_for;

/// Ask where to upload a photo: one's own, one's child's, or with `profile:manage` any member's.
#[utoipa::path(
    post,
    path = "/v1/users/{account_id}/photo",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    request_body = UploadPhoto,
    responses(
        (status = 201, body = Envelope<PhotoUpload>, description = "Upload it within 10 minutes, then confirm it."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    Body(input): Body<UploadPhoto>,
) -> Outcome<PhotoUpload> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let club = caller.club()?;
    let place = |upload_id: &str| upload_key(club, acting.account, upload_id);
    let upload = app.photo_upload(&input, place).await?;
    Ok(Reply::created(format!("/v1/users/{}/photo", acting.account), upload))
}
