//! Price books, and what they make courts cost: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/venues/{venue_id}/price-books` | `facility:manage`, there or in the club |
//! | `GET /v1/venues/{venue_id}/price-books` | `facility:read`; drafts: `facility:manage`, too |
//! | `GET /v1/venues/{venue_id}/price-books/{price_book_id}` | `facility:read`; a draft: `facility:manage`, too |
//! | `PATCH /v1/venues/{venue_id}/price-books/{price_book_id}` | `facility:manage`, there or in the club |
//! | `DELETE /v1/venues/{venue_id}/price-books/{price_book_id}` | `facility:manage`, there or in the club |
//! | `POST /v1/venues/{venue_id}/price-books/{price_book_id}/publish` | `facility:manage`, there or in the club |
//! | `POST /v1/venues/{venue_id}/price-books/{price_book_id}/withdraw` | `facility:manage`, there or in the club |
//! | `GET /v1/venues/{venue_id}/prices/preview` | `facility:read`; of a draft: `facility:manage`, too |
//! | `POST /v1/venues/{venue_id}/prices/quote` | `facility:read`; of a draft: `facility:manage`, too |

mod books;
mod change_draft;
mod create_draft;
mod list_versions;
mod preview;
mod publish;
mod quote;
mod read_version;
mod remove_draft;
mod withdraw;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow_at_venue(Permission::FacilityManage, routes!(create_draft::create))
        .allow(Permission::FacilityRead, routes!(list_versions::list))
        .allow(Permission::FacilityRead, routes!(read_version::read))
        .allow_at_venue(Permission::FacilityManage, routes!(change_draft::change))
        .allow_at_venue(Permission::FacilityManage, routes!(remove_draft::remove))
        .allow_at_venue(Permission::FacilityManage, routes!(publish::publish))
        .allow_at_venue(Permission::FacilityManage, routes!(withdraw::withdraw))
        .allow(Permission::FacilityRead, routes!(preview::preview))
        .allow(Permission::FacilityRead, routes!(quote::quote))
}
