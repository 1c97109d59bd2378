//! `GET /v1/venues/{venue_id}/check-in-poster` and `POST /v1/venues/{venue_id}/check-in-poster/rotate`.

use audit::Entry;
use axum::extract::State;
use booking::Poster;
use facilities::{Name, Venue};
use futures::future::try_join;
use kernel::{Permission, Result, VenueId, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::qr::picture;

/// What is printed and hung up at a venue, for players to check in by.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckInPoster)]
pub(crate) struct PosterView {
    venue_id: VenueId,
    venue_name: Name,
    /// What the QR code says. Its part behind `check_in=` is the `venue_code` of a check-in.
    #[schema(format = "uri")]
    link: String,
    /// The QR code, SVG 1.1.
    svg: String,
    /// Since when it is this one.
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    made_at: Timestamp,
    /// Grows with every rotation.
    version: u64,
}

/// Read the poster of a venue: whoever scans it there checks in to their booking.
///
/// It is made when it is first asked for, and stays as it is until it is rotated.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/check-in-poster",
    tag = "facilities",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<PosterView>, description = "To be printed."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
    )
)]
pub(crate) async fn read_poster(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
) -> Outcome<PosterView> {
    let table = app.tenant_table(&caller)?;
    let (venue, poster) =
        try_join(facilities::venue(&table, id), booking::poster(&table, id)).await?;
    caller.require_at(Permission::FacilityManage, id)?;
    let poster = if let Some(poster) = poster {
        poster
    } else {
        let first = Poster::first(id, caller.account(), app.clock().now())?;
        booking::first_poster(&table, first).await?
    };
    Ok(Reply::ok(view(&app, &table, venue, &poster).await?))
}

/// Give a venue another code, for a new poster: the one that hangs there is good no more.
#[utoipa::path(
    post,
    path = "/v1/venues/{venue_id}/check-in-poster/rotate",
    tag = "facilities",
    params(("venue_id" = VenueId, Path)),
    responses(
        (status = 200, body = Envelope<PosterView>, description = "The new one, to be printed."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: somebody rotated it at the same moment."),
    )
)]
pub(crate) async fn rotate_poster(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
) -> Outcome<PosterView> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let (venue, before) =
        try_join(facilities::venue(&table, id), booking::poster(&table, id)).await?;
    caller.require_at(Permission::FacilityManage, id)?;
    let poster = match &before {
        Some(before) => before.rotated(caller.account(), now)?,
        None => Poster::first(id, caller.account(), now)?,
    };
    let told = Entry::new(caller.origin(), "check_in_poster.rotated", id);
    let told = told.making(&json!({ "version": poster.version }))?;
    let writes = vec![booking::put_poster(&table, &poster)?];
    audit::write(&table, told, now, writes).await?;
    Ok(Reply::ok(view(&app, &table, venue, &poster).await?))
}

async fn view(app: &App, table: &TenantTable, venue: Venue, poster: &Poster) -> Result<PosterView> {
    let slug = tenancy::store::settings(table).await?.slug;
    // Behind the # nothing reaches a server's log.
    let base = app.config().public_base_url()?;
    let code = poster.code.reveal();
    let link = format!("{base}/docs#club={slug}&venue={}&check_in={code}", venue.id);
    Ok(PosterView {
        venue_id: venue.id,
        venue_name: venue.name,
        svg: picture(&link)?,
        link,
        made_at: poster.made_at,
        version: poster.version,
    })
}
