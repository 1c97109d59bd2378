//! Waiting lists: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/waitlist` | `booking:self` |
//! | `GET /v1/waitlist` | `booking:self` |
//! | `GET /v1/waitlist/{entry_id}` | `booking:self`; another's than one's child's: `booking:manage`, too |
//! | `DELETE /v1/waitlist/{entry_id}` | `booking:self`; another's than one's child's: `booking:manage`, too |
//! | `POST /v1/waitlist/offers/{booking_id}/accept` | `booking:self` |
//! | `POST /v1/waitlist/offers/{booking_id}/decline` | `booking:self` |
//! | `GET /v1/venues/{venue_id}/waitlist` | `booking:manage`, there or in the club |
//! | `GET /v1/venues/{venue_id}/waitlist/lottery` | `facility:read` |
//! | `GET /v1/venues/{venue_id}/waitlist-policy` | `facility:read` |
//! | `PUT /v1/venues/{venue_id}/waitlist-policy` | `facility:manage`, there or in the club |

mod accept;
mod change_policy;
mod day;
mod decline;
mod join;
mod leave;
mod list;
mod lottery;
mod offer;
mod read;
mod read_policy;
mod view;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::BookingSelf, routes!(join::join))
        .allow(Permission::BookingSelf, routes!(list::list))
        .allow(Permission::BookingSelf, routes!(read::read))
        .allow(Permission::BookingSelf, routes!(leave::leave))
        .allow(Permission::BookingSelf, routes!(accept::accept))
        .allow(Permission::BookingSelf, routes!(decline::decline))
        .allow_at_venue(Permission::BookingManage, routes!(day::day))
        .allow(Permission::FacilityRead, routes!(lottery::lottery))
        .allow(Permission::FacilityRead, routes!(read_policy::read))
        .allow_at_venue(Permission::FacilityManage, routes!(change_policy::change))
}
