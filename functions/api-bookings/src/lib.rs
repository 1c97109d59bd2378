//! Free courts, bookings and what becomes of them: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/availability` | `facility:read` |
//! | `POST /v1/bookings` | `booking:self`; for another than one's child: `booking:manage`, too; against rules: `booking:override`, too; out of another's wallet: `wallet:manage`, too |
//! | `POST /v1/bookings/check` | the same |
//! | `GET /v1/bookings` | `booking:self`; another's than one's child's, and a venue's day: `booking:manage`, too |
//! | `GET /v1/bookings/{booking_id}` | `booking:self`; where neither one nor one's child plays: `booking:manage`, too |
//! | `POST /v1/bookings/{booking_id}/cancel` | `booking:self`; another's than one's child's: `booking:manage`, too |
//! | `POST /v1/bookings/{booking_id}/move` | `booking:self`; another's than one's child's: `booking:manage`, too |
//! | `POST /v1/bookings/{booking_id}/check-in` | `booking:self`, with the venue's code; without: `booking:manage`, too |
//! | `GET /v1/bookings/{booking_id}/code` | `booking:self`; where neither one nor one's child plays: `booking:manage`, too |
//! | `GET /v1/bookings/{booking_id}/access` | `booking:self`; where neither one nor one's child plays: `booking:manage`, too |
//! | `POST /v1/bookings/{booking_id}/open` | `booking:self`; one's own or one's child's |
//! | `POST /v1/bookings/{booking_id}/join` | `booking:self` |
//! | `POST /v1/bookings/{booking_id}/leave` | `booking:self` |
//! | `DELETE /v1/bookings/{booking_id}/participants/{account_id}` | `booking:self`; another's booking: `booking:manage`, too |
//! | `GET /v1/matches` | `booking:self` |
//! | `GET /v1/venues/{venue_id}/booking-policy` | `facility:read` |
//! | `PUT /v1/venues/{venue_id}/booking-policy` | `facility:manage`, there or in the club |
//! | `GET /v1/venues/{venue_id}/check-in-poster` | `facility:manage`, there or in the club |
//! | `POST /v1/venues/{venue_id}/check-in-poster/rotate` | `facility:manage`, there or in the club |
//! | `DELETE /v1/members/{account_id}/booking-suspension` | `booking:manage` |

mod availability;
mod book;
mod cancel;
mod change_policy;
mod check;
mod check_in;
mod checkout;
mod join_match;
mod leave_match;
mod lift_suspension;
mod list;
mod list_matches;
mod open_match;
mod participants;
mod pay;
mod play;
mod poster;
mod qr;
mod read;
mod read_access;
mod read_code;
mod read_policy;
mod relocate;
mod remove_participant;
mod snapshot;
mod store;

use kernel::Permission;
use runtime::Routes;
use store::store;
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
        .allow(Permission::BookingSelf, routes!(relocate::relocate))
        .allow_at_venue(Permission::BookingSelf, routes!(check_in::check_in))
        .allow(Permission::BookingSelf, routes!(read_code::read_code))
        .allow(Permission::BookingSelf, routes!(read_access::read_access))
        .allow(Permission::BookingSelf, routes!(open_match::open_match))
        .allow(Permission::BookingSelf, routes!(join_match::join_match))
        .allow(Permission::BookingSelf, routes!(leave_match::leave_match))
        .allow(Permission::BookingSelf, routes!(list_matches::list_matches))
        .allow(Permission::BookingSelf, routes!(remove_participant::remove_participant))
        .allow(Permission::FacilityRead, routes!(read_policy::read_policy))
        .allow_at_venue(Permission::FacilityManage, routes!(change_policy::change_policy))
        .allow_at_venue(Permission::FacilityManage, routes!(poster::read_poster))
        .allow_at_venue(Permission::FacilityManage, routes!(poster::rotate_poster))
        .allow(Permission::BookingManage, routes!(lift_suspension::lift_suspension))
}
