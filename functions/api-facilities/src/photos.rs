//! Photos of venues and courts, as they are asked for and shown.

use facilities::{Gallery, GalleryPhoto, PhotoText};
use futures::future::{try_join, try_join_all};
use garde::Validate;
use kernel::{ClubId, CourtId, Result, TextError, VenueId, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use table::TenantTable;
use utoipa::ToSchema;

/// Whose photos.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Of {
    /// A court's of the venue; the venue's own, if absent.
    court_id: Option<CourtId>,
}

/// The id of an upload, and of the photo that it becomes.
pub(crate) struct PhotoId(pub(crate) String);

impl FromStr for PhotoId {
    type Err = TextError;

    /// 32 letters and digits: it is a part of a place in the bucket.
    fn from_str(text: &str) -> Result<Self, TextError> {
        let fits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned())).ok_or(TextError("must be 32 letters and digits"))
    }
}

/// A photo of a venue or a court.
#[derive(Serialize, ToSchema)]
#[schema(as = FacilityPhoto)]
pub(crate) struct PhotoView {
    id: String,
    /// Good for an hour.
    #[schema(format = "uri")]
    url: String,
    /// Shown below it.
    caption: Option<PhotoText>,
    /// In its place, for who does not see it.
    alt: Option<PhotoText>,
    /// Since when it is shown.
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    set_at: Timestamp,
}

/// The photos that are meant, as they are: `VENUE_NOT_FOUND`, `COURT_NOT_FOUND`. Where there shall be more:
/// `VENUE_RETIRED`, `COURT_RETIRED`.
pub(crate) async fn gallery(
    table: &TenantTable,
    venue: VenueId,
    of: &Of,
    more: bool,
) -> Result<Gallery> {
    let found = facilities::gallery(table, venue, of.court_id);
    if let Some(court) = of.court_id {
        let (court, gallery) = try_join(facilities::court(table, venue, court), found).await?;
        if more {
            court.editable(None)?;
        }
        return Ok(gallery);
    }
    let (venue, gallery) = try_join(facilities::venue(table, venue), found).await?;
    if more {
        venue.editable(None)?;
    }
    Ok(gallery)
}

/// All of them, in their order.
pub(crate) async fn views(app: &App, club: ClubId, gallery: &Gallery) -> Result<Vec<PhotoView>> {
    try_join_all(gallery.photos.iter().map(|one| view(app, club, gallery, one))).await
}

/// One of them.
pub(crate) async fn view(
    app: &App,
    club: ClubId,
    gallery: &Gallery,
    GalleryPhoto { photo, texts }: &GalleryPhoto,
) -> Result<PhotoView> {
    Ok(PhotoView {
        id: photo.upload_id.clone(),
        url: app.photo_url(&gallery.photo_place(club, &photo.upload_id)).await?,
        caption: texts.caption.clone(),
        alt: texts.alt.clone(),
        set_at: photo.set_at,
    })
}
