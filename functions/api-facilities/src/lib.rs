//! Venues, courts and what is booked beside them: the API gateway calls it.
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
//! | `GET /v1/venues/{venue_id}/booking-rules` | `facility:read` |
//! | `PUT /v1/venues/{venue_id}/booking-rules` | `facility:manage`, there or in the club |
//! | `POST /v1/venues/{venue_id}/photo-uploads` | `facility:manage`, there or in the club |
//! | `POST /v1/venues/{venue_id}/photos` | `facility:manage`, there or in the club |
//! | `GET /v1/venues/{venue_id}/photos` | `facility:read` |
//! | `PUT /v1/venues/{venue_id}/photos` | `facility:manage`, there or in the club |
//! | `DELETE /v1/venues/{venue_id}/photos/{photo_id}` | `facility:manage`, there or in the club |
//! | `POST /v1/resources` | `facility:manage` |
//! | `GET /v1/resources` | `facility:read` |
//! | `GET /v1/resources/{resource_id}` | `facility:read` |
//! | `PATCH /v1/resources/{resource_id}` | `facility:manage` |
//! | `DELETE /v1/resources/{resource_id}` | `facility:manage` |

mod add_photo;
mod arrange_photos;
mod change_court;
mod change_resource;
mod change_venue;
mod create_court;
mod create_resource;
mod create_venue;
mod given;
mod list_courts;
mod list_photos;
mod list_resources;
mod list_venues;
mod photos;
mod put_booking_rules;
mod read_booking_rules;
mod read_court;
mod read_resource;
mod read_venue;
mod remove_photo;
mod retire_court;
mod retire_resource;
mod retire_venue;
mod upload_photo;

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
        .allow(Permission::FacilityRead, routes!(read_booking_rules::read))
        .allow_at_venue(Permission::FacilityManage, routes!(put_booking_rules::put))
        .allow_at_venue(Permission::FacilityManage, routes!(upload_photo::upload))
        .allow_at_venue(Permission::FacilityManage, routes!(add_photo::add))
        .allow(Permission::FacilityRead, routes!(list_photos::list))
        .allow_at_venue(Permission::FacilityManage, routes!(arrange_photos::arrange))
        .allow_at_venue(Permission::FacilityManage, routes!(remove_photo::remove))
        .allow(Permission::FacilityManage, routes!(create_resource::create))
        .allow(Permission::FacilityRead, routes!(list_resources::list))
        .allow(Permission::FacilityRead, routes!(read_resource::read))
        .allow(Permission::FacilityManage, routes!(change_resource::change))
        .allow(Permission::FacilityManage, routes!(retire_resource::retire))
}
