//! `POST /v1/venues/{venue_id}/photos`.

use axum::extract::State;
use facilities::{Gallery, PhotoText, PhotoTexts};
use garde::Validate;
use kernel::{Error, Permission, Result, VenueId};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::photos::{Of, PhotoView, gallery, view};

/// So often it is added again because somebody else changed the photos at the same moment.
const ROUNDS: usize = 8;

/// The upload that is done.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct AddPhoto {
    /// As the upload was given it.
    #[garde(ascii, alphanumeric, length(equal = 32))]
    upload_id: String,
    /// Shown below it.
    caption: Option<PhotoText>,
    /// In its place, for who does not see it.
    alt: Option<PhotoText>,
}

/// Show a photo that was uploaded, as the last of its venue or court: 12 of a venue and 6 of a court at most.
///
/// The upload is copied to where photos are shown from, if it is what was looked at. Doing it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/photos",
    tag = "facilities",
    params(("venue_id" = VenueId, Path), Of),
    request_body = AddPhoto,
    responses(
        (status = 201, body = Envelope<PhotoView>, description = "It is shown; with the ETag of all of them."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "TOO_MANY_PHOTOS, VENUE_RETIRED, COURT_RETIRED, PHOTO_CHANGED: it was uploaded again meanwhile; add it again."),
        (status = 412, body = Problem, description = "STALE_VERSION: others change them all the time; repeat."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, QUERY_INVALID, PHOTO_NOT_UPLOADED, PHOTO_INVALID."),
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
    Params(of): Params<Of>,
    Body(input): Body<AddPhoto>,
) -> Outcome<PhotoView> {
    let (table, club) = (app.tenant_table(&caller)?, caller.club()?);
    let mut shown = gallery(&table, venue, &of, true).await?;
    caller.require_at(Permission::FacilityManage, venue)?;
    let mut rounds = ROUNDS;
    while !shown.has(&input.upload_id) {
        rounds -= 1;
        shown = match show(&app, &caller, &table, &shown, &input).await {
            Err(error) if error.code() == facilities::stale().code() && rounds > 0 => {
                gallery(&table, venue, &of, true).await?
            }
            shown => shown?,
        };
    }
    let photo = shown.photos.iter().find(|one| one.photo.upload_id == input.upload_id);
    let photo = photo.ok_or_else(|| Error::internal("a photo that is shown is not there"))?;
    let location = format!("/v1/venues/{venue}/photos");
    let view = view(&app, club, &shown, photo).await?;
    Ok(Reply::created(location, view).etag(shown.version))
}

/// The copy, then the list. What is copied and not shown in the end, because others took the last room, goes again.
async fn show(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    before: &Gallery,
    input: &AddPhoto,
) -> Result<Gallery> {
    let (storage, club) = (app.storage()?, caller.club()?);
    let place = before.photo_place(club, &input.upload_id);
    if let Err(full) = before.check_room() {
        storage.delete(&place).await?;
        return Err(full);
    }
    let uploaded = before.upload_place(club, &input.upload_id);
    let now = app.clock().now();
    let photo = storage.take_photo((&uploaded, &place), &input.upload_id, now).await?;
    let texts = PhotoTexts { caption: input.caption.clone(), alt: input.alt.clone() };
    let after = before.with(photo, texts)?;
    table.write(vec![facilities::put_gallery(table, &after)?]).await?;
    Ok(after)
}
