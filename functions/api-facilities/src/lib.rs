//! Venues and courts: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/venues` | `facility:manage` |
//! | `GET /v1/venues` | `facility:read` |
//! | `GET /v1/venues/{venue_id}` | `facility:read` |
//! | `PATCH /v1/venues/{venue_id}` | `facility:manage`, there or in the club |
//! | `DELETE /v1/venues/{venue_id}` | `facility:manage` |
//! | `POST /v1/venues/{venue_id}/courts` | `facility:manage`, there or in the club |
//! | `GET /v1/venues/{venue_id}/courts` | `facility:read` |
//! | `GET /v1/venues/{venue_id}/courts/{court_id}` | `facility:read` |
//! | `PATCH /v1/venues/{venue_id}/courts/{court_id}` | `facility:manage`, there or in the club |
//! | `DELETE /v1/venues/{venue_id}/courts/{court_id}` | `facility:manage`, there or in the club |

mod change_court;
mod change_venue;
mod create_court;
mod create_venue;
mod given;
mod list_courts;
mod list_venues;
mod read_court;
mod read_venue;
mod retire_court;
mod retire_venue;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::FacilityManage, routes!(create_venue::create))
        .allow(Permission::FacilityRead, routes!(list_venues::list))
        .allow(Permission::FacilityRead, routes!(read_venue::read))
        .allow_at_venue(Permission::FacilityManage, routes!(change_venue::change))
        .allow(Permission::FacilityManage, routes!(retire_venue::retire))
        .allow_at_venue(Permission::FacilityManage, routes!(create_court::create))
        .allow(Permission::FacilityRead, routes!(list_courts::list))
        .allow(Permission::FacilityRead, routes!(read_court::read))
        .allow_at_venue(Permission::FacilityManage, routes!(change_court::change))
        .allow_at_venue(Permission::FacilityManage, routes!(retire_court::retire))
}
