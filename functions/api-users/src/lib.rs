//! One's own profile: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/users/me` | `profile:self` |
//! | `PATCH /v1/users/me` | `profile:self` |

mod change;
mod me;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::ProfileSelf, routes!(me::read))
        .allow(Permission::ProfileSelf, routes!(change::change))
}
