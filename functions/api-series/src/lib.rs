//! Series of bookings: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/series` | `booking:self`; another's but one's child's, or one that costs something: `booking:manage`, too |
//! | `GET /v1/series` | `booking:self`; another's but one's child's: `booking:manage`, too |
//! | `GET /v1/series/{series_id}` | `booking:self`; another's but one's child's: `booking:manage`, too |
//! | `GET /v1/series/{series_id}/occurrences` | the same |
//! | `POST /v1/series/{series_id}/cancel` | the same |
//! | `POST /v1/series/{series_id}/change` | the same |
//! | `POST /v1/series/{series_id}/rebook` | the same |

mod act;
mod alter;
mod book;
mod cancel;
mod carry;
mod change;
mod create;
mod dates;
mod enquire;
mod give_up;
mod list;
mod list_occurrences;
mod read;
mod rebook;
mod survey;
mod view;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::BookingSelf, routes!(create::create))
        .allow(Permission::BookingSelf, routes!(list::list))
        .allow(Permission::BookingSelf, routes!(read::read))
        .allow(Permission::BookingSelf, routes!(list_occurrences::list_occurrences))
        .allow(Permission::BookingSelf, routes!(cancel::cancel))
        .allow(Permission::BookingSelf, routes!(change::change))
        .allow(Permission::BookingSelf, routes!(rebook::rebook))
}
