//! `PUT /v1/venues/{venue_id}/photos`.

use axum::extract::State;
use facilities::{Gallery, PhotoText, PhotoTexts, VENUE_PHOTOS};
use garde::Validate;
use kernel::{Permission, VenueId, same_version};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Params, Problem, Reply};

use crate::photos::{Of, PhotoView, gallery, views};

/// The photos in their order, with what is said of them.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrangePhotos {
    #[garde(length(max = VENUE_PHOTOS), dive)]
    #[schema(max_items = 12)]
    photos: Vec<ArrangedPhoto>,
}

/// One of them; a text that is absent is taken away.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ArrangedPhoto {
    #[garde(length(max = 32))]
    id: String,
    caption: Option<PhotoText>,
    alt: Option<PhotoText>,
}

/// Put the photos of a venue or a court into another order, and say other things of them.
#[utoipa::path(
    put,
    path = "/v1/venues/{venue_id}/photos",
    tag = "facilities",
    params(
        ("venue_id" = VenueId, Path),
        Of,
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ArrangePhotos,
    responses(
        (status = 200, body = Envelope<Vec<PhotoView>>, description = "As they are now, with their ETag."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: they changed since they were read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, QUERY_INVALID, PHOTOS_DIFFER."),
    )
)]
pub(crate) async fn arrange(
    State(app): State<App>,
    caller: Caller,
    Id(venue): Id<VenueId>,
    Params(of): Params<Of>,
    IfMatch(version): IfMatch,
    Body(input): Body<ArrangePhotos>,
) -> Outcome<Vec<PhotoView>> {
    let table = app.tenant_table(&caller)?;
    let before = gallery(&table, venue, &of, false).await?;
    caller.require_at(Permission::FacilityManage, venue)?;
    same_version(version, before.version, "this")?;
    let texts = |one: ArrangedPhoto| (one.id, PhotoTexts { caption: one.caption, alt: one.alt });
    let after = before.arranged(input.photos.into_iter().map(texts).collect())?;
    let gallery = if after.photos == before.photos {
        before
    } else {
        table.write(vec![facilities::put_gallery(&table, &after)?]).await?;
        after
    };
    let Gallery { version, .. } = gallery;
    Ok(Reply::ok(views(&app, caller.club()?, &gallery).await?).etag(version))
}
