//! Photos of a venue or a court, in the order in which they are shown.

use kernel::{ClubId, CourtId, Error, Photo, Result, TextError, VenueId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most photos of a venue.
pub const VENUE_PHOTOS: usize = 12;
/// The most photos of a court.
pub const COURT_PHOTOS: usize = 6;

/// What is said of a photo: 1 to 200 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 200)]
pub struct PhotoText(String);

kernel::text_value! {
    PhotoText(parse_text);
}

fn parse_text(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 200 characters and no control characters"))
}

/// What is said of a photo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoTexts {
    /// Shown below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<PhotoText>,
    /// In its place, for who does not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<PhotoText>,
}

/// A photo with what is said of it. Its id is its upload's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GalleryPhoto {
    /// What it is.
    #[serde(flatten)]
    pub photo: Photo,
    /// What is said of it.
    #[serde(flatten)]
    pub texts: PhotoTexts,
}

/// The photos of a venue, or of one of its courts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gallery {
    /// Of which venue.
    pub venue_id: VenueId,
    /// Of which of its courts; none where it is the venue's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub court_id: Option<CourtId>,
    /// In the order in which they are shown.
    pub photos: Vec<GalleryPhoto>,
    /// Grows with every change; zero where there is none yet.
    pub version: u64,
}

impl Gallery {
    /// Without photos.
    pub fn empty(venue_id: VenueId, court_id: Option<CourtId>) -> Self {
        Self { venue_id, court_id, photos: Vec::new(), version: 0 }
    }

    /// Whether it has this one.
    pub fn has(&self, id: &str) -> bool {
        self.photos.iter().any(|one| one.photo.upload_id == id)
    }

    /// Whether one more fits: else `conflict`, `TOO_MANY_PHOTOS`.
    pub fn check_room(&self) -> Result<()> {
        let most = if self.court_id.is_some() { COURT_PHOTOS } else { VENUE_PHOTOS };
        if self.photos.len() < most {
            return Ok(());
        }
        let message = format!("there are at most {most} photos; remove one first");
        Err(Error::conflict("TOO_MANY_PHOTOS", message))
    }

    /// With one more, which is shown last.
    pub fn with(&self, photo: Photo, texts: PhotoTexts) -> Result<Self> {
        self.check_room()?;
        let mut next = self.next();
        next.photos.push(GalleryPhoto { photo, texts });
        Ok(next)
    }

    /// The same photos in this order, with these texts: else `invalid`, `PHOTOS_DIFFER`.
    pub fn arranged(&self, order: Vec<(String, PhotoTexts)>) -> Result<Self> {
        let differ = || {
            let message = "name each photo that is there once, and no other";
            Error::invalid("PHOTOS_DIFFER", message)
        };
        let (mut left, mut next) = (self.photos.clone(), self.next());
        next.photos.clear();
        for (id, texts) in order {
            let place = left.iter().position(|one| one.photo.upload_id == id);
            let GalleryPhoto { photo, .. } = left.swap_remove(place.ok_or_else(differ)?);
            next.photos.push(GalleryPhoto { photo, texts });
        }
        if left.is_empty() { Ok(next) } else { Err(differ()) }
    }

    /// Without one.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        let mut next = self.next();
        next.photos.retain(|one| one.photo.upload_id != id);
        next
    }

    fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// Where one of its photos lies in the bucket, for as long as it is shown.
    pub fn photo_place(&self, club: ClubId, id: &str) -> String {
        format!("photos/{club}/{}/{id}", self.owner())
    }

    /// Where an upload lies until it is looked at; the bucket drops what nobody confirms.
    pub fn upload_place(&self, club: ClubId, id: &str) -> String {
        format!("uploads/{club}/{}/{id}", self.owner())
    }

    fn owner(&self) -> String {
        self.court_id.map_or_else(|| self.venue_id.to_string(), |court| court.to_string())
    }
}

#[cfg(test)]
mod tests {
    use kernel::jiff::Timestamp;

    use super::*;

    fn gallery(court: Option<CourtId>, photos: usize) -> Result<Gallery> {
        let photo = |id: usize| {
            Photo::of_upload(&id.to_string(), "image/png", 1, Timestamp::UNIX_EPOCH).unwrap()
        };
        let empty = Gallery::empty(VenueId::new(), court);
        (0..photos).try_fold(empty, |gallery, id| gallery.with(photo(id), PhotoTexts::default()))
    }

    #[test]
    fn a_venue_has_twelve_photos_and_a_court_six() {
        assert_eq!(gallery(None, 12).unwrap().version, 12);
        assert_eq!(gallery(None, 13).unwrap_err().code(), "TOO_MANY_PHOTOS");
        assert!(gallery(Some(CourtId::new()), 6).is_ok());
        assert!(gallery(Some(CourtId::new()), 7).is_err());
    }

    #[test]
    fn an_order_names_each_photo_once() {
        let three = gallery(None, 3).unwrap();
        let order = |ids: &[&str]| {
            three.arranged(ids.iter().map(|id| ((*id).to_owned(), PhotoTexts::default())).collect())
        };
        let shown = order(&["2", "0", "1"]).unwrap();
        let ids: Vec<_> = shown.photos.iter().map(|one| &*one.photo.upload_id).collect();
        assert_eq!((ids, shown.version), (vec!["2", "0", "1"], 4));
        for wrong in [&["0", "1"][..], &["0", "1", "1"], &["0", "1", "3"], &["0", "1", "2", "2"]] {
            assert_eq!(order(wrong).unwrap_err().code(), "PHOTOS_DIFFER");
        }
        assert!(!three.without("1").has("1") && three.without("x").photos.len() == 3);
    }
}
