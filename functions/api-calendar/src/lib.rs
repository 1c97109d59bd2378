//! Free time of many days, staff's week and calendars to subscribe to: the API gateway calls it, for
//! `/v1/ical` without authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/calendar/availability` | `facility:read` |
//! | `GET /v1/calendar/next-free` | `facility:read` |
//! | `GET /v1/calendar/suggestions` | `facility:read` |
//! | `GET /v1/calendar/week` | `booking:manage` in the club or at the venue |
//! | `POST /v1/calendar/feeds` | `booking:self`; a court's or a venue's: `booking:manage` there, too |
//! | `GET /v1/calendar/feeds` | `booking:self` |
//! | `DELETE /v1/calendar/feeds/{feed_id}` | `booking:self` |
//! | `GET /v1/ical/{file}` | none: the address is the password |

mod availability;
mod create_feed;
mod list_feeds;
mod next_free;
mod read_feed;
mod remove_feed;
mod search;
mod suggestions;
mod week;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::FacilityRead, routes!(availability::availability))
        .allow(Permission::FacilityRead, routes!(next_free::next_free))
        .allow(Permission::FacilityRead, routes!(suggestions::suggestions))
        .allow_at_venue(Permission::BookingManage, routes!(week::week))
        .allow(Permission::BookingSelf, routes!(create_feed::create))
        .allow(Permission::BookingSelf, routes!(list_feeds::list))
        .allow(Permission::BookingSelf, routes!(remove_feed::remove))
        .open(routes!(read_feed::read))
}
