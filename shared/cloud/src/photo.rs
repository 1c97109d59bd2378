//! Photos in the bucket: looked at where they were uploaded, and copied to where they are shown from.

use kernel::{Error, Photo, Result, jiff::Timestamp};

use crate::Storage;

impl Storage {
    /// Takes an upload over to its lasting place, if it is a photo: whoever still has the upload's address changes
    /// nothing any more. 422 `PHOTO_NOT_UPLOADED`, `PHOTO_INVALID`; 409 `PHOTO_CHANGED`.
    pub async fn take_photo(
        &self,
        (uploaded, place): (&str, &str),
        upload_id: &str,
        now: Timestamp,
    ) -> Result<Photo> {
        let found = self.head(uploaded).await?.ok_or_else(|| {
            let message = "nothing was uploaded there, or a day ago; ask where to upload it again";
            Error::invalid("PHOTO_NOT_UPLOADED", message)
        })?;
        let photo = Photo::of_upload(upload_id, &found.content_type, found.bytes, now)?;
        self.copy(uploaded, &found.etag, place).await?.ok_or_else(|| {
            let message = "the photo was uploaded again at the same moment; confirm it again";
            Error::conflict("PHOTO_CHANGED", message)
        })?;
        Ok(photo)
    }
}
