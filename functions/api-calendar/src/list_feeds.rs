//! `GET /v1/calendar/feeds`.

use axum::extract::State;
use calendar::{Feed, Scope};
use garde::Validate;
use kernel::{AccountId, CourtId, FeedId, LocalDate, VenueId, jiff::Timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct FeedsPage {
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

/// Whose bookings a feed shows.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedScope {
    /// One's own.
    MyBookings,
    /// Those of one's child.
    ChildBookings,
    /// Everybody's on a court.
    Court,
    /// Everybody's at a venue.
    Venue,
}

/// A calendar feed, without its address.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarFeed)]
pub(crate) struct FeedView {
    id: FeedId,
    scope: FeedScope,
    /// Null unless it is a child's.
    child_id: Option<AccountId>,
    /// Null of one's own bookings and a child's.
    venue_id: Option<VenueId>,
    /// Null unless it is a court's.
    court_id: Option<CourtId>,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
    /// The last day, in UTC, on which somebody read it.
    last_used_on: Option<LocalDate>,
}

impl From<Feed> for FeedView {
    fn from(feed: Feed) -> Self {
        let (scope, child_id, court_id) = match feed.scope {
            Scope::MyBookings => (FeedScope::MyBookings, None, None),
            Scope::ChildBookings { child_id } => (FeedScope::ChildBookings, Some(child_id), None),
            Scope::Court { court_id, .. } => (FeedScope::Court, None, Some(court_id)),
            Scope::Venue { .. } => (FeedScope::Venue, None, None),
        };
        let venue_id = feed.scope.venue();
        let Feed { id, created_at, last_used_on, .. } = feed;
        Self { id, scope, child_id, venue_id, court_id, created_at, last_used_on }
    }
}

/// List one's own calendar feeds, oldest first.
#[utoipa::path(
    get,
    path = "/v1/calendar/feeds",
    tag = "calendar",
    params(FeedsPage),
    responses(
        (status = 200, body = PageEnvelope<FeedView>, description = "One page."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(page): Params<FeedsPage>,
) -> Outcome<Vec<FeedView>> {
    let list = format!("calendar.feeds.{}", caller.account());
    let request = caller.page(&list, page.limit, page.cursor.as_deref())?;
    let limit = request.limit;
    let feeds = calendar::feeds(&app.tenant_table(&caller)?, caller.account(), request).await?;
    Ok(Reply::page(feeds.map(FeedView::from), &caller, &list, limit))
}
