//! Signing in with other identity providers, and the domains that clubs prove: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/auth/sso/providers` | none |
//! | `POST /v1/auth/sso/start` | none |
//! | `POST /v1/auth/sso/complete` | none: state, code and browser key are the proof |
//! | `POST /v1/auth/sso/link` | `profile:self`, fresh |
//! | `POST /v1/auth/sso/link/complete` | `profile:self` |
//! | `GET /v1/auth/identities` | `profile:self` |
//! | `DELETE /v1/auth/identities/{identity_id}` | `profile:self`, fresh |
//! | `POST /v1/identity-providers` | `club:security`, fresh |
//! | `GET /v1/identity-providers` | `club:security` |
//! | `GET /v1/identity-providers/{provider_id}` | `club:security` |
//! | `PATCH /v1/identity-providers/{provider_id}` | `club:security`, fresh |
//! | `DELETE /v1/identity-providers/{provider_id}` | `club:security`, fresh |
//! | `POST /v1/admin/identity-providers` | `platform:clubs`, fresh |
//! | `GET /v1/admin/identity-providers` | `platform:clubs` |
//! | `GET /v1/admin/identity-providers/{key}` | `platform:clubs` |
//! | `PATCH /v1/admin/identity-providers/{key}` | `platform:clubs`, fresh |
//! | `DELETE /v1/admin/identity-providers/{key}` | `platform:clubs`, fresh |
//! | `POST /v1/domains` | `club:security`, fresh |
//! | `GET /v1/domains` | `club:security` |
//! | `POST /v1/domains/{domain}/verify` | `club:security` |
//! | `DELETE /v1/domains/{domain}` | `club:security`, fresh |
//!
//! The browser's way: start → the provider's own page → the club's own app, which gets `state` and `code`
//! in its redirect → complete. No address of ours is redirected to.

mod add_domain;
mod change_platform_provider;
mod change_provider;
mod complete;
mod create_platform_provider;
mod create_provider;
mod link;
mod link_complete;
mod list_domains;
mod list_identities;
mod list_platform_providers;
mod list_providers;
mod offer_providers;
mod read_platform_provider;
mod read_provider;
mod registrar;
mod remove_domain;
mod remove_identity;
mod remove_platform_provider;
mod remove_provider;
mod settle;
mod start;
mod verify_domain;
mod way;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .open(routes!(offer_providers::offer))
        .open(routes!(start::start))
        .open(routes!(complete::complete))
        .allow_fresh(Permission::ProfileSelf, routes!(link::link))
        .allow(Permission::ProfileSelf, routes!(link_complete::complete))
        .allow(Permission::ProfileSelf, routes!(list_identities::list))
        .allow_fresh(Permission::ProfileSelf, routes!(remove_identity::remove))
        .allow_fresh(Permission::ClubSecurity, routes!(create_provider::create))
        .allow(Permission::ClubSecurity, routes!(list_providers::list))
        .allow(Permission::ClubSecurity, routes!(read_provider::read))
        .allow_fresh(Permission::ClubSecurity, routes!(change_provider::change))
        .allow_fresh(Permission::ClubSecurity, routes!(remove_provider::remove))
        .allow_fresh(Permission::PlatformClubs, routes!(create_platform_provider::create))
        .allow(Permission::PlatformClubs, routes!(list_platform_providers::list))
        .allow(Permission::PlatformClubs, routes!(read_platform_provider::read))
        .allow_fresh(Permission::PlatformClubs, routes!(change_platform_provider::change))
        .allow_fresh(Permission::PlatformClubs, routes!(remove_platform_provider::remove))
        .allow_fresh(Permission::ClubSecurity, routes!(add_domain::add))
        .allow(Permission::ClubSecurity, routes!(list_domains::list))
        .allow(Permission::ClubSecurity, routes!(verify_domain::verify))
        .allow_fresh(Permission::ClubSecurity, routes!(remove_domain::remove))
}
