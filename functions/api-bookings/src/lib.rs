//! Free courts and bookings: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/availability` | `facility:read` |
//! | `POST /v1/bookings` | `booking:self`; for another: `booking:manage`, too; against rules: `booking:override`, too |
//! | `POST /v1/bookings/check` | the same |
//! | `GET /v1/bookings` | `booking:self`; a venue's day: `booking:manage`, too |
//! | `GET /v1/bookings/{booking_id}` | `booking:self`; another's: `booking:manage`, too |
//! | `POST /v1/bookings/{booking_id}/cancel` | `booking:self`; another's: `booking:manage`, too |

mod availability;
mod book;
mod cancel;
mod check;
mod checkout;
mod list;
mod read;
mod snapshot;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::FacilityRead, routes!(availability::availability))
        .allow(Permission::BookingSelf, routes!(book::book))
        .allow(Permission::BookingSelf, routes!(check::check))
        .allow(Permission::BookingSelf, routes!(list::list))
        .allow(Permission::BookingSelf, routes!(read::read))
        .allow(Permission::BookingSelf, routes!(cancel::cancel))
}
