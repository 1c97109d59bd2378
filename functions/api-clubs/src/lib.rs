//! Clubs as the platform's operators see them: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/admin/clubs` | `platform:clubs` |
//! | `GET /v1/admin/clubs` | `platform:clubs` |
//! | `GET /v1/admin/clubs/{club_id}` | `platform:clubs` |
//! | `GET /v1/admin/onboardings/{onboarding_id}` | `platform:clubs` |

mod club;
mod list;
mod onboard;
mod progress;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::PlatformClubs, routes!(onboard::onboard))
        .allow(Permission::PlatformClubs, routes!(list::list))
        .allow(Permission::PlatformClubs, routes!(club::read))
        .allow(Permission::PlatformClubs, routes!(progress::read))
}
