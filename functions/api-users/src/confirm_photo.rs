//! `PUT /v1/users/{account_id}/photo`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::Permission;
use profiles::{photo_key, store, upload_key};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::{
    acting::{self, acting_for},
    person::photo_url,
};

/// The upload that is done.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmPhoto {
    /// As the upload was given it.
    #[garde(ascii, alphanumeric, length(equal = 32))]
    upload_id: String,
}

/// Where the photo is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhotoView {
    /// Good for an hour.
    photo_url: Option<String>,
}

/// Show the photo that was uploaded. What was shown before is gone.
///
/// The upload is copied to where photos are shown from, if it is what was looked at: whoever still has the
/// upload's address changes nothing any more.
#[utoipa::path(
    put,
    path = "/v1/users/{account_id}/photo",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    request_body = ConfirmPhoto,
    responses(
        (status = 200, body = Envelope<PhotoView>, description = "It is shown."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "PHOTO_CHANGED: it was uploaded again meanwhile; confirm again."),
        (status = 412, body = Problem, description = "STALE_VERSION: the profile changed at the same moment; repeat."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, PHOTO_NOT_UPLOADED, PHOTO_INVALID."),
    )
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    Body(input): Body<ConfirmPhoto>,
) -> Outcome<PhotoView> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let mut profile = store::profile(&table, acting.account).await?;
    let shown = profile.photo.as_ref().is_some_and(|photo| photo.upload_id == input.upload_id);
    if !shown {
        let (storage, club) = (app.storage()?, caller.club()?);
        let uploaded = upload_key(club, acting.account, &input.upload_id);
        let place = photo_key(club, acting.account);
        let now = app.clock().now();
        let photo = storage.take_photo((&uploaded, &place), &input.upload_id, now).await?;
        profile = profile.with_photo(Some(photo));
        let told = Entry::new(caller.origin(), "photo.changed", acting.account);
        acting::write(&acting, (&app, &caller), told, vec![store::put_profile(&table, &profile)?])
            .await?;
    }
    Ok(Reply::ok(PhotoView { photo_url: photo_url(&app, &caller, &profile).await? }))
}
