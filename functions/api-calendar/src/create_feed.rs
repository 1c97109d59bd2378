//! `POST /v1/calendar/feeds`.

use audit::Entry;
use axum::extract::State;
use calendar::{Feed, FeedText, Scope};
use garde::Validate;
use kernel::{AccountId, CourtId, Error, Method, Permission, Result, VenueId, jiff::Timestamp};
use profiles::{Capacity, acting_for, not_guardian};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::list_feeds::FeedView;

/// What the feed is to show.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(tag = "scope", rename_all = "snake_case", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) enum NewFeed {
    /// One's own bookings, from a month ago on.
    MyBookings {},
    /// The same of one's child.
    ChildBookings {
        /// Which.
        child_id: AccountId,
    },
    /// Everybody's on a court, from a week ago to 60 days ahead: for staff.
    Court {
        /// Where.
        venue_id: VenueId,
        /// Which.
        court_id: CourtId,
    },
    /// The same of a whole venue.
    Venue {
        /// Which.
        venue_id: VenueId,
    },
}

/// The feed, this once with its address.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedFeed {
    /// Subscribe to it with any calendar. Whoever knows it can read the feed; it is shown now and never again.
    #[schema(format = "uri")]
    url: String,
    #[serde(flatten)]
    view: FeedView,
}

/// Make a calendar feed (iCalendar) with a secret address. It shows what its owner may see when it is read. An
/// `Idempotency-Key` does not bring the address back: a repetition makes another feed.
#[utoipa::path(
    post,
    path = "/v1/calendar/feeds",
    tag = "calendar",
    request_body = NewFeed,
    responses(
        (status = 201, body = Envelope<CreatedFeed>, description = "With its address, shown this once."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING: everybody's bookings are for staff, there; FEED_NEEDS_MEMBER: an API key has no feeds."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "FEED_LIMIT_REACHED, IDEMPOTENCY_IN_FLIGHT."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewFeed>,
) -> Outcome<CreatedFeed> {
    if caller.claims().amr.contains(&Method::Key) {
        let message = "an API key is nobody's calendar; make the feed as a member";
        return Err(Error::forbidden("FEED_NEEDS_MEMBER", message).into());
    }
    let table = app.tenant_table(&caller)?;
    let now = app.clock().now();
    let scope = scope(&caller, &table, &input, now).await?;
    let text = FeedText::new(caller.club()?)?;
    let feed = Feed::new(&text, caller.account(), scope, now);
    let writes = calendar::create(&table, &feed)?;
    if feed.scope.venue().is_some() {
        let told = Entry::new(caller.origin(), "calendar_feed.created", feed.id);
        audit::write(&table, told.making(&feed.scope)?, now, writes).await?;
    } else {
        table.write(writes).await?;
    }
    let base_url = app.config().public_base_url()?;
    let url = format!("{base_url}/v1/ical/{}", text.reveal());
    let location = format!("/v1/calendar/feeds/{}", feed.id);
    Ok(Reply::created(location, CreatedFeed { url, view: feed.into() }).secret())
}

/// What it shows, if it is there and the caller may see it.
async fn scope(
    caller: &Caller,
    table: &TenantTable,
    wanted: &NewFeed,
    now: Timestamp,
) -> Result<Scope> {
    match *wanted {
        NewFeed::MyBookings {} => Ok(Scope::MyBookings),
        NewFeed::ChildBookings { child_id } => {
            let acting = acting_for(table, (caller.account(), child_id), false, now).await?;
            match acting.capacity {
                Capacity::Guardian => Ok(Scope::ChildBookings { child_id }),
                Capacity::Themselves | Capacity::Staff => Err(not_guardian()),
            }
        }
        NewFeed::Venue { venue_id } => {
            caller.require_at(Permission::BookingManage, venue_id)?;
            facilities::venue(table, venue_id).await?;
            Ok(Scope::Venue { venue_id })
        }
        NewFeed::Court { venue_id, court_id } => {
            caller.require_at(Permission::BookingManage, venue_id)?;
            let court = facilities::court(table, venue_id, court_id).await?;
            Ok(Scope::Court { venue_id, court_id, takes: court.takes().to_vec() })
        }
    }
}
