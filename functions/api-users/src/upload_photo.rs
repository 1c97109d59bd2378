//! `POST /v1/users/{account_id}/photo`.

use std::{collections::BTreeMap, time::Duration};

use axum::extract::State;
use cloud::Upload;
use garde::Validate;
use kernel::{Permission, jiff::Timestamp};
use profiles::{Photo, PhotoType, upload_key};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::acting::acting_for;

/// How long an upload may take to begin.
const UPLOAD: Duration = Duration::from_mins(10);

/// The photo that is to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadPhoto {
    #[garde(skip)]
    content_type: PhotoType,
    /// Its exact length, at most 5 MiB.
    #[garde(range(min = 1, max = Photo::LIMIT_BYTES))]
    bytes: u64,
}

/// A request to make with the photo as its body, exactly so.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhotoUpload {
    /// What to confirm the upload with.
    upload_id: String,
    /// `PUT`.
    method: String,
    url: String,
    /// What the request must carry; browsers add `content-length` and `host` by themselves.
    headers: BTreeMap<String, String>,
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

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
    let upload_id = kernel::random_uuid().simple().to_string();
    let key = upload_key(caller.club()?, acting.account, &upload_id);
    let content_type = input.content_type.as_str().to_owned();
    let upload = Upload { content_type, bytes: input.bytes };
    let signed = app.storage()?.sign_upload(&key, &upload, UPLOAD).await?;
    let expires_at = app.clock().now() + UPLOAD;
    let location = format!("/v1/users/{}/photo", acting.account);
    Ok(Reply::created(
        location,
        PhotoUpload {
            upload_id,
            method: signed.method,
            url: signed.url,
            headers: signed.headers.into_iter().collect(),
            expires_at,
        },
    ))
}
