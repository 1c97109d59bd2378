//! Photos: uploaded to a place of their own, looked at, then copied to where they are shown from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Error, Result};

/// What a photo may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum PhotoType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl PhotoType {
    /// The media type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// A photo that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The upload that it was.
    pub upload_id: String,
    /// What it is.
    pub content_type: String,
    /// How long it is.
    pub bytes: u64,
    /// Since when it is shown.
    pub set_at: Timestamp,
}

impl Photo {
    /// The largest photo: 5 MiB.
    pub const LIMIT_BYTES: u64 = 5 * 1024 * 1024;

    /// What was uploaded, as a photo: `invalid`, `PHOTO_INVALID`, where it is none.
    pub fn of_upload(
        upload_id: &str,
        content_type: &str,
        bytes: u64,
        now: Timestamp,
    ) -> Result<Self> {
        let types = [PhotoType::Jpeg, PhotoType::Png, PhotoType::Webp];
        let fits = types.iter().any(|it| it.as_str() == content_type)
            && (1..=Self::LIMIT_BYTES).contains(&bytes);
        if !fits {
            let message = "a photo is image/jpeg, image/png or image/webp, of at most 5 MiB";
            return Err(Error::invalid("PHOTO_INVALID", message));
        }
        Ok(Self {
            upload_id: upload_id.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
            set_at: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_pictures_are_photos() {
        let of = |kind, bytes| Photo::of_upload("1", kind, bytes, Timestamp::UNIX_EPOCH);
        assert!(of("image/png", Photo::LIMIT_BYTES).is_ok());
        for (kind, bytes) in
            [("image/png", 0), ("image/png", Photo::LIMIT_BYTES + 1), ("image/svg+xml", 1)]
        {
            assert_eq!(of(kind, bytes).unwrap_err().code(), "PHOTO_INVALID");
        }
    }
}
