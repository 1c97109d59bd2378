//! Clubs as the platform's operators see them: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/admin/clubs` | `platform:clubs` |
//! | `GET /v1/admin/clubs` | `platform:clubs` |
//! | `GET /v1/admin/clubs/{club_id}` | `platform:clubs` |
//! | `GET /v1/admin/clubs/{club_id}/limits` | `platform:clubs` |
//! | `PUT /v1/admin/clubs/{club_id}/limits` | `platform:clubs` |
//! | `POST /v1/admin/clubs/{club_id}/suspend` | `platform:clubs` |
//! | `POST /v1/admin/clubs/{club_id}/reinstate` | `platform:clubs` |
//! | `GET /v1/admin/onboardings/{onboarding_id}` | `platform:clubs` |

mod club;
mod list;
mod onboard;
mod progress;
mod read_limits;
mod reinstate;
mod set_limits;
mod standing;
mod suspend;

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
        .allow(Permission::PlatformClubs, routes!(read_limits::read_limits))
        .allow(Permission::PlatformClubs, routes!(set_limits::set_limits))
        .allow(Permission::PlatformClubs, routes!(suspend::suspend))
        .allow(Permission::PlatformClubs, routes!(reinstate::reinstate))
}
