//! Photos over HTTP, whosever they are: where to upload one, and where one is shown.

use std::{collections::BTreeMap, time::Duration};

use cloud::Upload;
use garde::Validate;
use kernel::{Photo, PhotoType, Result, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;

/// How long an upload may take to begin.
const UPLOAD: Duration = Duration::from_mins(10);
/// How long the address of a photo is good.
const SHOWN: Duration = Duration::from_hours(1);

/// The photo that is to be uploaded.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadPhoto {
    #[garde(skip)]
    content_type: PhotoType,
    /// Its exact length, at most 5 MiB.
    #[garde(range(min = 1, max = Photo::LIMIT_BYTES))]
    bytes: u64,
}

/// A request to make with the photo as its body, exactly so.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoUpload {
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

impl App {
    /// A signed upload for ten minutes, to the place in the bucket that `place` gives its id.
    pub async fn photo_upload(
        &self,
        photo: &UploadPhoto,
        place: impl FnOnce(&str) -> String,
    ) -> Result<PhotoUpload> {
        let upload_id = kernel::random_uuid().simple().to_string();
        let content_type = photo.content_type.as_str().to_owned();
        let upload = Upload { content_type, bytes: photo.bytes };
        let signed = self.storage()?.sign_upload(&place(&upload_id), &upload, UPLOAD).await?;
        Ok(PhotoUpload {
            upload_id,
            method: signed.method,
            url: signed.url,
            headers: signed.headers.into_iter().collect(),
            expires_at: self.clock().now() + UPLOAD,
        })
    }

    /// Where the photo at this place of the bucket is shown for an hour.
    pub async fn photo_url(&self, place: &str) -> Result<String> {
        self.storage()?.sign_download(place, SHOWN).await
    }
}
