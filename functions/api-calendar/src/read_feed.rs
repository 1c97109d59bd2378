//! `GET /v1/ical/{file}`.

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use booking::Booking;
use calendar::{Feed, FeedText, Scope, feed_not_found};
use futures::future::try_join;
use kernel::{
    Kind, Permission, Result, Tenant,
    jiff::{SignedDuration, Timestamp, ToSpan},
};
use runtime::App;
use table::TenantTable;
use web::{Correlation, Failure, Id, Problem};

/// Programs come by the hour.
const CACHE_CONTROL: &str = "private, max-age=300";
/// How far back a member's feed goes: as long as a cancelled booking stays.
const OWN_BACK: SignedDuration = calendar::CANCELLED_KEPT;
/// The local days of staff's feeds: so many that are over, and so many from today on.
const STAFF_DAYS_BACK: i32 = 7;
const STAFF_DAYS: usize = 7 + 60;

/// A calendar feed (iCalendar, RFC 5545), by its secret address.
///
/// It has an `ETag`, which changes when one of its bookings does. An address that is not known, or whose owner may
/// not see this any more, is not there.
#[utoipa::path(
    get,
    path = "/v1/ical/{file}",
    tag = "calendar",
    params(("file" = String, Path, description = "The last part of the address that the feed was made with.")),
    responses(
        (status = 200, description = "A calendar.", content_type = "text/calendar", body = String),
        (status = 304, description = "What `If-None-Match` names is still this calendar."),
        (status = 404, body = Problem, description = "FEED_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    asked: HeaderMap,
    Id(file): Id<String>,
) -> Result<Response, Failure> {
    let text: FeedText = file.parse()?;
    let tenant = Tenant::from_platform_record(text.club(), correlation);
    let table = app.table().tenant(&tenant);
    let feed = calendar::feed(&table, text.id()).await?;
    feed.check(&text)?;
    let now = app.clock().now();
    check_owner(&app, &tenant, &feed).await?;
    if let Scope::ChildBookings { child_id } = feed.scope
        && !profiles::guards_any(&table, feed.account_id, &[child_id], now).await?
    {
        return Err(feed_not_found().into());
    }
    let (settings, bookings) =
        try_join(tenancy::store::settings(&table), bookings(&table, &feed, now)).await?;
    let calendar = calendar::calendar_text(settings.name.as_str(), &bookings, now);
    if let Some(today) = feed.used_on(now) {
        // What it is for is not worth failing for.
        if let Err(error) = calendar::note_use(&table, feed.id, today).await {
            tracing::warn!(error = ?error, "a feed's use was not noted");
        }
    }
    Ok(answer(&asked, calendar))
}

/// Whether the owner is still let in and may see what it shows: else `not_found`, `FEED_NOT_FOUND`, for
/// programs know nothing else to do about it.
async fn check_owner(app: &App, tenant: &Tenant, feed: &Feed) -> Result<()> {
    let (club, correlation) = (Some(tenant.club()), tenant.correlation());
    let admitted = identity::admit(app.table(), correlation, feed.account_id, club).await;
    let rights = match admitted {
        Err(error) if error.kind() == Kind::Forbidden => return Err(feed_not_found()),
        admitted => admitted?.ok_or_else(feed_not_found)?.rights,
    };
    let may = match feed.scope.venue() {
        None => rights.permissions.contains(&Permission::BookingSelf),
        Some(venue) => rights.has_at(Permission::BookingManage, venue),
    };
    if may { Ok(()) } else { Err(feed_not_found()) }
}

async fn bookings(table: &TenantTable, feed: &Feed, now: Timestamp) -> Result<Vec<Booking>> {
    let from = now.saturating_sub(OWN_BACK).unwrap_or(now);
    let venue_id = match feed.scope {
        Scope::MyBookings => return calendar::bookings_ahead(table, feed.account_id, from).await,
        Scope::ChildBookings { child_id } => {
            return calendar::bookings_ahead(table, child_id, from).await;
        }
        Scope::Court { venue_id, .. } | Scope::Venue { venue_id } => venue_id,
    };
    let venue = facilities::venue(table, venue_id).await?;
    let today = venue.time_zone.rules().to_datetime(now).date();
    let first = today.saturating_sub(STAFF_DAYS_BACK.days());
    let days = first.series(1.day()).take(STAFF_DAYS);
    let mut bookings = calendar::bookings_of_days(table, venue_id, days).await?;
    bookings.retain(|booking| feed.scope.shows(booking));
    Ok(bookings)
}

/// 304 to whoever has this calendar, else the calendar.
fn answer(asked: &HeaderMap, calendar: String) -> Response {
    // Weak, because the same text also travels compressed (RFC 9110 8.8.3.3).
    let etag = format!("W/\"{}\"", STANDARD.encode(digest(&SHA256, calendar.as_bytes())));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known
        .is_some_and(|known| known.split(',').map(str::trim).any(|tag| tag == etag || tag == "*"));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = HeaderValue::from_static("text/calendar; charset=utf-8");
        ([(header::CONTENT_TYPE, content_type)], calendar).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}
