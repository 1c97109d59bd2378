//! Sessions, tokens, second factors: everything of signing in that hashes no password. The API gateway calls
//! it, the open routes without authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/auth/refresh` | none: the refresh token is the proof |
//! | `POST /v1/auth/logout` | none: the refresh token is the proof |
//! | `POST /v1/auth/mfa` | none: the challenge is the proof |
//! | `POST /v1/auth/mfa/enrol`, `…/enrol/confirm` | none: the challenge is the proof |
//! | `GET /v1/auth/mfa` | `profile:self` |
//! | `POST`, `DELETE /v1/auth/mfa/totp` | `profile:self`, and a recent proof |
//! | `POST /v1/auth/mfa/totp/confirm` | `profile:self` |
//! | `POST /v1/auth/mfa/recovery-codes` | `profile:self`, and a recent proof |
//! | `GET /v1/auth/clubs` | `profile:self` |
//! | `GET /v1/auth/permissions` | `profile:self` |
//! | `POST /v1/auth/switch` | `profile:self` |
//! | `GET /v1/auth/sessions` | `profile:self` |
//! | `PATCH`, `DELETE /v1/auth/sessions/{session_id}` | `profile:self` |
//! | `POST /v1/auth/sessions/revoke-all` | `profile:self` |
//! | `GET /.well-known/jwks.json`, `…/openid-configuration` | none |
//!
//! The open ones take no `Idempotency-Key`: a kept answer would be a kept token.

mod answer_challenge;
mod clubs;
mod confirm_totp;
mod ending;
mod enrol;
mod enrol_totp;
mod jwks;
mod logout;
mod openid_configuration;
mod permissions;
mod read_mfa;
mod recovery_codes;
mod refresh;
mod remove_totp;
mod second_factor;
mod sessions;
mod switch;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .open(routes!(refresh::refresh))
        .open(routes!(logout::logout))
        .open_sign_in(routes!(answer_challenge::answer))
        .open_sign_in(routes!(enrol::begin))
        .open_sign_in(routes!(enrol::confirm))
        .open_unlimited(routes!(jwks::jwks))
        .open_unlimited(routes!(openid_configuration::configuration))
        .allow(Permission::ProfileSelf, routes!(read_mfa::read))
        .allow_fresh(Permission::ProfileSelf, routes!(enrol_totp::enrol))
        .allow(Permission::ProfileSelf, routes!(confirm_totp::confirm))
        .allow_fresh(Permission::ProfileSelf, routes!(remove_totp::remove))
        .allow_fresh(Permission::ProfileSelf, routes!(recovery_codes::replace))
        .allow(Permission::ProfileSelf, routes!(clubs::list))
        .allow(Permission::ProfileSelf, routes!(permissions::read))
        .allow(Permission::ProfileSelf, routes!(switch::switch))
        .allow(Permission::ProfileSelf, routes!(sessions::list))
        .allow(Permission::ProfileSelf, routes!(sessions::rename))
        .allow(Permission::ProfileSelf, routes!(sessions::revoke))
        .allow(Permission::ProfileSelf, routes!(sessions::revoke_all))
}
